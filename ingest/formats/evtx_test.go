// EVTX files as Windows Security logs: the events of their XML, whichever way
// they are compiled; damage, lies and what is left out.
package formats

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

const evtxFormat = "windows-security-evtx"

// evtxLines gives each record of a file as describeWindows has it, and the error
// the stream ended with.
func evtxLines(t testing.TB, file []byte) (lines []string, err error) {
	t.Helper()
	err = mustGet(t, evtxFormat).NewDecoder(windowsOptions()).Decode(t.Context(), bytes.NewReader(file), "x", func(rec *Record) error {
		lines = append(lines, describeWindows(rec))
		return nil
	})
	return lines, err
}

func evtxXML(specs ...string) string {
	var b strings.Builder
	for _, spec := range specs {
		b.WriteString(writeWindowsXML(parseWindowsEvent(spec)))
	}
	return b.String()
}

// Templates, and elements without one, give the same.
func TestEVTXPlainFragments(t *testing.T) {
	specs := []string{annReset, "1102; user.SubjectUserSid=S-1-5-21-1-2-3-1102; user.SubjectUserName=bob; user.SubjectDomainName=ACME", "5156; Application=System"}
	want, err := evtxLines(t, evtxFile(t, evtxXML(specs...), false))
	if err != nil || len(want) != 3 || want[0] != "reset.executed "+ann+bob+" credential=password"+inBobs {
		t.Fatalf("%q, %v", want, err)
	}
	got, err := evtxLines(t, evtxFile(t, evtxXML(specs...), true))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("without templates: %q, %v, want %q", got, err, want)
	}
}

