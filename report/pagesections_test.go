package report

import (
	"fmt"
	"path/filepath"
	"testing"

	"resetproof/rules"
)

// sampleWriter holds the sample run, sorted and settled as Finish leaves it.
func sampleWriter(t *testing.T) *Writer {
	t.Helper()
	w, err := New(filepath.Join(t.TempDir(), "out"), sampleOptions())
	check(t, err)
	t.Cleanup(func() { check(t, w.Abort()) })
	for _, c := range sampleCases() {
		check(t, w.Case(c))
	}
	for _, f := range sampleFindings() {
		check(t, w.Finding(f))
	}
	check(t, w.cases.sort())
	check(t, w.findings.sort())
	w.settle()
	check(t, w.fillSummary(sampleCoverage().file()))
	return w
}

func TestContainmentListsWhatResetsLeftOpen(t *testing.T) {
	c, err := sampleWriter(t).containment()
	check(t, err)
	got := ""
	for _, g := range c.Groups {
		got += fmt.Sprintf("%s (%d):", g.Title, g.Count)
		for _, r := range g.Rows {
			got += fmt.Sprintf(" %s %s %s;", r.Severity, r.Subject, r.Finding[:8])
		}
		got += "\n"
	}
	want := fmt.Sprintf("What was done with the account after the reset (1): high p-dana %s;\n"+
		"Ways in from before the reset that stay open (1): high p-dana %s;\n", id("reset-then-privilegedana")[:8], id("sessions-not-revokeddana")[:8])
	if got != want {
		t.Errorf("open paths are\n%swant\n%s", got, want)
	}
	if c.Waiting != "For 1 reset a deadline lies beyond what the logs reach so far." {
		t.Errorf("what waits: %q", c.Waiting)
	}
}

func TestSegmentsShowSpeedAndProof(t *testing.T) {
	w := sampleWriter(t)
	got := ""
	for _, s := range w.tallies.segmentRows() {
		got += fmt.Sprintf("%s %d: %d proven, %d broken, %d timed, %s to %s\n", s.Name, s.Cases, s.Proven, s.Broken, s.Timed, s.Median, s.P95)
	}
	want := "production automation 1: 0 proven, 0 broken, 0 timed, – to –\n" +
		"service desk 1: 1 proven, 0 broken, 1 timed, 9 min 48 s to 9 min 48 s\n" +
		"everybody else 2: 0 proven, 1 broken, 2 timed, 40 s to 11 min 3 s\n"
	if got != want {
		t.Errorf("segments are\n%swant\n%s", got, want)
	}
	if rows := newTallies().segmentRows(); rows != nil {
		t.Errorf("a run without cases shows segments: %v", rows)
	}
}

func TestPlatformsAndTheFourFields(t *testing.T) {
	got := ""
	for _, p := range sampleWriter(t).tallies.platforms() {
		got += fmt.Sprintf("%s %d: %d of %d met %s, fields %v\n", p.System, p.Cases, p.Met, p.Assessed, p.Rate, p.Fields)
	}
	// The acts of the sample do not name the cases, so their system is unknown.
	want := "unknown 4: 10 of 15 met 67 %, fields [{2 50 %} {2 50 %} {4 100 %} {1 25 %}]\n"
	if got != want {
		t.Errorf("platforms are\n%swant\n%s", got, want)
	}
}

func TestEvidenceMapShowsHoles(t *testing.T) {
	got := ""
	for _, row := range evidenceMap(sampleCoverage().file(), rules.Links()) {
		got += row.System + ":"
		for _, c := range row.Cells {
			got += " " + c.Text + ";"
		}
		got += "\n"
	}
	want := "ad: –; –; –; 31; –; –; –; –;\n" +
		"okta: –; –; –; 12; –; –; –; –;\n" +
		"any source: no source; no source; no source; 43; no source; no source; no source; no source;\n"
	if got != want {
		t.Errorf("the map is\n%swant\n%s", got, want)
	}
}

