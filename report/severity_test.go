package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"resetproof/detect/judge"
)

// severed is a finding of check a on the case of this name.
func severed(name, severity string, v judge.Verdict) *judge.Finding {
	return with(made("a", name, ""), func(f *judge.Finding) { f.Severity, f.Verdict = severity, v })
}

// summed makes the writer count as Finish does.
func summed(t *testing.T, w *Writer, c coverageFile) {
	t.Helper()
	check(t, errors.Join(w.cases.sort(), w.findings.sort()))
	w.settle()
	check(t, w.fillSummary(c))
}

// TestSeverityOfACheckIsThatOfWhatIsOpen: what a waiver or a baseline covers
// does not make a check's row graver than its findings that are shown, and the
// row counts no finding as graver than it is.
func TestSeverityOfACheckIsThatOfWhatIsOpen(t *testing.T) {
	critical, high, medium, low := severed("c", "critical", judge.NotMet), severed("h", "high", judge.NotMet), severed("m", "medium", judge.NotMet), severed("l", "low", judge.NotMet)
	excepted := severed("e", "critical", judge.Excepted)
	for _, c := range []struct {
		name     string
		was, now []*judge.Finding
		row      string // on the terminal, without what stands in every title
		page     string // severity, mixed, quiet
	}{
		{"one", nil, []*judge.Finding{medium}, "medium 1 a", "medium  false"},
		{"the critical one is excepted", nil, []*judge.Finding{medium, excepted}, "medium 1 a", "medium  false"},
		{"all are excepted", nil, []*judge.Finding{excepted}, "", "critical  true"},
		{"of several severities", nil, []*judge.Finding{low, high, medium, severed("h2", "high", judge.NotMet)}, "high 2 a (and 1 medium, 1 low)", "high 2 high, 1 medium, 1 low false"},
		{"a baseline hides the critical one", []*judge.Finding{critical}, []*judge.Finding{critical, medium, low}, "medium 1 a (and 1 low)", "medium 1 medium, 1 low false"},
		{"a baseline hides all", []*judge.Finding{critical}, []*judge.Finding{critical, excepted}, "", "critical  true"},
	} {
		w := laterRun(t, nil, c.now)
		if c.was != nil {
			_, _, err := w.HoldAgainst(&Baseline{Given: "x", Earlier: earlierFile(t, c.was...)}, laterJudged())
			check(t, err)
		}
		cover := sampleCoverage().file()
		summed(t, w, cover)
		var out bytes.Buffer
		check(t, w.summary.Print(&out, Style{Width: 100}, sampleRun(), sampleCoverage(), ""))
		row := ""
		for _, l := range strings.Split(out.String(), "\n") {
			if words := strings.Fields(l); len(words) > 2 && words[0] != "look" && words[2] == "a" {
				row = strings.TrimSpace(strings.TrimSuffix(strings.Join(words, " "), c.now[0].Title))
			}
		}
		if row != c.row {
			t.Errorf("%s: the row is %q, want %q", c.name, row, c.row)
		}
		head, err := w.pageHead(cover, sampleRun())
		check(t, err)
		if len(head.Checks) != 1 {
			t.Fatalf("%s: the page has %d checks", c.name, len(head.Checks))
		}
		r := head.Checks[0]
		if got := fmt.Sprintf("%s %s %v", r.Severity, r.Mixed, r.Quiet); got != c.page {
			t.Errorf("%s: the page's row is %q, want %q", c.name, got, c.page)
		}
		check(t, w.Abort())
	}
}

// TestFirstScreenCountsFindings: a run that fails says of how many findings.
func TestFirstScreenCountsFindings(t *testing.T) {
	w := laterRun(t, nil, []*judge.Finding{severed("h", "high", judge.NotMet), severed("l", "low", judge.NotMet), severed("k", "low", judge.NotMet)})
	summed(t, w, sampleCoverage().file())
	if screen := strings.Join(firstScreen(t, w.summary.First, 100), "\n"); !strings.Contains(screen, "findings   3: 1 high · 2 low\n") {
		t.Errorf("the screen does not count the findings:\n%s", screen)
	}
	check(t, w.Abort())
}