// The invented morning of the other Windows formats, as a file; -update writes it.
func TestEVTXFixture(t *testing.T) {
	xml, err := os.ReadFile("../../testdata/formats/windows-security-xml/records.xml")
	if err != nil {
		t.Fatal(err)
	}
	made := evtxFile(t, string(xml), false)
	path := filepath.Join(evtxExamples, "morning.evtx")
	if *update {
		if err := os.WriteFile(path, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, made) {
		t.Errorf("%s is not windows-security-xml/records.xml (%v); write it anew with -update", path, err)
	}
}

// A record's origin leads to its bytes.
func TestEVTXOrigin(t *testing.T) {
	file := evtxFile(t, evtxXML(annReset, "5156"), false)
	n := 0
	eachWindows(t, evtxFormat, string(file), windowsOptions(), func(rec *Record) {
		n++
		o := rec.Origin
		b := file[o.Offset : o.Offset+o.Length]
		if !bytes.Equal(b, rec.Raw) || binary.LittleEndian.Uint32(b) != evtxRecordMagic || o.Line != 0 || binary.LittleEndian.Uint64(b[8:]) != uint64(n) {
			t.Errorf("record %d: origin %+v", n, o)
		}
		if event.RFC3339(rec.Time) != "2026-03-02T09:10:11Z" || rec.Instance != "dc1.acme.example" {
			t.Errorf("record %d, mapped or not, tells time %s and computer %q", n, event.RFC3339(rec.Time), rec.Instance)
		}
	})
	if n != 2 {
		t.Errorf("%d records", n)
	}
}

// What breaks is counted, and costs nothing but itself.
func TestEVTXDamage(t *testing.T) {
	many := make([]string, 200)
	for i := range many {
		many[i] = annReset
	}
	whole := evtxFile(t, evtxXML(many...), false)
	chunks := (len(whole) - evtxHeaderSize) / evtxChunkSize
	if chunks < 3 {
		t.Fatalf("%d chunks", chunks)
	}
	const chunk2 = evtxHeaderSize + evtxChunkSize
	inChunk := func(n int) int {
		lines, err := evtxLines(t, seal(append(slices.Clone(whole[:evtxHeaderSize]), whole[evtxHeaderSize+n*evtxChunkSize:][:evtxChunkSize]...)))
		if err != nil {
			t.Fatal(err)
		}
		return len(lines)
	}
	first, second := inChunk(0), inChunk(1)
	le := binary.LittleEndian
	for _, c := range []struct {
		name    string
		change  func(file []byte) []byte
		lost    int
		reasons []string
		err     error
	}{
		{name: "nothing", change: func(f []byte) []byte { return f }},
		{name: "never written chunk", change: func(f []byte) []byte { return append(f, make([]byte, evtxChunkSize)...) }},
		{name: "zeros after the end", change: func(f []byte) []byte { return append(f, make([]byte, 700)...) }},
		{name: "header changed", change: func(f []byte) []byte { f[17] ^= 1; return f }, reasons: []string{whyEVTXHeaderSum}},
		{name: "record changed", change: func(f []byte) []byte { f[chunk2+700] ^= 1; return f }, lost: second, reasons: []string{whyEVTXRecordSum}},
		{name: "chunk header changed", change: func(f []byte) []byte { f[chunk2+60] ^= 1; return f }, lost: second, reasons: []string{whyEVTXChunkSum}},
		{name: "chunk overwritten", change: func(f []byte) []byte { copy(f[chunk2:], "overwritten"); return f }, lost: second, reasons: []string{whyEVTXChunk}},
		{name: "records end outside the chunk", change: func(f []byte) []byte { le.PutUint32(f[chunk2+48:], 1<<30); return seal(f) }, lost: second, reasons: []string{whyEVTXChunkEnd}},
		{name: "records end before they begin", change: func(f []byte) []byte { le.PutUint32(f[chunk2+48:], 4); return seal(f) }, lost: second, reasons: []string{whyEVTXChunkEnd}},
		{name: "a record's length lies", change: func(f []byte) []byte {
			le.PutUint32(f[chunk2+evtxChunkHeaderSize+4:], 1<<31)
			return seal(f)
		}, lost: second, reasons: []string{whyEVTXRecordFrame}},
		{name: "a record of no length", change: func(f []byte) []byte { le.PutUint32(f[chunk2+evtxChunkHeaderSize+4:], 0); return seal(f) }, lost: second, reasons: []string{whyEVTXRecordFrame}},
		{name: "in use: the last chunk's checksums lag behind", change: func(f []byte) []byte {
			f[120] |= evtxDirty
			seal(f)
			clear(f[chunk2+48 : chunk2+56])
			return f
		}},
		{name: "in use, and a record broken", change: func(f []byte) []byte {
			f[120] |= evtxDirty
			seal(f)
			f[chunk2+evtxChunkHeaderSize] ^= 1
			return f
		}, lost: second, reasons: []string{whyEVTXRecordFrame}},
		{name: "breaks off", change: func(f []byte) []byte { return f[:chunk2+evtxChunkHeaderSize+100] }, lost: 200 - first, reasons: []string{whyEVTXBreaksOff}, err: io.ErrUnexpectedEOF},
		{name: "breaks off in a chunk's header", change: func(f []byte) []byte { return f[:chunk2+100] }, lost: 200 - first, reasons: []string{whyEVTXBreaksOff}, err: io.ErrUnexpectedEOF},
		{name: "breaks off in the file's header", change: func(f []byte) []byte { return f[:1000] }, lost: 200, reasons: []string{whyEVTXHeader}},
		{name: "empty log", change: func(f []byte) []byte { return f[:evtxHeaderSize] }, lost: 200},
	} {
		lines, err := evtxLines(t, c.change(slices.Clone(whole)))
		var reasons []string
		good := 0
		for _, l := range lines {
			if why, bad := strings.CutPrefix(l, "malformed: "); bad {
				reasons = append(reasons, why)
			} else {
				good++
			}
		}
		if good != 200-c.lost || !slices.Equal(reasons, c.reasons) || !errors.Is(err, c.err) {
			t.Errorf("%s: %d records, %q, %v; want %d, %q, %v", c.name, good, reasons, err, 200-c.lost, c.reasons, c.err)
		}
	}
}

// Whole records of the chunk in which a file breaks off are read.
func TestEVTXBreaksOffAfterRecord(t *testing.T) {
	file := evtxFile(t, evtxXML(annReset, annReset), false)
	at := evtxHeaderSize + evtxChunkHeaderSize
	at += int(binary.LittleEndian.Uint32(file[at+4:]))
	lines, err := evtxLines(t, file[:at+50])
	want := []string{"reset.executed " + ann + bob + " credential=password" + inBobs, "malformed: " + whyEVTXBreaksOff}
	if !slices.Equal(lines, want) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", lines, err)
	}
}

