package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// failing writes a report of cases of one tier, path and system, of which the
// first fail one check.
func failing(t *testing.T, cases, fail int) (Summary, string) {
	t.Helper()
	s, out := writeFailing(t, cases, fail)
	text, err := os.ReadFile(filepath.Join(out, FindingsFile))
	if err != nil {
		t.Fatal(err)
	}
	return s, string(text)
}

func writeFailing(t *testing.T, cases, fail int) (Summary, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	w, err := New(out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		act := event.Hash("act", fmt.Sprint(i)).String()
		c := judge.CaseRecord{
			ID: event.Hash(act).String(), Identity: "ann", Tier: judge.Text("ordinary"), Path: judge.Text("assisted"),
			Time: fmt.Sprintf("2026-03-02T09:%02d:00Z", i), Acts: []judge.ActRecord{{Event: act, System: "ad", Time: "2026-03-02T09:00:00Z"}},
			Verdicts: map[string]judge.Verdict{"missing-approval": judge.Met}, Custody: judge.Proven,
		}
		if i < fail {
			c.Verdicts["missing-approval"] = judge.NotMet
			f := judge.Finding{
				ID: event.Hash("finding", act).String(), Check: "missing-approval", Title: "Nobody approved the reset", Severity: "high",
				Verdict: judge.NotMet, Scope: "case", Case: &c.ID, Tier: c.Tier, Path: c.Path, Time: &c.Time, Classification: "operating",
				Message: `somebody wrote "classification":"operating" into a ticket`,
			}
			if err := w.Finding(&f); err != nil { // before its case, as any order is allowed
				t.Fatal(err)
			}
		}
		if err := w.Case(&c); err != nil {
			t.Fatal(err)
		}
	}
	s := w.Summary()
	if _, err := w.Finish(Coverage{}, Run{}); err != nil {
		t.Fatal(err)
	}
	return s, out
}

func TestControlNotInOperationIsOneDeficiency(t *testing.T) {
	s, text := failing(t, 24, 20)
	if len(s.Designs) != 1 {
		t.Fatalf("%d deficiencies, want 1", len(s.Designs))
	}
	d := s.Designs[0]
	if d.Check != "missing-approval" || d.System != "ad" || d.Tier != "ordinary" || d.Path != "assisted" || d.Cases != 20 || d.Of != 24 || len(d.Examples) != 3 {
		t.Errorf("deficiency %+v", d)
	}
	if n := strings.Count(text, designKey); n != 20 {
		t.Errorf("%d findings are classified as design, want 20", n)
	}
	if got := s.AtOrAbove(rules.High); got != 1 {
		t.Errorf("they count %d times for --fail-on, want once", got)
	}
	if s.NotMet() != 20 {
		t.Errorf("%d findings, want 20", s.NotMet())
	}
}

// The twins: too few failing cases, and too small a share of them.
func TestFailuresInOperationStayFindings(t *testing.T) {
	for _, c := range []struct{ cases, fail int }{{19, 19}, {26, 20}} {
		s, text := failing(t, c.cases, c.fail)
		if len(s.Designs) != 0 || strings.Contains(text, designKey) {
			t.Errorf("%d of %d failing cases are called a deficiency of design", c.fail, c.cases)
		}
		if got := s.AtOrAbove(rules.High); got != c.fail {
			t.Errorf("%d of %d: %d findings count, want each", c.fail, c.cases, got)
		}
	}
}
