package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// populationOf says which population a reset belongs to: people who helped
// themselves, people whom somebody helped, accounts of machines, emergency
// accounts. Whether populations differ beyond chance is not said here.
func populationOf(c *judge.CaseRecord) string {
	tier := ""
	if c.Tier != nil {
		tier = *c.Tier
	}
	switch {
	case tier == "machine" || tier == "privileged-machine":
		return "services and workloads"
	case tier == "break-glass":
		return "emergency accounts"
	case knownPath(c.Path) == "self-service":
		return "people, by themselves"
	case c.Operator != nil && *c.Operator != c.Identity:
		return "people, through an operator"
	}
	return "people, nobody named"
}

var populationOrder = []string{"people, by themselves", "people, through an operator", "people, nobody named", "services and workloads", "emergency accounts"}

type populationTally struct {
	cases, proven, broken int
	verdicts              passRate
}

func (t *tallies) addPopulation(c *judge.CaseRecord) {
	name := populationOf(c)
	p := t.populations[name]
	if p == nil {
		p = &populationTally{}
		t.populations[name] = p
	}
	p.cases++
	switch c.Custody {
	case judge.Proven:
		p.proven++
	case judge.Broken:
		p.broken++
	}
	for _, v := range c.Verdicts {
		p.verdicts.add(v)
	}
	way := variant{orUnknown(c.Class), orUnknown(c.Tier)}
	if t.variants[way] == nil {
		if len(t.variants) >= maxTallied {
			return
		}
		t.variants[way] = map[string]int{}
	}
	t.variants[way][knownPath(c.Path)]++
}

func (t *tallies) populationTable() grid {
	g := grid{
		Title: "The same discipline for everybody",
		Lead:  "Resets of people, of machines and of emergency accounts, and the share of checks met among those that could be assessed.",
		Heads: []string{"Population", "Resets", "Proven", "Broken", "Checks met", "Share"},
	}
	for _, name := range populationOrder {
		if p := t.populations[name]; p != nil {
			n := p.verdicts.met + p.verdicts.notMet
			g.Rows = append(g.Rows, []string{name, fmt.Sprint(p.cases), fmt.Sprint(p.proven), fmt.Sprint(p.broken),
				fmt.Sprintf("%d of %d", p.verdicts.met, n), rate(p.verdicts.met, n)})
		}
	}
	return g
}

// variant is a class of reset on accounts of one tier: what should go one way.
type variant struct{ class, tier string }

// variantTable shows by which paths resets of one class and tier went.
func (t *tallies) variantTable() grid {
	g := grid{
		Title: "Which way resets of one kind went",
		Lead:  "Accounts of one tier that lost their way in should recover it in one way; a few that went another are worth a look.",
		Heads: append([]string{"Class and tier"}, pathOrder...),
	}
	keys := slices.SortedFunc(maps.Keys(t.variants), func(a, b variant) int {
		return cmp.Or(strings.Compare(a.class, b.class), strings.Compare(a.tier, b.tier))
	})
	for _, k := range keys {
		whole := 0
		for _, n := range t.variants[k] {
			whole += n
		}
		row := []string{visible(k.class+", "+k.tier, maxShownText)}
		for _, path := range pathOrder {
			cell := "–"
			if n := t.variants[k][path]; n > 0 {
				cell = fmt.Sprintf("%d (%s)", n, rate(n, whole))
			}
			row = append(row, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
