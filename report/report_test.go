package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"resetproof/detect/judge"
	"resetproof/rules"
)

var update = flag.Bool("update", false, "write the expected files of testdata/reports anew")

const reports = "../testdata/reports"

// writeSample writes the sample run to out, its cases and findings in the
// order of a shuffle with this seed.
func writeSample(t *testing.T, out string, seed uint64) Summary {
	t.Helper()
	w, err := New(out, sampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	cases, findings := sampleCases(), sampleFindings()
	random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	random.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
	for i := range max(len(cases), len(findings)) {
		if i < len(findings) {
			check(t, w.Finding(findings[i]))
		}
		if i < len(cases) {
			check(t, w.Case(cases[i]))
		}
	}
	s, err := w.Finish(sampleCoverage(), sampleRun())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	check(t, err)
	return text
}

// names lists what stands in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	check(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestOutputsAreAsExpected(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	s := writeSample(t, out, 1)
	var screen bytes.Buffer
	check(t, s.Print(&screen, Style{Width: maxWidth}, sampleRun(), sampleCoverage(), "resetproof-report/report.html"))
	check(t, os.WriteFile(filepath.Join(out, "summary.txt"), screen.Bytes(), 0o600))
	for _, name := range append(slices.Clone(outputFiles), "summary.txt") {
		got, golden := read(t, out, name), filepath.Join(reports, "small", name)
		if *update {
			check(t, os.MkdirAll(filepath.Dir(golden), 0o755))
			check(t, os.WriteFile(golden, got, 0o644))
			continue
		}
		if want := read(t, golden); !bytes.Equal(got, want) {
			t.Errorf("%s differs from %s at byte %d (run the test with -update to accept it)", name, golden, firstDifference(got, want))
		}
	}
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func TestOutputsKeepTheContract(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for name, schema := range map[string]string{CasesFile: "cases", FindingsFile: "findings", CoverageFile: "coverage", RunFile: "run"} {
		compiled, err := compiler.Compile(filepath.Join(reports, "contract", schema+".schema.json"))
		check(t, err)
		texts := [][]byte{read(t, out, name)}
		if strings.HasSuffix(name, ".jsonl") {
			texts = bytes.SplitAfter(bytes.TrimSuffix(texts[0], []byte("\n")), []byte("\n"))
		}
		for i, text := range texts {
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			check(t, err)
			if err := compiled.Validate(value); err != nil {
				t.Errorf("%s, line %d: %v", name, i+1, err)
			}
		}
	}
}

func TestOrderOfArrivalChangesNoByte(t *testing.T) {
	dir := t.TempDir()
	writeSample(t, filepath.Join(dir, "0"), 0)
	for seed := uint64(1); seed < 8; seed++ {
		out := filepath.Join(dir, fmt.Sprint(seed))
		writeSample(t, out, seed)
		for _, name := range outputFiles {
			if !bytes.Equal(read(t, dir, "0", name), read(t, out, name)) {
				t.Errorf("%s differs when cases and findings come in another order (seed %d)", name, seed)
			}
		}
	}
}

func TestActiveCharactersKeepTheirValue(t *testing.T) {
	line, err := encodeLine(judge.Finding{Message: hostileText})
	check(t, err)
	if i := bytes.IndexFunc(bytes.TrimSuffix(line, []byte("\n")), isActive); i >= 0 {
		t.Errorf("the line holds an active character at byte %d", i)
	}
	var f judge.Finding
	check(t, json.Unmarshal(line, &f))
	if f.Message != hostileText {
		t.Error("the message read back is another")
	}
}

func TestLinesAreSorted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	w, err := New(out, sampleOptions())
	check(t, err)
	// A fraction of a second sorts after the whole second, though '.' < 'Z'.
	for _, c := range []struct{ at, check, name string }{
		{"2026-03-09T10:00:00.5Z", "log-cleared", "a"},
		{"2026-03-09T10:00:00Z", "no-request", "b"},
		{"2026-03-09T10:00:00Z", "log-cleared", "c"},
		{"", "step-without-source", "d"},
	} {
		f := *sampleFindings()[0]
		f.ID, f.Check, f.Time = id(c.name), c.check, text(c.at)
		check(t, w.Finding(&f))
	}
	_, err = w.Finish(Coverage{}, sampleRun())
	check(t, err)
	var got []string
	for line := range strings.Lines(string(read(t, out, FindingsFile))) {
		var f judge.Finding
		check(t, json.Unmarshal([]byte(line), &f))
		got = append(got, orUnknown(f.Time)+" "+f.Check)
	}
	want := []string{"unknown step-without-source", "2026-03-09T10:00:00Z log-cleared", "2026-03-09T10:00:00Z no-request", "2026-03-09T10:00:00.5Z log-cleared"}
	if !slices.Equal(got, want) {
		t.Errorf("findings are in the order %q, want %q", got, want)
	}
}

func TestOlderReportIsReplacedWhole(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	writeSample(t, out, 1)
	w, err := New(out, sampleOptions())
	check(t, err)
	_, err = w.Finish(Coverage{}, sampleRun())
	check(t, err)
	if got := read(t, out, CasesFile); len(got) != 0 {
		t.Errorf("the new report still holds %d bytes of older cases", len(got))
	}
	if got := names(t, dir); !slices.Equal(got, []string{"out"}) {
		t.Errorf("beside the report stand %q", got)
	}
}

