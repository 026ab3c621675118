package formats

import (
	"bytes"
	"os"
	"testing"
	"time"
)

// evtxBench is a file made by ../shared/bench/mk_evtx.py, named in the
// environment; else the examples over and over.
func evtxBench(b *testing.B) []byte {
	if name := os.Getenv("EVTX_BENCH"); name != "" {
		content, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return content
	}
	content, err := os.ReadFile(evtxExamples + "/win_4724_part_of_creation.evtx")
	if err != nil {
		b.Fatal(err)
	}
	return append(content[:evtxHeaderSize:evtxHeaderSize], bytes.Repeat(content[evtxHeaderSize:], 64)...)
}

// BenchmarkEVTX is the whole way from bytes to events, hashes included.
func BenchmarkEVTX(b *testing.B) {
	content := evtxBench(b)
	d := mustGet(b, "windows-security-evtx").NewDecoder(Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "x"})
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := d.Decode(b.Context(), bytes.NewReader(content), "x", func(*Record) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkEVTXEveryValue decodes every value of every record, as evtx_dump does.
func BenchmarkEVTXEveryValue(b *testing.B) {
	content := evtxBench(b)
	all := []int{0}
	x := evtxReader{words: words{}, wanted: func() bool { return true }, slots: func(_, _ string) []int { return all },
		put: func(*evtxPlace, []int, []byte) {}}
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		fr := &evtxFramer{w: newWindow(bytes.NewReader(content))}
		for opened := 0; ; n++ {
			f, err := fr.next()
			if err != nil {
				break
			}
			if opened != fr.chunks {
				opened = fr.chunks
				x.open(fr.chunk)
			}
			if err := x.record(fr.at, fr.at+len(f.b)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkEVTXExtract finds the values that the table names: what reading costs
// before records are hashed and mapped.
func BenchmarkEVTXExtract(b *testing.B) {
	content := evtxBench(b)
	d := mustGet(b, evtxFormat).NewDecoder(Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "x"})
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		e := newEVTXDecoder(d, newWindow(bytes.NewReader(content)))
		for ; ; n++ {
			f, err := e.next()
			if err != nil {
				break
			}
			if why := e.extract(f.b); why != "" {
				b.Fatal(why)
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
