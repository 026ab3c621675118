package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// mainControls are the main things asked of every platform alike, each with the
// checks that say whether it was done. A reset passes where one of them is met
// and none is not met.
var mainControls = []struct {
	head   string
	checks []string
}{
	{"Verified", []string{"no-verification", "weak-verification", "late-verification"}},
	{"Approved", []string{"missing-approval", "self-approval", "approver-not-entitled", "late-approval", "stale-approval", "reused-approval", "too-few-approvers"}},
	{"Sessions ended", []string{"sessions-not-revoked", "old-access-used"}},
	{"Propagated", []string{"not-propagated"}},
	{"Dependents", []string{"dependent-not-rotated", "old-secret-used"}},
}

// platform is the system of the act that names a case, and its class: what
// should pass alike wherever it is done.
type platform struct{ class, system string }

// addPass counts how one case fares by the main controls on its platform.
func (t *tallies) addPass(c *judge.CaseRecord, system string) {
	p := platform{orUnknown(c.Class), system}
	if t.passes[p] == nil {
		if len(t.passes) >= maxTallied {
			return
		}
		t.passes[p] = make([]passRate, len(mainControls))
	}
	for i, control := range mainControls {
		said := judge.NotAssessable
		for _, check := range control.checks {
			switch v := c.Verdicts[check]; {
			case v == judge.NotMet:
				said = v
			case v == judge.Met && said != judge.NotMet:
				said = v
			}
		}
		t.passes[p][i].add(said)
	}
}

// passTable shows whether the same control comes out alike on each platform.
func (t *tallies) passTable() grid {
	g := grid{
		Title: "The main controls, platform by platform",
		Lead:  "Resets of one class that pass each control, of those in which it could be assessed, by the system in which the reset was done.",
		Heads: []string{"Class and system"},
		Note:  "– stands where no reset could be assessed. Propagation needs the topology, and is asked of accounts with one password in several directories.",
	}
	for _, control := range mainControls {
		g.Heads = append(g.Heads, control.head)
	}
	keys := slices.SortedFunc(maps.Keys(t.passes), func(a, b platform) int {
		return cmp.Or(strings.Compare(a.class, b.class), strings.Compare(a.system, b.system))
	})
	for _, k := range keys {
		row := []string{visible(k.class+", "+k.system, maxShownText)}
		for _, p := range t.passes[k] {
			cell := "–"
			if n := p.met + p.notMet; n > 0 {
				cell = fmt.Sprintf("%d of %d (%s)", p.met, n, rate(p.met, n))
			}
			row = append(row, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