func TestFailureKeepsTheOlderReport(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	writeSample(t, out, 1)
	before := read(t, out, FindingsFile)
	for name, fail := range map[string]func(*Writer){
		"while findings are read back": func(w *Writer) { check(t, w.findings.file.Close()) },
		"at the last rename":           func(w *Writer) { w.out = filepath.Join(dir, "absent", "out") },
	} {
		w, err := New(out, sampleOptions())
		check(t, err)
		check(t, w.Finding(sampleFindings()[0]))
		fail(w)
		if _, err := w.Finish(sampleCoverage(), sampleRun()); err == nil {
			t.Errorf("%s: no error", name)
		}
		if !bytes.Equal(read(t, out, FindingsFile), before) {
			t.Errorf("%s: the older report changed", name)
		}
		if got := names(t, dir); !slices.Equal(got, []string{"out"}) {
			t.Errorf("%s: left %q behind", name, got)
		}
	}
}

func TestFailedRenamePutsTheOlderReportBack(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	writeSample(t, out, 1)
	if err := replace(filepath.Join(dir, "never-written"), out); err == nil {
		t.Error("a missing staging folder is no error")
	}
	if got := names(t, out); !slices.Equal(got, outputFiles) {
		t.Errorf("after the failure --out holds %q", got)
	}
}

func TestKilledRunsAreMended(t *testing.T) {
	for name, kill := range map[string]func(out string){
		"between the renames": func(out string) { check(t, os.Rename(out, out+previousMark+"4711")) },
		"before the older report is removed": func(out string) {
			check(t, os.CopyFS(fmt.Sprint(out, previousMark, os.Getpid()), os.DirFS(out)))
		},
		"while writing": func(out string) {
			check(t, os.CopyFS(fmt.Sprint(out, partialMark, os.Getpid()), os.DirFS(out)))
		},
	} {
		dir := t.TempDir()
		out := filepath.Join(dir, "out")
		writeSample(t, out, 1)
		before := read(t, out, FindingsFile)
		kill(out)
		w, err := New(out, sampleOptions())
		check(t, err)
		if !bytes.Equal(read(t, out, FindingsFile), before) {
			t.Errorf("killed %s: the older report is not back", name)
		}
		_, err = w.Finish(sampleCoverage(), sampleRun())
		check(t, err)
		if got := names(t, dir); !slices.Equal(got, []string{"out"}) {
			t.Errorf("killed %s: the next run leaves %q", name, got)
		}
	}
}

func TestForeignFoldersAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		taken bool
	}{
		"empty folder":                 {nil, true},
		"our own report":               {[]string{RunFile, CasesFile}, true},
		"somebody's folder":            {[]string{"thesis.doc"}, false},
		"our report and somebody's":    {[]string{RunFile, "notes.txt"}, false},
		"findings but not the run":     {[]string{FindingsFile}, false},
		"a name with escape sequences": {[]string{RunFile, "\x1b[2Jx"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			for _, f := range c.files {
				check(t, os.WriteFile(filepath.Join(out, f), []byte("{}"), 0o600))
			}
			w, err := New(out, Options{})
			if c.taken {
				check(t, err)
				check(t, w.Abort())
			} else if !errors.Is(err, ErrForeign) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("New gives %v, want a refusal", err)
			}
			if got := names(t, out); len(got) != len(c.files) {
				t.Errorf("the folder now holds %q", got)
			}
		})
	}
}

func TestWriteSelectsOutputs(t *testing.T) {
	for write, want := range map[string][]string{
		"json": {CasesFile, CoverageFile, FindingsFile, RunFile},
		"html": {PageFile, RunFile},
	} {
		out := filepath.Join(t.TempDir(), "out")
		w, err := New(out, Options{Write: []string{write}})
		check(t, err)
		_, err = w.Finish(Coverage{}, sampleRun())
		check(t, err)
		if got := names(t, out); !slices.Equal(got, want) {
			t.Errorf("--write %s writes %q, want %q", write, got, want)
		}
	}
	if _, err := New(t.TempDir(), Options{Write: []string{"pdf"}}); err == nil {
		t.Error("--write pdf is accepted")
	}
}

func TestRerenderChangesNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	before := map[string][]byte{}
	for _, name := range outputFiles {
		before[name] = read(t, out, name)
	}
	check(t, os.Remove(filepath.Join(out, PageFile)))
	r, err := Rerender(out, sampleOptions())
	check(t, err)
	for _, name := range outputFiles {
		if !bytes.Equal(read(t, out, name), before[name]) {
			t.Errorf("%s is not the same after rendering again", name)
		}
	}
	if r.Summary.AtOrAbove(rules.High) != 6 {
		t.Errorf("the summary of the report counts %d high findings, want 6", r.Summary.AtOrAbove(rules.High))
	}
}

func TestExceptedFindingsAreNotCounted(t *testing.T) {
	s := writeSample(t, filepath.Join(t.TempDir(), "out"), 1)
	for sev, want := range map[rules.Severity]int{rules.Critical: 3, rules.High: 6, rules.Medium: 7, rules.Info: 7} {
		if got := s.AtOrAbove(sev); got != want {
			t.Errorf("%d findings at or above %s, want %d", got, sev, want)
		}
	}
	if s.Excepted != 1 {
		t.Errorf("%d findings are excepted, want 1", s.Excepted)
	}
}

func TestRecordsAreRefusedWithoutAnID(t *testing.T) {
	w, err := New(filepath.Join(t.TempDir(), "out"), Options{})
	check(t, err)
	defer func() { check(t, w.Abort()) }()
	c := *sampleCases()[0]
	c.ID = "short"
	if w.Case(&c) == nil {
		t.Error("a case with a bad id is taken")
	}
	f := *sampleFindings()[0]
	f.Severity = "grave"
	if w.Finding(&f) == nil {
		t.Error("a finding with an unknown severity is taken")
	}
}
