package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// tried is a case as it came out under one policy.
func tried(name, tier string, day int, verdicts map[string]judge.Verdict, approvals, bar int) *judge.CaseRecord {
	at := time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
	when := func(before time.Duration) string { return at.Add(-before).Format(time.RFC3339) }
	strength := 2
	return &judge.CaseRecord{
		ID: event.Hash(id(name)).String(), Tier: text(tier), Time: when(0), Verdicts: verdicts, Custody: judge.Proven,
		Acts: []judge.ActRecord{{System: "ad", Event: id(name)}},
		Steps: judge.Steps{
			Requested: []judge.StepRecord{{Time: when(time.Duration(day) * time.Hour)}},
			Approved:  []judge.StepRecord{{Time: when(30 * time.Minute), Actor: text("mia")}},
			Verified:  []judge.StepRecord{{Time: when(10 * time.Minute)}},
		},
		Aside: judge.Aside{Name: name, Unit: "unit of " + name, Operator: "sam", Strength: &strength, Approvals: approvals, Verification: bar},
	}
}

func verdicts(failing ...string) map[string]judge.Verdict {
	v := map[string]judge.Verdict{"no-request": judge.Met, "missing-approval": judge.Met, "weak-verification": judge.NotAssessable}
	for _, check := range failing {
		v[check] = judge.NotMet
	}
	return v
}

func compared(t *testing.T, before, after []*judge.CaseRecord) string {
	t.Helper()
	w := NewWhatIf()
	for _, c := range before {
		check(t, w.Before().Case(c))
	}
	check(t, w.Before().Finding(&judge.Finding{Check: "log-gap", Scope: "source", Verdict: judge.NotMet}))
	for _, c := range after {
		check(t, w.After().Case(c))
	}
	check(t, w.After().Finding(&judge.Finding{Check: "log-gap", Scope: "source", Verdict: judge.NotMet}))
	check(t, w.After().Finding(&judge.Finding{Check: "step-without-source", Scope: "set", Verdict: judge.NotMet, Tier: text("ordinary")}))
	from, err := rules.LoadPolicy("baseline")
	check(t, err)
	to, err := rules.LoadPolicy("baseline+pci")
	check(t, err)
	var out bytes.Buffer
	check(t, w.Print(&out, Style{Width: maxWidth}, WhatIfHead{
		Old: "baseline 1", New: "baseline+pci 1", Period: "2026-03-01 to 2026-03-31", Now: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Changes: rules.Changes(from.Versions[0], to.Versions[0]), Others: rules.OtherChanges(from.Versions[0], to.Versions[0]),
	}))
	return out.String()
}

func TestWhatIfComparesCaseByCase(t *testing.T) {
	before := []*judge.CaseRecord{
		tried("ann", "ordinary", 1, verdicts(), 0, 2),
		tried("bob", "ordinary", 2, verdicts("no-request"), 0, 2),
		tried("cid", "sensitive", 3, verdicts("no-request"), 1, 3),
		tried("dan", "ordinary", 4, verdicts(), 1, 2),
		tried("eve", "ordinary", 5, verdicts(), 1, 2),
	}
	after := []*judge.CaseRecord{
		tried("ann", "ordinary", 1, verdicts("missing-approval"), 1, 2),                      // fails newly
		tried("bob", "ordinary", 2, verdicts("no-request", "missing-approval"), 1, 2),        // fails another check
		tried("cid", "sensitive", 3, verdicts(), 1, 3),                                       // fails no longer
		tried("dan", "ordinary", 4, verdicts(), 1, 3),                                        // must be verified better
		tried("eve", "ordinary", 5, verdicts("missing-approval", "weak-verification"), 2, 2), // wants a second approver
	}
	got := compared(t, before, after)
	want := `whatif     baseline+pci 1 in the place of baseline 1, judged as of 2026-04-01 00:00 UTC
           2026-03-01 to 2026-03-31; nothing is written

changes    3 lines ask for more, 0 ask for less
           requirements.ordinary.approval_unless_owner_asked: true → false
           judges.binding: adds approval
           issuance_approval_tiers: adds ordinary, sensitive, machine

resets     5: 2 fail a check now, 3 would; 2 newly, 1 no longer
           4 verdicts newly not met, 1 no longer
custody    5 proven
verdicts   8 → 6 met, 2 → 5 not met, 0 not due, 0 excepted, 5 → 4 not assessable

findings   missing-approval           ordinary 0 → 3
           step-without-source        ordinary 0 → 1
           weak-verification          ordinary 0 → 1
           no-request                 sensitive 1 → 0

such as    ann (ad, 2026-03-01 12:00): missing-approval
           bob (ad, 2026-03-02 12:00): missing-approval
           eve (ad, 2026-03-05 12:00): missing-approval, weak-verification
operators  sam 4
identities eve 2 · ann 1 · bob 1
units      unit of eve 2 · unit of ann 1 · unit of bob 1

waiting    estimated from the times on record; a process that asks sooner waits less
           3 resets would need one more approval, 2 have it; one came 2 h 30 min after the request
             in the median, 4 h 30 min at the 90th percentile (n = 5, all tiers)
           how long after the first a second one comes cannot be told (n = 0, all tiers)
           1 reset would need a verification of strength 3, 0 have it; how long after the request
             one comes cannot be told (n = 0)
           as it is, a reset comes 3 h 0 min after its request in the median, 5 h 0 min at the 90th
             percentile (n = 5, all tiers)
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	slices.Reverse(before)
	slices.Reverse(after)
	if again := compared(t, before, after); again != got {
		t.Errorf("the order of arrival changes the screen:\n%s", again)
	}
}

// A policy that puts acts together otherwise: the case is found by its alias,
// or counted as one of the new policy's own.
func TestWhatIfFindsCasesByAlias(t *testing.T) {
	old, same, other := tried("ann", "ordinary", 1, verdicts("no-request"), 0, 2), tried("ann2", "ordinary", 1, verdicts("no-request"), 0, 2), tried("new", "ordinary", 2, verdicts(), 0, 2)
	same.CaseAliases = []string{old.ID}
	got := compared(t, []*judge.CaseRecord{old}, []*judge.CaseRecord{same, other})
	for _, line := range []string{"resets     1 → 2: 1 fail a check now, 1 would; 0 newly, 0 no longer", "1 reset is put together otherwise under the new policy"} {
		if !strings.Contains(got, line) {
			t.Errorf("%s\nlacks %q", got, line)
		}
	}
}

// However much differs, it is one screen.
func TestWhatIfIsOneScreen(t *testing.T) {
	var before, after []*judge.CaseRecord
	for i := range 200 {
		failing := []string{}
		for k := range 30 {
			failing = append(failing, fmt.Sprintf("check-%d", k))
		}
		name := fmt.Sprintf("somebody with a rather long name %d\x1b[31m", i)
		before = append(before, tried(name, "ordinary", 1+i%28, verdicts(), 0, 1))
		after = append(after, tried(name, "ordinary", 1+i%28, verdicts(failing...), 1, 4))
	}
	got := compared(t, before, after)
	lines := strings.Split(got, "\n")
	if len(lines) > 50 || strings.Contains(got, "\x1b") {
		t.Errorf("%d lines:\n%s", len(lines), got)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > maxWidth {
			t.Errorf("%d characters: %s", n, l)
		}
	}
}
