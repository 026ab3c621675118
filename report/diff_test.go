package report

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/rules"
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

// A finding that went with the file it was told from was not mended: the waiver
// was deleted, or the roster is another one.
func TestGoneWithAContextFile(t *testing.T) {
	hash := func(text string) *string { return &text }
	met := []*judge.CaseRecord{judgedCase("ann", map[string]judge.Verdict{"a": judge.Met}, nil)}
	for _, c := range []struct {
		name    string
		was     *judge.Finding
		file    string
		old, is *string
		want    string
	}{
		{"the waivers are deleted", madeSet("b", "waiver", "W-1"), "exceptions", hash("1"), nil, "lapsed: the exceptions file is not given any more; the check finds nothing there any more"},
		{"the waivers are others", madeSet("b", "waiver", "W-1"), "exceptions", hash("1"), hash("2"), "lapsed: the exceptions file has changed; the check finds nothing there any more"},
		{"the waivers are the same", madeSet("b", "waiver", "W-1"), "exceptions", hash("1"), hash("1"), "resolved: the check finds nothing there any more"},
		{"waivers of the whole set", madeSet(waiversCommon, "set", "x"), "exceptions", hash("1"), hash("2"), "lapsed: the exceptions file has changed; the check finds nothing there any more"},
		{"nothing to do with waivers", madeSet("b", "set", "x"), "exceptions", hash("1"), hash("2"), "resolved: the check finds nothing there any more"},
		{"the check needs the roster", made("a", "ann", ""), "identities", hash("1"), hash("2"), "lapsed: the identities file has changed; the check is met now"},
		{"the check needs no state", made("a", "ann", ""), "state", hash("1"), hash("2"), "resolved: the check is met now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := laterJudged()
			e := earlierFile(t, c.was)
			was, is := j.Run, j.Run
			was.Hashes, is.Hashes = map[string]*string{c.file: c.old}, map[string]*string{c.file: c.is}
			e.Run, j.Run = &was, is
			w := laterRun(t, met, nil)
			w.options.Checks[0].Files = []string{"identities"}
			w.options.Checks = append(w.options.Checks, &rules.Check{ID: waiversCommon})
			_, changes := held(t, w, &Baseline{Given: "last", Earlier: e}, j)
			if len(changes) != 1 || changes[0].Change+": "+changes[0].Why != c.want {
				t.Errorf("%+v, want %s", changes, c.want)
			}
		})
	}
}

func TestJudgedOtherwise(t *testing.T) {
	was := sampleRun()
	e := &Earlier{Run: &was}
	if got := e.JudgedOtherwise(sampleRun()); got != "" {
		t.Errorf("the same run differs: %s", got)
	}
	is, other := sampleRun(), "x"
	is.Period, is.Tool.Version, is.Hashes["policy"] = nil, "0.2.0", &other
	if got, want := e.JudgedOtherwise(is), "for another period, by another policy and by another build of resetproof"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (&Earlier{}).JudgedOtherwise(is); got != "" {
		t.Errorf("nothing is known of it, and yet it differs: %s", got)
	}
}