// Checksums are no proof of sense: every byte of a record may lie.
func TestEVTXLies(t *testing.T) {
	whole := evtxFile(t, evtxXML(annReset), false)
	const record = evtxHeaderSize + evtxChunkHeaderSize
	const instance = record + evtxRecordHead + 4 // behind the fragment's header
	le := binary.LittleEndian
	definition := instance + 10
	body := definition + 24
	values := body + int(le.Uint32(whole[definition+20:]))
	for _, c := range []struct {
		name   string
		change func(f []byte)
		want   error
	}{
		{"template outside the chunk", func(f []byte) { le.PutUint32(f[instance+6:], 1<<31) }, errEVTXOffset},
		{"template at the chunk's last byte", func(f []byte) { le.PutUint32(f[instance+6:], evtxChunkSize-1) }, errEVTXOffset},
		{"template longer than the chunk", func(f []byte) { le.PutUint32(f[definition+20:], 1<<30) }, errEVTXOffset},
		{"number of values", func(f []byte) { le.PutUint32(f[values:], 1<<31) }, errEVTXValues},
		{"more values than bytes", func(f []byte) { le.PutUint32(f[values:], maxEVTXValues) }, errEVTXOffset},
		{"values longer than the chunk", func(f []byte) {
			for i := range 4 {
				le.PutUint16(f[values+4+4*i:], 0xffff)
			}
		}, errEVTXOffset},
		{"name outside the chunk", func(f []byte) { le.PutUint32(f[body+4+1+2+4:], 1<<31) }, errEVTXOffset},
		{"name that is too long", func(f []byte) {
			name := int(le.Uint32(f[body+4+1+2+4:]))
			le.PutUint16(f[evtxHeaderSize+name+6:], 0xffff)
		}, errEVTXDepth},
		{"unknown token", func(f []byte) { f[body+4] = 0x1f }, errEVTXToken},
		{"closes what is not open", func(f []byte) { f[body+4] = tokenClose }, errEVTXUnclosed},
		{"value of another size than its type", func(f []byte) {
			// The record's number, 8 bytes, called 16 bits wide.
			for i := range int(le.Uint32(f[values:])) {
				if at := values + 4 + 4*i; f[at+2] == typeUint64 {
					f[at+2] = typeUint16
				}
			}
		}, errEVTXSize},
		{"value of an unknown type", func(f []byte) {
			for i := range int(le.Uint32(f[values:])) {
				if at := values + 4 + 4*i; f[at+2] == typeUint64 {
					f[at+2] = 0x7e
				}
			}
		}, errEVTXType},
		{"no elements", func(f []byte) { f[instance] = tokenEnd }, errEVTXEmpty},
	} {
		file := slices.Clone(whole)
		c.change(file)
		lines, err := evtxLines(t, seal(file))
		if err != nil || len(lines) != 1 || lines[0] != "malformed: "+c.want.Error() {
			t.Errorf("%s: %q, %v; want %v", c.name, lines, err, c.want)
		}
	}
}

