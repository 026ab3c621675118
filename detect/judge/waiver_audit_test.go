package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/identity"
	"resetproof/rules"
)

// lasting is a sound waiver of check tiny for ann, in force from start to hour 100.
func lasting(change func(*identity.Waiver)) identity.Waiver {
	w := identity.Waiver{
		ID: "W-1", Checks: []string{"tiny"}, Selector: `identity.id == "ann"`, Reason: "migration", Owner: "lea", ApprovedBy: "lea",
		ValidFrom: start, ValidUntil: start + 100*hour,
	}
	if change != nil {
		change(&w)
	}
	w.Examine()
	return w
}

// audited judges resets of ann at the hours under the waivers, each failing tiny.
func audited(t *testing.T, b *Bench, hours ...float64) []*waiverFacts {
	t.Helper()
	if err := b.Compile([]*rules.Check{tiny(rules.Check{Met: "false"})}); err != nil {
		t.Fatal(err)
	}
	if err := b.CompileWaivers("exceptions.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, at := range hours {
		b.Judge(reset(rules.Recovery, rules.Assisted, at))
	}
	return b.sortedWaivers()
}

func TestDefectsOfWaivers(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*identity.Waiver)
		want   string
	}{
		{"sound", nil, ""},
		{"no selector", func(w *identity.Waiver) { w.Selector = "" }, "states no selector, and so covers nothing"},
		{"nothing stated", func(w *identity.Waiver) { *w = identity.Waiver{ID: "W-1"} },
			"states no checks and no selector and no reason and no end and no owner and no approver, and so covers nothing"},
		{"a selector that asks nothing", func(w *identity.Waiver) { w.Selector = `["a"].exists(x, x == "a")` }, "holds for every case, whoever and whatever it is about"},
		{"a selector of the case alone", func(w *identity.Waiver) { w.Selector = `case.system == "okta"` }, ""},
		{"a check twice", func(w *identity.Waiver) { w.Checks = []string{"tiny", "all", "all"} },
			"names no check that a case is judged by: all"},
		{"signed by whom it means", func(w *identity.Waiver) { w.ApprovedBy = "ann" },
			"is signed by ann, who was reset at 2026-03-04 02:00:00 UTC and whom it would excuse (tiny): it covers nothing there"},
		{"over before the period", func(w *identity.Waiver) { w.ValidUntil, w.Owner = start+10*hour, "" }, ""},
	} {
		b := newBench(t, nil)
		b.Period = [2]int64{start + 20*hour, 0}
		b.Waivers = []identity.Waiver{lasting(c.change)}
		facts := audited(t, b, 50, 60)
		if got := strings.Join(facts[0].Defects, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A waiver that names most checks is none: one check of one is not most.
func TestBreadthOfChecks(t *testing.T) {
	b := newBench(t, nil)
	b.Waivers = []identity.Waiver{lasting(func(w *identity.Waiver) { w.Checks = []string{"one", "two"} })}
	var checks []*rules.Check
	for _, id := range []string{"one", "two", "three"} {
		checks = append(checks, tiny(rules.Check{ID: id, Met: "true"}))
	}
	if err := b.Compile(checks); err != nil {
		t.Fatal(err)
	}
	if err := b.CompileWaivers("exceptions.yaml"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.sortedWaivers()[0].Defects, []string{"excepts from 2 of the 3 checks that cases are judged by"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whether a waiver covers cannot be told where its approver may be the
// beneficiary; a second one that does cover decides.
func TestWaiverOfALookAlike(t *testing.T) {
	alike := func(id string) []string {
		if id == "a.nn" {
			return []string{"ann"}
		}
		return nil
	}
	doubtful := lasting(func(w *identity.Waiver) { w.ApprovedBy = "a.nn" })
	for _, c := range []struct {
		waivers []identity.Waiver
		want    Verdict
	}{
		{[]identity.Waiver{doubtful}, NotAssessable},
		{[]identity.Waiver{doubtful, lasting(func(w *identity.Waiver) { w.ID = "W-2" })}, Excepted},
	} {
		b := newBench(t, nil)
		b.Waivers, b.PossibleAliases = c.waivers, alike
		rec, _ := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), tiny(rules.Check{Met: "false"}))
		if rec.Verdicts["tiny"] != c.want {
			t.Errorf("%d waivers: %s, want %s", len(c.waivers), rec.Verdicts["tiny"], c.want)
		}
	}
}

// That nothing needed a waiver is said only where all its life was looked at.
func TestIdleWaivers(t *testing.T) {
	whole := "okta system=okta shows=reset.executed from=-500 to=500"
	for _, c := range []struct {
		name   string
		feeds  []string
		period [2]int64
		change func(*identity.Waiver)
		want   bool
	}{
		{"all seen", []string{whole}, [2]int64{}, nil, true},
		{"the period begins later", []string{whole}, [2]int64{start + 10*hour, 0}, nil, false},
		{"the period ends sooner", []string{whole}, [2]int64{0, start + 90*hour}, nil, false},
		{"the period is its life", []string{whole}, [2]int64{start, start + 100*hour}, nil, true},
		{"the log begins later", []string{"okta system=okta shows=reset.executed from=10 to=500"}, [2]int64{}, nil, false},
		{"another log has keys and begins later", []string{whole, "aws system=aws shows=secret.created from=10 to=500"}, [2]int64{}, nil, false},
		{"no beginning", []string{whole}, [2]int64{}, func(w *identity.Waiver) { w.ValidFrom = 0 }, false},
		{"void", []string{whole}, [2]int64{}, func(w *identity.Waiver) { w.Reason = "" }, false},
	} {
		b := newBench(t, nil, c.feeds...)
		b.Period = c.period
		b.Waivers = []identity.Waiver{lasting(c.change)}
		if facts := audited(t, b); facts[0].Idle != c.want {
			t.Errorf("%s: idle %v, want %v", c.name, facts[0].Idle, c.want)
		}
	}
}

// The record of a waiver lists the first of its uses and counts them all.
func TestUsesAreBounded(t *testing.T) {
	b := newBench(t, nil)
	b.Waivers = []identity.Waiver{lasting(func(w *identity.Waiver) { w.ValidUntil = start + 4000*hour })}
	var hours []float64
	for i := range 2*maxUses + 10 {
		hours = append(hours, float64(3000-i))
	}
	audited(t, b, hours...)
	r := b.WaiverRecords()[0]
	if r.Used != int64(len(hours)) || r.Cases != r.Used || len(r.Uses) != maxUses || r.Uses[0].Time != "2026-04-12T07:00:00Z" || r.Uses[0].Check != "tiny" {
		t.Errorf("%d uses in %d cases, %d listed from %s", r.Used, r.Cases, len(r.Uses), r.Uses[0].Time)
	}
	var months []string
	for _, m := range r.Months {
		months = append(months, fmt.Sprintf("%s %d of %d", m.Month, m.Cases, m.Of))
	}
	if got := strings.Join(months, ", "); got != "2026-04 449 of 449, 2026-05 744 of 744, 2026-06 720 of 720, 2026-07 97 of 97" {
		t.Error(got)
	}
}
