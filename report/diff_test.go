package report

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
)

// TestStoredRunsTellWhatAReportTells keeps a run as beside a lake and compares
// with it.
func TestStoredRunsTellWhatAReportTells(t *testing.T) {
	dir := t.TempDir()
	w := laterRun(t, []*judge.CaseRecord{judgedCase("ann", map[string]judge.Verdict{"a": judge.NotMet}, nil)}, []*judge.Finding{made("a", "ann", "k1"), made("a", "ann", "k2")})
	j := laterJudged()
	j.Reviews = []identity.Review{{CaseOrFinding: made("a", "ann", "k1").ID, Reviewer: "mia", Decision: "accepted"}}
	w.KeepIn(dir, j)
	_, err := w.Finish(j.Coverage, j.Run)
	check(t, err)
	if got := names(t, dir); !slices.Equal(got, []string{storedCases, storedFindings, storedReading, RunFile}) {
		t.Fatalf("kept are %q", got)
	}
	e, err := OpenEarlier(dir)
	check(t, err)
	if e.Run.Run != j.Run.Run || len(e.reading.Feeds) != 2 || len(e.reading.Checks) != 5 {
		t.Errorf("read back: %+v %+v", e.Run, e.reading)
	}
	// The case has another id by now; what was reviewed already is no news.
	later := with(made("a", "first", "k2"), func(f *judge.Finding) { f.CaseAliases, f.Message = []string{id("ann")}, "said otherwise" })
	next := laterRun(t, []*judge.CaseRecord{judgedCase("first", map[string]judge.Verdict{"a": judge.NotMet}, func(c *judge.CaseRecord) {
		c.CaseAliases, c.Aside.Elements = []string{id("ann")}, []judge.Element{{Check: "a", Key: "k1", Verdict: judge.Met}}
	})}, []*judge.Finding{later})
	h, changes := held(t, next, &Baseline{Given: "last", Earlier: e}, j)
	if h.Known != 1 || *h.Run != j.Run.Run || len(changes) != 1 || changes[0].Why != "the check is met now" {
		t.Errorf("%+v, %+v", h, changes)
	}
}

func TestDiffOfReports(t *testing.T) {
	dir := t.TempDir()
	writeSample(t, filepath.Join(dir, "older"), 1)
	heldSample(t, filepath.Join(dir, "same"))
	older, err := OpenEarlier(filepath.Join(dir, "older"))
	check(t, err)
	same, err := OpenEarlier(filepath.Join(dir, "same"))
	check(t, err)
	d, err := NewDiff(older, same)
	check(t, err)
	if d.Differs() || d.unchanged != len(sampleFindings()) {
		t.Errorf("a status alone is a difference: %+v", d.counts)
	}
	again := sampleFindings()
	again[1].ID, again[2].ID = id("again"), id("too")
	d, err = NewDiff(older, earlierFile(t, again...))
	check(t, err)
	if got := d.againLine(); got != "1 of the new ones are of checks that failed before: sessions-not-revoked 1" {
		t.Errorf("again: %s", got)
	}
	changed := sampleFindings()[1:]
	changed[0].Severity = "low"
	d, err = NewDiff(older, earlierFile(t, changed...))
	check(t, err)
	var screen, lines bytes.Buffer
	check(t, d.Print(&screen, Style{Width: maxWidth}))
	check(t, d.WriteLines(&lines))
	for _, want := range []string{"\nnew        0\n", "\ngone       1  0 resolved  1 lapsed\n", "\nchanged    1\n       low  ", "was high\n", "\nunchanged  6\n"} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen.String())
		}
	}
	if !d.Differs() || strings.Count(lines.String(), "\n") != 2 || !strings.Contains(lines.String(), `{"change":"changed"`) {
		t.Errorf("lines:\n%s", lines.String())
	}
}
