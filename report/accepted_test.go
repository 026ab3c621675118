package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// TestAcceptedFindings: an entry hides what it names while it holds, and only if
// somebody else accepted it for a reason.
func TestAcceptedFindings(t *testing.T) {
	day := int64(24 * time.Hour)
	now := sampleNow.UnixNano()
	sound := identity.Accepted{CaseOrFinding: made("a", "ann", "").ID, Reason: "known", AcceptedBy: "mia", AcceptedAt: now - day, Until: now + day, Line: 2}
	entry := func(change func(*identity.Accepted)) identity.Accepted {
		e := sound
		change(&e)
		return e
	}
	for _, c := range []struct {
		name    string
		entry   identity.Accepted
		status  string
		defects int
		gone    string
	}{
		{"a finding", sound, "known", 0, ""},
		{"a case", entry(func(e *identity.Accepted) { e.CaseOrFinding = id("ann") }), "known", 0, ""},
		{"another name of the case", entry(func(e *identity.Accepted) { e.CaseOrFinding = id("ann-okta") }), "known", 0, ""},
		{"another name of the finding", entry(func(e *identity.Accepted) { e.CaseOrFinding = event.Hash("a", id("ann-okta"), "").String() }), "known", 0, ""},
		{"a case, this check", entry(func(e *identity.Accepted) { e.CaseOrFinding, e.Check = id("ann"), "a" }), "known", 0, ""},
		{"a case, another check that is met", entry(func(e *identity.Accepted) { e.CaseOrFinding, e.Check = id("ann"), "b" }), "new", 0, "resolved the check is met now"},
		{"a finding that is met", entry(func(e *identity.Accepted) { e.CaseOrFinding = made("b", "ann", "").ID }), "new", 0, "resolved the check is met now"},
		{"an element that is met", entry(func(e *identity.Accepted) { e.CaseOrFinding = made("b", "ann", "k").ID }), "new", 0, "resolved the check is met now"},
		{"a case without findings", entry(func(e *identity.Accepted) { e.CaseOrFinding = id("bob") }), "new", 0, "resolved no check of the case is unmet"},
		{"nothing of this run", entry(func(e *identity.Accepted) { e.CaseOrFinding = id("nobody") }), "new", 0, "lapsed this run knows no case or finding of this id"},
		{"as grave", entry(func(e *identity.Accepted) { e.Severity = "medium" }), "known", 0, ""},
		{"expired", entry(func(e *identity.Accepted) { e.Until = now }), "new", 1, ""},
		{"of tomorrow", entry(func(e *identity.Accepted) { e.AcceptedAt = now + 1 }), "new", 1, ""},
		{"defective", entry(func(e *identity.Accepted) { e.Defect = "it states no reason" }), "new", 1, ""},
		{"by the beneficiary", entry(func(e *identity.Accepted) { e.AcceptedBy = "P-Ann" }), "new", 1, ""},
		{"by the operator", entry(func(e *identity.Accepted) { e.AcceptedBy = "p-sam" }), "new", 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := with(made("a", "ann", ""), func(f *judge.Finding) { f.CaseAliases = []string{id("ann-okta")} })
			ann := judgedCase("ann", map[string]judge.Verdict{"a": judge.NotMet, "b": judge.Met}, func(r *judge.CaseRecord) {
				r.CaseAliases, r.Aside.Elements = []string{id("ann-okta")}, []judge.Element{{Check: "b", Key: "k", Verdict: judge.Met}}
			})
			w := laterRun(t, []*judge.CaseRecord{ann, judgedCase("bob", map[string]judge.Verdict{"a": judge.Met}, nil)}, []*judge.Finding{f})
			_, defects, err := w.HoldAgainst(&Baseline{Given: "accepted.csv", File: "accepted.csv", Accepted: []identity.Accepted{c.entry}}, laterJudged())
			check(t, err)
			if got := w.statusOf(w.findings.lines[0].offset); got != c.status || len(defects) != c.defects {
				t.Errorf("status %s, want %s; %q", got, c.status, defects)
			}
			if hidden := w.Summary().Hidden() == 1; hidden != (c.status == "known") {
				t.Errorf("hidden: %v", hidden)
			}
			var gone bytes.Buffer
			check(t, w.gone.copyTo(&gone))
			var change Change
			if gone.Len() > 0 {
				check(t, json.Unmarshal(gone.Bytes(), &change))
			}
			if got := strings.TrimSpace(change.Change + " " + change.Why); got != c.gone {
				t.Errorf("gone: %q, want %q", got, c.gone)
			}
			check(t, w.Abort())
		})
	}
	graver := newAccepted(t, entry(func(e *identity.Accepted) { e.Severity = "low" }))
	if got := graver.stand(&savedFinding{Finding: *made("a", "ann", "")}); got != isGraver {
		t.Errorf("a finding graver than accepted stands as %d", got)
	}
}

func newAccepted(t *testing.T, entries ...identity.Accepted) *acceptedList {
	t.Helper()
	l, _ := newAcceptedList(entries, sampleNow.UnixNano(), nil)
	return l
}
