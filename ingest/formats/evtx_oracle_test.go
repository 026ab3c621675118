// EVTX records compared, value by value, with what Rust's evtx_dump reads.
package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const evtxExamples = "../../testdata/formats/windows-security-evtx"

// evtxFiles are the files that are compared: those of the project and, where
// they are present, those of the shared data.
func evtxFiles(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{evtxExamples + "/*.evtx", shared + "/real/windows-evtx/*/*.evtx", shared + "/sequences/*.evtx"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// evtxRecord is a record as sorted lines, path=text, one for every text that is
// not empty: System/EventID=4724, EventData/Data[TargetUserName]=ann.
type evtxRecord []string

func (r *evtxRecord) add(path, name, text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text) // as XML readers must
	if text == "" || strings.HasSuffix(path, " xmlns") {
		return
	}
	path = strings.TrimPrefix(path, "Event/")
	if name != "" {
		path += "[" + name + "]"
	}
	*r = append(*r, path+"="+text)
}

// digestEVTX is the number of a file's records and the SHA-256 over all their
// lines, record after record.
func digestEVTX(records []evtxRecord) string {
	h := sha256.New()
	for _, r := range records {
		slices.Sort(r)
		fmt.Fprintf(h, "%s\n\n", strings.Join(r, "\n"))
	}
	return fmt.Sprintf("%d %x", len(records), h.Sum(nil))
}

// evtxRecords reads every value of every record, as the tool never does: it
// skips what its tables do not name.
func evtxRecords(t testing.TB, content []byte) (records []evtxRecord) {
	t.Helper()
	fr := &evtxFramer{w: newWindow(bytes.NewReader(content))}
	var rec evtxRecord
	x := evtxReader{words: words{}, wanted: func() bool { return true },
		slots: func(_, name string) []int { return []int{0} },
		put:   func(p *evtxPlace, _ []int, text []byte) { rec.add(p.path, p.name, string(text)) }}
	for opened := 0; ; {
		f, err := fr.next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil || f.why != "" {
			t.Fatalf("offset %d: %s %v", f.offset, f.why, err)
		}
		if opened != fr.chunks {
			opened = fr.chunks
			x.open(fr.chunk)
		}
		rec = nil
		if err := x.record(fr.at, fr.at+len(f.b)); err != nil {
			t.Fatalf("offset %d: %v", f.offset, err)
		}
		records = append(records, rec)
	}
}

// dumpedRecords are the records as evtx_dump writes them: XML documents one
// after another.
func dumpedRecords(t *testing.T, tool, file string) (records []evtxRecord) {
	t.Helper()
	out, err := exec.Command(tool, "-t", "1", "-o", "xml", "--no-indent", "--dont-show-record-number", file).Output()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	type element struct {
		path, name, text string
		children         bool
	}
	var open []element
	var rec evtxRecord
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{path: token.Name.Local}
			if n := len(open); n > 0 {
				open[n-1].children = true
				e.path = open[n-1].path + "/" + e.path
			}
			for _, a := range token.Attr {
				if a.Name.Local == "Name" && token.Name.Local == "Data" {
					e.name = a.Value
				} else {
					rec.add(e.path+" "+a.Name.Local, "", a.Value)
				}
			}
			open = append(open, e)
		case xml.CharData:
			if n := len(open); n > 0 {
				open[n-1].text += string(token)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			if open = open[:len(open)-1]; !e.children {
				rec.add(e.path, e.name, e.text)
			}
			if len(open) == 0 {
				records, rec = append(records, rec), nil
			}
		}
	}
}

var updateDigests = flag.Bool("update-evtx", false, "write what evtx_dump reads to digests.txt")

// TestEVTXEqualsEvtxDump holds that every value of every record is read as
// evtx_dump (crate evtx 0.15.1) reads it. Its results are kept as digests, so
// that it need not be installed.
func TestEVTXEqualsEvtxDump(t *testing.T) {
	kept, err := os.ReadFile(filepath.Join(evtxExamples, "digests.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(kept)) {
		if name, digest, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			want[name] = digest
		}
	}
	files := evtxFiles(t)
	for _, file := range files {
		if got := digestEVTX(evtxRecords(t, sharedFile(t, file))); got != want[filepath.Base(file)] {
			t.Errorf("%s: %s, evtx_dump has %s", file, got, want[filepath.Base(file)])
		}
	}
	if len(files) < len(want) {
		t.Logf("skipped: %d of %d files, shared data not present", len(want)-len(files), len(want))
	}
}

// TestEVTXDigestsAreEvtxDumps compares line by line where the tool is at hand,
// elements without templates included.
func TestEVTXDigestsAreEvtxDumps(t *testing.T) {
	tool, err := exec.LookPath("evtx_dump")
	if err != nil {
		t.Skip("skipped: evtx_dump is not installed (cargo install evtx --version 0.15.1); digests.txt stands for it")
	}
	plain := filepath.Join(t.TempDir(), "plain.evtx")
	if err := os.WriteFile(plain, evtxFile(t, evtxXML(annReset, "1102; user.SubjectUserName=bob", "5156"), true), 0o600); err != nil {
		t.Fatal(err)
	}
	var digests strings.Builder
	total := 0
	for _, file := range append(evtxFiles(t), plain) {
		theirs, ours := dumpedRecords(t, tool, file), evtxRecords(t, sharedFile(t, file))
		if file != plain {
			fmt.Fprintf(&digests, "%s: %s\n", filepath.Base(file), digestEVTX(theirs))
		}
		if len(theirs) != len(ours) {
			t.Errorf("%s: %d records, evtx_dump has %d", file, len(ours), len(theirs))
			continue
		}
		for i := range ours {
			slices.Sort(ours[i])
			slices.Sort(theirs[i])
			if !slices.Equal(ours[i], theirs[i]) {
				t.Errorf("%s, record %d:\n ours only %q\n theirs only %q", file, i, without(ours[i], theirs[i]), without(theirs[i], ours[i]))
			}
		}
		total += len(ours)
	}
	t.Logf("%d records compared", total)
	path := filepath.Join(evtxExamples, "digests.txt")
	if *updateDigests {
		if err := os.WriteFile(path, []byte(digests.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || len(evtxFiles(t)) > 10 && string(kept) != digests.String() {
		t.Errorf("%s is not what evtx_dump reads (%v); write it anew with -update-evtx", path, err)
	}
}

func without(a, b []string) (only []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			only = append(only, s)
		}
	}
	return only
}
