package survey

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

const (
	// leastVariants is how many resets of one kind it takes to call a way rare,
	// and rareShare the largest share of them that is.
	leastVariants = 30
	rareShare     = 0.05
	maxVariants   = 20 // shown, the rarest first
	maxExamples   = 3  // named of one variant
)

// alike are accounts that should be recovered in one way.
type alike struct{ class, tier, kind, system string }

func (g alike) String() string {
	kind := ""
	if g.kind != "" {
		kind = " (" + g.kind + ")"
	}
	return fmt.Sprintf("%s of %s accounts%s in %s", g.class, g.tier, kind, cmp.Or(g.system, "an unnamed system"))
}

// variant is one way in which such accounts were recovered.
type variant struct {
	group *variantGroup
	way   string
	acts  []*act
}

type variantGroup struct {
	of       alike
	n        int
	variants []*variant
}

// variants finds the rare ways: which path a reset took, and which links of its
// chain are on record in which order. Campaigns are a way of their own; a reset
// whose missing links no log covers, or which is not due yet, says nothing.
func variants(s *survey) ([]judge.Fact, string) {
	groups, most, untold := variantGroups(s.acts)
	var rare []*variant
	judged := 0
	var ways []string
	for _, g := range groups {
		if g.n < leastVariants {
			continue
		}
		judged++
		ways = append(ways, fmt.Sprintf("%s: %s, entropy %.2f bits", g.of, plural(int64(len(g.variants)), "way"), g.entropy()))
		for _, v := range g.variants {
			if float64(len(v.acts)) <= rareShare*float64(g.n) {
				rare = append(rare, v)
			}
		}
	}
	if judged == 0 {
		return nil, fmt.Sprintf("at most %s of one class, tier, kind and system whose links are all covered are on record; it takes %d to tell which way is rare",
			plural(int64(most), "reset"), leastVariants)
	}
	slices.SortFunc(rare, func(a, b *variant) int {
		return cmp.Or(cmp.Compare(len(a.acts)*b.group.n, len(b.acts)*a.group.n), strings.Compare(a.subject(), b.subject()))
	})
	facts := []judge.Fact{}
	for i, v := range rare[:min(len(rare), maxVariants)] {
		facts = append(facts, v.facts(s.Name, int64(i+1)))
	}
	s.told = append(s.told, fmt.Sprintf("path-variant: %s of at least %d resets (%s); %d rare ways (at most %s of their group), %d shown; %s left out whose links no log covers",
		plural(int64(judged), "group"), leastVariants, strings.Join(ways[:min(len(ways), maxVariants)], "; "), len(rare), percent(rareShare), len(facts), plural(int64(untold), "reset")))
	return facts, ""
}

// variantGroups sorts resets into groups and ways, and tells how many the
// largest group has and how many resets are left out.
func variantGroups(acts []act) (groups []*variantGroup, most, untold int) {
	byKind, byWay := map[alike]*variantGroup{}, map[string]*variant{}
	for i := range acts {
		a := &acts[i]
		if !a.InPeriod || a.Campaign != "" {
			continue
		}
		if !a.WayKnown || a.Custody == judge.Pending {
			untold++
			continue
		}
		k := alike{string(a.Class), string(a.Tier), a.Kind, a.System}
		g := byKind[k]
		if g == nil {
			g = &variantGroup{of: k}
			byKind[k], groups = g, append(groups, g)
		}
		v := &variant{group: g, way: fmt.Sprintf("%s: %s", a.Path, strings.Join(a.Way.Links(), ", "))}
		if known := byWay[v.subject()]; known != nil {
			v = known
		} else {
			byWay[v.subject()], g.variants = v, append(g.variants, v)
		}
		v.acts = append(v.acts, a)
		g.n++
		most = max(most, g.n)
	}
	slices.SortFunc(groups, func(a, b *variantGroup) int { return strings.Compare(a.of.subject(), b.of.subject()) })
	for _, g := range groups {
		slices.SortFunc(g.variants, func(a, b *variant) int {
			return cmp.Or(cmp.Compare(len(b.acts), len(a.acts)), strings.Compare(a.way, b.way))
		})
	}
	return groups, most, untold
}

func (g alike) subject() string {
	return strings.Join([]string{g.class, g.tier, g.kind, g.system}, "|")
}

func (v *variant) subject() string { return v.group.of.subject() + "|" + v.way }

// entropy measures how many ways a group goes: 0 bits for one.
func (g *variantGroup) entropy() float64 {
	bits := 0.0
	for _, v := range g.variants {
		p := float64(len(v.acts)) / float64(g.n)
		bits -= p * math.Log2(p)
	}
	return bits + 0 // never -0
}

func (v *variant) facts(name func(string) string, rank int64) *judge.VariantFacts {
	usual := v.group.variants[0]
	f := &judge.VariantFacts{
		Subject: v.subject(), Group: v.group.of.String(), Way: v.way, Count: int64(len(v.acts)), Cases: int64(v.group.n),
		Usual: usual.way, UsualCount: int64(len(usual.acts)), Limit: percent(rareShare), Rank: rank, First: event.When(v.acts[0].Time),
	}
	var who []string
	var on []event.ID
	for _, a := range v.acts {
		if len(who) < maxExamples {
			who = append(who, fmt.Sprintf("%s at %s", name(a.Identity), event.When(a.Time).Format("2006-01-02 15:04:05 UTC")))
		}
		on = append(on, a.Act)
	}
	if more := len(v.acts) - len(who); more > 0 {
		who = append(who, fmt.Sprintf("%d more", more))
	}
	f.Examples = strings.Join(who, ", ")
	f.Rest(on)
	return f
}