// What a chunk may cost is bounded: a value named very often, fragments in
// fragments, templates over templates.
func TestEVTXBounds(t *testing.T) {
	w := &evtxWriter{}
	w.begin()
	if got := w.chunk[:8]; string(got) != evtxChunkMagic {
		t.Fatal("writer")
	}
	// One template whose element holds value 0 sixteen times, and a value 0 that
	// is an instance of that template, and so on: 16^8 places if nothing stops it.
	var nest func(depth int)
	at := 0
	nest = func(depth int) {
		w.u8(tokenTemplate, 1)
		w.u32(1)
		if at == 0 {
			at = len(w.chunk) + 4
			w.u32(at)
			w.u32(0)
			w.u8(make([]byte, 16)...)
			w.sized(func() {
				w.u8(tokenOpen)
				w.u16(0xffff)
				w.sized(func() {
					w.name("Event")
					w.u8(tokenCloseStart)
					for range 16 {
						w.u8(tokenSubstitution, 0, 0, typeBinXML)
					}
					w.u8(tokenClose)
				})
				w.u8(tokenEnd)
			})
		} else {
			w.u32(at)
		}
		w.u32(1)
		size := len(w.chunk)
		w.u8(0, 0, typeBinXML, 0)
		from := len(w.chunk)
		if depth > 0 {
			nest(depth - 1)
		}
		binary.LittleEndian.PutUint16(w.chunk[size:], uint16(len(w.chunk)-from))
	}
	for depth, want := range map[int]error{maxEVTXNesting: errEVTXValues, maxEVTXNesting + 1: errEVTXDepth} {
		w = &evtxWriter{}
		w.begin()
		at = 0
		nest(depth)
		x := evtxReader{words: words{}, wanted: func() bool { return true }, slots: func(_, _ string) []int { return nil }, put: func(*evtxPlace, []int, []byte) {}}
		x.open(w.chunk)
		if err := x.record(evtxChunkHeaderSize-evtxRecordHead, len(w.chunk)+evtxRecordTail); !errors.Is(err, want) {
			t.Errorf("%d fragments in one another: %v, want %v", depth, err, want)
		}
	}
	// Records whose templates overlap, each a byte further on: all of the chunk
	// would be compiled for each.
	chunk := bytes.Repeat([]byte{tokenFragment, 0, 0, 0}, evtxChunkSize/4)
	x := evtxReader{words: words{}, wanted: func() bool { return true }, slots: func(_, _ string) []int { return nil }, put: func(*evtxPlace, []int, []byte) {}}
	x.open(chunk)
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		_, err = x.compile(4*n, len(chunk), "", false)
	}
	if !errors.Is(err, errEVTXTemplates) || n > 8 {
		t.Errorf("%d times 64 KiB compiled for one chunk: %v", n, err)
	}
}

// Only the ids that the table names have their data decoded; a user's table
// that names more gets more.
func TestEVTXReadsWhatTheTableNames(t *testing.T) {
	file := evtxFile(t, evtxXML("5156; Application=System; SubjectUserName=carol", annReset), false)
	dir := t.TempDir()
	mine := "id: mine\nextends: windows-security-evtx\nevents: [{match: ['5156'], kind: other}]\n"
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{evtxFormat: "[5156  4724 bob]", "mine": "[5156 carol 4724 bob]"} {
		f := set.Get(id)
		var decoded []string
		d := f.NewDecoder(windowsOptions())
		err := d.Decode(t.Context(), bytes.NewReader(file), "x", func(rec *Record) error {
			got := rec.Type
			for _, slot := range f.columns["data.SubjectUserName"] {
				got += " " + string(d.slot(slot))
			}
			decoded = append(decoded, got)
			return nil
		})
		if err != nil || fmt.Sprint(decoded) != want {
			t.Errorf("%s decodes %s, %v, want %s", id, decoded, err, want)
		}
	}
}