func TestCompletenessAddsUp(t *testing.T) {
	got := sampleWriter(t).tallies.completeness().Text
	want := "Policy asks for 17 links over all resets. Records show 11 (65 %), 4 could have been shown and are not (24 %), and for 2 no log was there to tell (12 %)."
	if got != want {
		t.Errorf("completeness is %q, want %q", got, want)
	}
}

func TestControlsSayWhichChecksAPersonShouldConfirm(t *testing.T) {
	w := sampleWriter(t)
	w.options.Frameworks = []*rules.Framework{
		{ID: "free", Title: "Free", Source: "a law", Licence: "public domain", Controls: []rules.Control{
			{ID: "1", Title: "Approve", Sure: []string{"self-approval"}, Verify: []string{"late-approval"}}, {ID: "2", Title: "Nobody speaks of it"},
		}},
		{ID: "ids-only", Title: "Ids only", Controls: []rules.Control{{ID: "9.1", Verify: []string{"self-approval"}}}},
		{ID: "silent", Title: "Silent", Controls: []rules.Control{{ID: "0"}}},
	}
	w.summary.controls = map[string]map[string]*controlCount{
		"free":     {"1": {Count: 3, checks: map[string]int{"self-approval": 2, "late-approval": 1}}},
		"ids-only": {"9.1": {Count: 2, checks: map[string]int{"self-approval": 2}}},
		"theirs":   {"X": {Count: 1, checks: map[string]int{"late-approval": 1}}},
	}
	got := ""
	for _, f := range w.frameworkRows() {
		got += fmt.Sprintf("%s, %s, titled %v:", f.Title, f.Size, f.Titled)
		for _, c := range f.Controls {
			got += fmt.Sprintf(" %s %q %d %v", c.Key, c.Title, c.Count, c.Checks)
		}
		got += "\n"
	}
	want := `Free, 1 control, titled true: free/1 "Approve" 3 [{late-approval true} {self-approval false}]
Ids only, 1 control, titled false: ids-only/9.1 "" 2 [{self-approval true}]
theirs, 1 control, titled false: theirs/X "" 1 [{late-approval false}]
`
	if got != want {
		t.Errorf("the frameworks are\n%swant\n%s", got, want)
	}
}

// Who is who is told in sentences, the first of many only.
func TestIdentityConflictsAreListed(t *testing.T) {
	var many [][2]string
	for i := range maxConflicts + 10 {
		many = append(many, [2]string{fmt.Sprintf("ann%04d", i), fmt.Sprintf("ann.%04d", i)})
	}
	people := People{LookAlikes: many, Conflicts: []Conflict{{ID: "ad:S-1-5-21-1-1101", Name: `ad:ACME\ann`, ByID: "ann", ByName: "bob", First: 1_772_000_000_000_000_000}}}
	c := Coverage{People: people}.file()
	if len(c.LookAlikes) != maxConflicts || len(c.Conflicts) != 1 {
		t.Fatalf("%d look-alikes, %d conflicts", len(c.LookAlikes), len(c.Conflicts))
	}
	got := ""
	for _, l := range conflictLists(c) {
		got += fmt.Sprintf("%s: %d\n%s\n%s\n", l.Title, len(l.Items), l.Items[0], l.Items[len(l.Items)-1])
	}
	want := `Identity conflicts: records that contradict the roster: 1
Records since 2026-02-25T06:13:20Z name ad:S-1-5-21-1-1101 together with ad:ACME\ann: the one belongs to ann, the other to bob. The id is believed.
Records since 2026-02-25T06:13:20Z name ad:S-1-5-21-1-1101 together with ad:ACME\ann: the one belongs to ann, the other to bob. The id is believed.
Possibly one person: the roster does not say: 51
ann0000 and ann.0000
and 950 more, in coverage.json
`
	if got != want {
		t.Errorf("the lists are\n%swant\n%s", got, want)
	}
}
