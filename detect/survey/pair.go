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

// maxRanked is how many of a ranked list are told: nobody reads more, and what
// is ranked lower surprises less.
const maxRanked = 20

// pair is an operator and a unit or tier, with the days on which they met.
type pair struct {
	operator, kind, other string
	days                  int
	day                   int64 // the last of them
	acts                  []*act
	p, expected           float64
}

// table counts meetings: days on which an operator reset somebody of a unit or
// tier. Days, and not resets: ten of one morning are one errand.
type table struct {
	kind            string
	pairs           map[[2]string]*pair
	operators, kept map[string]int // sums over the others
}

// evened is what others did, none of them counting for more than a limit: one
// huge desk, which meets everybody every day, is not everybody.
type evened struct {
	sizes       []float64 // of operators, ascending
	sums, parts []float64 // up to each: days, and days as a share of the operator's
}

type sized struct{ size, days float64 }

func evenedOf(all []sized) *evened {
	slices.SortFunc(all, func(a, b sized) int { return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.days, b.days)) })
	e := &evened{sums: []float64{0}, parts: []float64{0}}
	for i, a := range all {
		e.sizes, e.sums, e.parts = append(e.sizes, a.size), append(e.sums, e.sums[i]+a.days), append(e.parts, e.parts[i]+a.days/a.size)
	}
	return e
}

// at sums up the days, those of operators beyond the limit cut down to it.
func (e *evened) at(limit float64) float64 {
	i, _ := slices.BinarySearch(e.sizes, limit)
	return e.sums[i] + limit*(e.parts[len(e.parts)-1]-e.parts[i])
}

func (t *table) add(a *act, other string) {
	if other == "" {
		return
	}
	key := [2]string{a.Operator, other}
	p := t.pairs[key]
	if p == nil {
		p = &pair{operator: a.Operator, kind: t.kind, other: other}
		t.pairs[key] = p
	}
	if day := floorDiv(a.Time, dayHours*hour); p.days == 0 || day != p.day {
		p.days, p.day, p.acts = p.days+1, day, nil
		t.operators[a.Operator]++
		t.kept[other]++
	}
	p.acts = append(p.acts, a)
}

// rarePairs finds the pairs that met on one day only, and of which the sums say
// that they are kept apart otherwise: by Fisher's exact test, so few meetings are
// unlikely if it did not matter who resets whom.
func rarePairs(s *survey) ([]judge.Fact, string) {
	r := s.rates()
	if lacks := r.lacks(); lacks != "" {
		return nil, lacks
	}
	var tables []*table
	for _, kind := range []string{"unit", "tier"} {
		tables = append(tables, &table{kind: kind, pairs: map[[2]string]*pair{}, operators: map[string]int{}, kept: map[string]int{}})
	}
	for i := range s.acts {
		if a := &s.acts[i]; byHand(a.Row) && a.Campaign == "" {
			tables[0].add(a, a.Unit)
			tables[1].add(a, string(a.Tier))
		}
	}
	var found []*pair
	tests := int64(0)
	for _, t := range tables {
		tests += int64(len(t.operators)) * int64(len(t.kept))
		found = append(found, t.once(s)...)
	}
	slices.SortFunc(found, func(a, b *pair) int {
		return cmp.Or(cmp.Compare(a.p, b.p), strings.Compare(a.operator, b.operator), strings.Compare(a.kind, b.kind), strings.Compare(a.other, b.other))
	})
	p := make([]float64, len(found))
	for i := range found {
		p[i] = found[i].p
	}
	rate := s.Policy.Limits.FalseDiscoveryRate
	q := discoveries(p, tests)
	over := 0
	for _, v := range q {
		if v <= rate {
			over++
		}
	}
	facts := []judge.Fact{}
	for i, x := range found[:min(len(found), maxRanked)] {
		if x.p > listed {
			break
		}
		f := x.facts(s.Name)
		f.Listing = judge.Listing{Rank: int64(i + 1), Of: int64(over), P: digits(x.p), Q: q[i], QText: digits(q[i]), Rate: rate, RateText: percent(rate), Tests: tests}
		f.Days = int64(tables[0].operators[x.operator])
		if x.kind == "tier" {
			f.Days = int64(tables[1].operators[x.operator])
		}
		facts = append(facts, f)
	}
	s.told = append(s.told, fmt.Sprintf("rare-pair: %s of an operator and a unit or tier tested, %d that met once are beyond a false discovery rate of %s, %d of them told",
		plural(tests, "pair"), over, percent(rate), min(over, maxRanked)))
	return facts, ""
}

// once lists the pairs of a table that met on one day only, in the period.
func (t *table) once(s *survey) []*pair {
	var all []sized
	for _, n := range t.operators {
		all = append(all, sized{float64(n), float64(n)})
	}
	whole, of := evenedOf(all), map[string]*evened{}
	those := map[string][]sized{}
	for _, p := range t.pairs {
		those[p.other] = append(those[p.other], sized{float64(t.operators[p.operator]), float64(p.days)})
	}
	var out []*pair
	for _, p := range t.pairs {
		if p.days != 1 || !s.inPeriod(p.acts[0].Time) {
			continue
		}
		if of[p.other] == nil {
			of[p.other] = evenedOf(those[p.other])
		}
		mine := float64(t.operators[p.operator])
		its, days := of[p.other].at(mine), whole.at(mine)
		p.expected = mine * its / days
		p.p = atMostOne(int(mine), int(its), int(math.Ceil(days)))
		out = append(out, p)
	}
	return out
}

// atMostOne is the chance that two share one day at most, of whom one has a and
// the other b of n days drawn without regard to each other (hypergeometric).
func atMostOne(a, b, n int) float64 {
	lg := func(v int) float64 { g, _ := math.Lgamma(float64(v + 1)); return g }
	if a+b-1 > n {
		return 0
	}
	p := 0.0
	if a+b <= n {
		p = math.Exp(lg(n-a) + lg(n-b) - lg(n) - lg(n-a-b))
	}
	return min(p+math.Exp(math.Log(float64(a))+math.Log(float64(b))+lg(n-a)+lg(n-b)-lg(n)-lg(n-a-b+1)), 1)
}

func (p *pair) facts(name func(string) string) *judge.PairFacts {
	at := event.When(p.acts[0].Time)
	f := &judge.PairFacts{
		Operator: p.operator, Name: name(p.operator), Kind: p.kind, Other: p.other, Time: at, Day: at.Format("2006-01-02"),
		Count: int64(len(p.acts)), Whose: name(p.acts[0].Identity), Expected: fmt.Sprintf("%.1f", p.expected),
	}
	f.Rest(idsOf(p.acts))
	return f
}

func idsOf(acts []*act) []event.ID {
	ids := make([]event.ID, len(acts))
	for i, a := range acts {
		ids[i] = a.Act
	}
	return ids
}