// Sound binary XML may still be no sound event.
func TestEVTXMissingAndBroken(t *testing.T) {
	const at = "<TimeCreated SystemTime='2026-03-02T09:10:11.0000000Z'/>"
	for _, c := range []struct{ name, from, to, want string }{
		{"second 65", "09:10:11.0000000Z", "09:10:65Z", "malformed: " + whyTimeForm},
		{"1601", "2026-03-02T09", "1601-01-01T00", "malformed: time 1601-01-01 lies before 2000"},
		{"after the run's now", "2026-03-02T09", "2026-03-09T09", "malformed: time 2026-03-09 lies more than 48 hours after the run's now"},
		{"no time", at, "", "malformed: " + whyNoTime},
		{"no event id", "<EventID>4724</EventID>", "", "unmapped "},
		{"event id in words", "<EventID>4724<", "<EventID>reset<", "unmapped reset"},
		{"event id of another type", "<EventID>4724<", "<EventID>0x1274<", "unmapped 0x1274"},
		{"no data", "TargetSid", "Target", "reset.executed account=[ ACME\\ann]" + bob + " credential=password" + inBobs},
	} {
		lines, err := evtxLines(t, evtxFile(t, strings.Replace(evtxXML(annReset), c.from, c.to, 1), false))
		if err != nil || len(lines) != 1 || lines[0] != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, lines, err, c.want)
		}
	}
}

