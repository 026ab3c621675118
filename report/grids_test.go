package report

import (
	"fmt"
	"slices"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

func rowsOf(g grid) string {
	out := g.Title + "\n"
	for _, row := range g.Rows {
		out += fmt.Sprintf("%q\n", row)
	}
	return out
}

func TestRolesHeldByOnePerson(t *testing.T) {
	w := sampleWriter(t)
	got := rowsOf(w.tallies.roles.matrix())
	want := `Who held two parts at once
["requester" "0 of 1" "1 of 2" "0 of 2" "2 of 3"]
["verifier" "" "0 of 1" "1 of 1" "0 of 1"]
["approver" "" "" "0 of 2" "1 of 2"]
["executor" "" "" "" "0 of 2"]
`
	if got != want {
		t.Errorf("the table is\n%swant\n%s", got, want)
	}
	if alone := w.tallies.roles.alone(); len(alone.Rows) != 0 {
		t.Errorf("the owners asked, yet these operators stand alone: %q", alone.Rows)
	}
}

func TestOperatorsAlone(t *testing.T) {
	var r roleTally
	for _, c := range sampleCases() {
		c.Steps.Requested, c.Steps.Approved = nil, nil
		r.add(c)
	}
	got, want := rowsOf(r.alone()), "Left to the operator alone\n[\"p-sam\" \"2\" \"2\" \"100 %\"]\n"
	if got != want {
		t.Errorf("the table is\n%swant\n%s", got, want)
	}
}

func TestScorecardCountsAttemptsThatLedToNothing(t *testing.T) {
	w := sampleWriter(t)
	got := rowsOf(w.tallies.scorecard([]Attempts{{System: "okta", Completed: 3, Blocked: 2, Abandoned: 1}}))
	// The acts of the sample do not name the cases, so its one self-service
	// reset has no system.
	want := `Self-service, way by way
["okta" "6" "1" "2" "0" "–" "–" "–" "–" "–" "–"]
["unknown" "1" "0" "0" "1" "–" "40 s" "–" "–" "0 of 1" "–"]
`
	if got != want {
		t.Errorf("the table is\n%swant\n%s", got, want)
	}
}

func TestPopulationsAndVariants(t *testing.T) {
	w := sampleWriter(t)
	got := rowsOf(w.tallies.populationTable()) + rowsOf(w.tallies.variantTable())
	want := `The same discipline for everybody
["people, by themselves" "1" "0" "0" "2 of 2" "100 %"]
["people, through an operator" "2" "1" "1" "8 of 13" "62 %"]
["services and workloads" "1" "0" "0" "0 of 0" "–"]
Which way resets of one kind went
["recovery, ordinary" "1 (50 %)" "1 (50 %)" "–" "–" "–"]
["recovery, privileged" "1 (100 %)" "–" "–" "–" "–"]
["rotation, machine" "–" "–" "1 (100 %)" "–" "–"]
`
	if got != want {
		t.Errorf("the tables are\n%swant\n%s", got, want)
	}
}

// Platforms are told apart, and so are classes on one; what nobody could assess
// counts for nothing.
func TestMainControlsByPlatform(t *testing.T) {
	tally := newTallies()
	for _, c := range []struct {
		system, class string
		verdicts      map[string]judge.Verdict
	}{
		{"okta", "recovery", map[string]judge.Verdict{"no-verification": judge.Met, "weak-verification": judge.Met, "missing-approval": judge.NotApplicable, "not-propagated": judge.Met}},
		{"okta", "recovery", map[string]judge.Verdict{"no-verification": judge.Met, "weak-verification": judge.NotMet, "missing-approval": judge.NotAssessable, "not-propagated": judge.NotMet}},
		{"ad", "recovery", map[string]judge.Verdict{"no-verification": judge.NotMet, "missing-approval": judge.Met, "self-approval": judge.NotMet}},
		{"okta", "unlock", map[string]judge.Verdict{"sessions-not-revoked": judge.NotDue, "dependent-not-rotated": judge.Met}},
	} {
		class := c.class
		tally.addPass(&judge.CaseRecord{Class: &class, Verdicts: c.verdicts}, c.system)
	}
	want := `The main controls, platform by platform
["recovery, ad" "0 of 1 (0 %)" "0 of 1 (0 %)" "–" "–" "–"]
["recovery, okta" "1 of 2 (50 %)" "–" "–" "1 of 2 (50 %)" "–"]
["unlock, okta" "–" "–" "–" "–" "1 of 1 (100 %)"]
`
	if got := rowsOf(tally.passTable()); got != want {
		t.Errorf("the table is\n%swant\n%s", got, want)
	}
}

// The controls name checks that exist.
func TestMainControlsNameChecks(t *testing.T) {
	checks, err := rules.LoadChecks()
	check(t, err)
	for _, control := range mainControls {
		for _, id := range control.checks {
			if !slices.ContainsFunc(checks, func(c *rules.Check) bool { return c.ID == id }) {
				t.Errorf("%s: no check is called %s", control.head, id)
			}
		}
	}
}
