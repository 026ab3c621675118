package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
)

// selfServiceTally is how the self-service resets of one system fare.
type selfServiceTally struct {
	resets  int
	methods map[string]int
	checks  map[string]*passRate
	took    []time.Duration // from the owner's request to the reset
}

// scored are the checks on which a way of self-service stands or falls, with
// what the table calls them.
var scored = []struct{ check, head string }{
	{"weak-verification", "Too weakly verified"},
	{"weaker-than-login", "Weaker than sign-in"},
	{"sessions-not-revoked", "Sessions left alive"},
	{"not-propagated", "Not propagated"},
}

func (t *tallies) addSelfService(c *judge.CaseRecord, at time.Time) {
	if knownPath(c.Path) != "self-service" || orUnknown(c.Class) != "recovery" {
		return
	}
	name := bounded(t.selfService, cmp.Or(primarySystem(c), "unknown"))
	s := t.selfService[name]
	if s == nil {
		s = &selfServiceTally{methods: map[string]int{}, checks: map[string]*passRate{}}
		t.selfService[name] = s
	}
	s.resets++
	for _, v := range c.Steps.Verified {
		if v.Method != nil {
			s.methods[bounded(s.methods, *v.Method)]++
		}
	}
	for _, k := range scored {
		if s.checks[k.check] == nil {
			s.checks[k.check] = &passRate{}
		}
		s.checks[k.check].add(c.Verdicts[k.check])
	}
	if d, ok := toRecover(c, at); ok {
		s.took = append(s.took, d)
	}
}

// maxMethodsShown bounds the methods named in a cell.
const maxMethodsShown = 4

// scorecard is one row per way of self-service: what was tried, what came of
// it, by which methods, and on which checks it falls.
func (t *tallies) scorecard(attempts []Attempts) grid {
	g := grid{
		Title: "Self-service, way by way",
		Lead:  "Attempts that owners made themselves, how they ended, and what the resets among them show. A check is counted where it could be assessed.",
		Heads: []string{"System", "Attempts", "Abandoned", "Blocked", "Resets", "Methods", "Median time"},
	}
	for _, k := range scored {
		g.Heads = append(g.Heads, k.head)
	}
	tried := map[string]Attempts{}
	names := map[string]bool{}
	for _, a := range attempts {
		tried[a.System], names[a.System] = a, true
	}
	for name := range t.selfService {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, s := tried[name], cmp.Or(t.selfService[name], &selfServiceTally{})
		// A reset whose first steps no record shows was an attempt as well.
		completed := max(a.Completed, int64(s.resets))
		row := []string{
			visible(cmp.Or(name, "unknown"), maxShownText), fmt.Sprint(completed + a.Abandoned + a.Blocked), fmt.Sprint(a.Abandoned), fmt.Sprint(a.Blocked),
			fmt.Sprint(s.resets), s.methodNames(), "–",
		}
		if len(s.took) > 0 {
			slices.Sort(s.took)
			row[len(row)-1] = inWords(quantile(s.took, 0.5))
		}
		for _, k := range scored {
			cell := "–"
			if p := s.checks[k.check]; p != nil && p.met+p.notMet > 0 {
				cell = fmt.Sprintf("%d of %d", p.notMet, p.met+p.notMet)
			}
			row = append(row, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (s *selfServiceTally) methodNames() string {
	names := slices.SortedFunc(maps.Keys(s.methods), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.methods[b], s.methods[a]), strings.Compare(a, b))
	})
	var out []string
	for _, name := range names[:min(len(names), maxMethodsShown)] {
		out = append(out, fmt.Sprintf("%s %d", visible(name, maxShownText), s.methods[name]))
	}
	return cmp.Or(strings.Join(out, ", "), "–")
}