func TestEVTXTexts(t *testing.T) {
	wide := func(u ...uint16) (b []byte) {
		for _, u := range u {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	for _, c := range []struct {
		name string
		typ  byte
		in   []byte
		want string
	}{
		{"text", typeString, wideText("Žofie 日本 😀 0123456789"), "Žofie 日本 😀 0123456789"},
		{"text ends at a zero", typeString, wide('a', 0, 'b'), "a"},
		{"half a character", typeString, wide('a', 0xd83d, 'b', 0xdc00), "a\ufffdb\ufffd"},
		{"what XML does not allow", typeString, wide('a', 1, '\t', 0xffff), "a_\t_"},
		{"odd number of bytes", typeString, []byte{'a', 0, 'b'}, "a"},
		{"ANSI", typeANSI, []byte("a\x00\xe9\x80\x01"), "aé€_"},
		{"signed", typeInt8, []byte{0xff}, "-1"},
		{"signed", typeInt16, []byte{0xfe, 0xff}, "-2"},
		{"signed", typeInt32, []byte{0xfe, 0xff, 0xff, 0xff}, "-2"},
		{"signed", typeInt64, []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "-2"},
		{"float", typeFloat, []byte{0, 0, 0xc0, 0x3f}, "1.5"},
		{"double", typeDouble, []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, "1.5"},
		{"no", typeBool, []byte{0, 0, 0, 0}, "false"},
		{"yes", typeBool, []byte{1, 0, 0, 0}, "true"},
		{"flags for a yes", typeBool, []byte{6, 0, 0, 0}, "6"},
		{"bytes", typeBinary, []byte{0x0a, 0xff}, "0AFF"},
		{"GUID", typeGUID, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, "{04030201-0605-0807-090a-0b0c0d0e0f10}"},
		{"pointer", typeSize, []byte{0x10, 0, 0, 0}, "0x10"},
		{"wide pointer", typeSize, []byte{0x10, 0, 0, 0, 0, 0, 0, 0}, "0x10"},
		{"time", typeFileTime, binary.LittleEndian.AppendUint64(nil, fileTime(time.Date(2024, 2, 29, 23, 59, 59, 123456700, time.UTC))), "2024-02-29T23:59:59.1234567Z"},
		{"first time", typeFileTime, make([]byte, 8), "1601-01-01T00:00:00.0000000Z"},
		{"time beyond all calendars", typeFileTime, bytes.Repeat([]byte{0xff}, 8), "60056-05-28T05:36:10.0000000Z"},
		{"system time", typeSysTime, wide(2024, 2, 4, 29, 23, 59, 58, 7), "2024-02-29T23:59:58.0070000Z"},
		{"no system time: second 65", typeSysTime, wide(2024, 2, 4, 28, 23, 59, 65, 7), "1601-01-01T00:00:00.0000000Z"},
		{"no system time: day 30", typeSysTime, wide(2024, 2, 4, 30, 23, 59, 5, 7), "1601-01-01T00:00:00.0000000Z"},
		{"SID", typeSID, sidBytes("S-1-5-21-1-2-3-1101"), "S-1-5-21-1-2-3-1101"},
		{"SID of an authority above 32 bits", typeSID, []byte{1, 1, 1, 0, 0, 0, 0, 0, 7, 0, 0, 0}, "S-1-1099511627776-7"},
		{"SID that breaks off", typeSID, sidBytes("S-1-5-21-1-2-3-1101")[:12], errEVTXSize.Error()},
		{"hex", typeHex32, []byte{0xe7, 3, 0, 0}, "0x3e7"},
		{"null", typeNull, []byte{1, 2}, ""},
		{"XML text", 0x23, []byte{1, 2}, errEVTXType.Error()},
	} {
		got, err := appendEVTX(nil, c.typ, c.in)
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		typ  byte
		in   []byte
		want string
	}{
		{typeString, wide('a', 'b', 0, 0, 'c', 0), "ab||c"},
		{typeString, wide('a', 'b'), "ab"},
		{typeANSI, []byte("ab\x00c\x00"), "ab|c"},
		{typeUint16, wide(1, 2), "1|2"},
		{typeSID, append(sidBytes("S-1-5-18"), sidBytes("S-1-5-32-544")...), "S-1-5-18|S-1-5-32-544"},
		{typeUint16, []byte{1, 0, 2}, "1|" + errEVTXSize.Error()},
		{typeBinary, []byte{1}, errEVTXType.Error()},
	} {
		var items []string
		for b := c.in; len(b) > 0; {
			item, rest, err := evtxItem(c.typ, b)
			if err != nil {
				items = append(items, err.Error())
				break
			}
			text, err := appendEVTX(nil, c.typ, item)
			if err != nil {
				t.Fatal(err)
			}
			items, b = append(items, string(text)), rest
		}
		if got := strings.Join(items, "|"); got != c.want {
			t.Errorf("array of type %#x: %q, want %q", c.typ, got, c.want)
		}
	}
}

// FuzzEVTX changes bytes of sound files and sets their checksums right, so that
// the change reaches the records.
func FuzzEVTX(f *testing.F) {
	small := func(plain bool) []byte {
		file := evtxFile(f, evtxXML(annReset, "1102; user.SubjectUserName=bob", "4688; CommandLine=x"), plain)
		end := binary.LittleEndian.Uint32(file[evtxHeaderSize+48:])
		return file[evtxHeaderSize+evtxChunkHeaderSize : evtxHeaderSize+end]
	}
	f.Add(small(false))
	f.Add(small(true))
	format := mustGet(f, evtxFormat)
	f.Fuzz(func(t *testing.T, records []byte) {
		file := evtxFile(t, "", false)
		n := copy(file[evtxHeaderSize+evtxChunkHeaderSize:], records)
		binary.LittleEndian.PutUint32(file[evtxHeaderSize+48:], uint32(evtxChunkHeaderSize+n))
		seal(file)
		var end int64
		err := format.NewDecoder(exampleOptions()).Decode(t.Context(), bytes.NewReader(file), "x", func(rec *Record) error {
			o := rec.Origin
			if o.Offset < end || o.Length <= 0 || !bytes.Equal(rec.Raw, file[o.Offset:o.Offset+o.Length]) {
				t.Errorf("record at %d of %d bytes after one that ends at %d", o.Offset, o.Length, end)
			}
			end = o.Offset + o.Length
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		// And with every value asked for.
		x := evtxReader{words: words{}, wanted: func() bool { return true }, slots: func(_, _ string) []int { return []int{0} }, put: func(*evtxPlace, []int, []byte) {}}
		x.open(file[evtxHeaderSize:])
		for at := evtxChunkHeaderSize; at < evtxChunkHeaderSize+n; {
			size := evtxRecordLength(file[evtxHeaderSize+at : evtxHeaderSize+evtxChunkHeaderSize+n])
			if size == 0 {
				break
			}
			_ = x.record(at, at+size)
			at += size
		}
	})
}
