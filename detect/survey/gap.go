package survey

import (
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// leastPopulation is how many judged resets a population takes to be compared.
const leastPopulation = 20

// populationGaps compares every population with all others together: how often
// the chain of a reset is whole, as far as records tell. Emergency accounts,
// whose evidence may come later, are left out.
func populationGaps(s *survey) ([]judge.Fact, string) {
	names := slices.DeleteFunc(judge.Populations(), func(p string) bool { return p == judge.Emergencies })
	groups := make([]*sample, len(names))
	broken := make([][]event.ID, len(names))
	for i := range groups {
		groups[i] = &sample{}
	}
	for i := range s.acts {
		a := &s.acts[i]
		at := slices.Index(names, a.Population)
		if at < 0 || !a.InPeriod || a.Custody == judge.Pending || a.Met+a.NotMet == 0 {
			continue
		}
		groups[at].add(a.Identity, a.Custody != judge.Broken)
		if a.Custody == judge.Broken {
			broken[at] = append(broken[at], a.Act)
		}
	}
	var counts []string
	for i := len(names) - 1; i >= 0; i-- {
		n := groups[i].whole().cases
		counts = append(counts, fmt.Sprintf("%d of %s", n, names[i]))
		if n < leastPopulation {
			groups, names, broken = slices.Delete(groups, i, i+1), slices.Delete(names, i, i+1), slices.Delete(broken, i, i+1)
		}
	}
	if len(names) < 2 {
		slices.Reverse(counts)
		return nil, fmt.Sprintf("judged resets are %s; it takes %d of at least two populations to compare them", strings.Join(counts, ", "), leastPopulation)
	}
	// Two populations are one comparison, seen from both sides.
	comparisons := len(names)
	if comparisons == 2 {
		comparisons = 1
	}
	rate := s.Policy.Limits.FalseDiscoveryRate
	correlation, freedom := resembles(groups)
	z := quantile(rate, comparisons, freedom)
	facts := []judge.Fact{}
	for i, name := range names {
		var rest sample
		for j, g := range groups {
			if j != i {
				rest.take(g)
			}
		}
		of, others := groups[i].told(correlation), rest.told(correlation)
		gap, from, to := difference(others, of, z)
		if from <= 0 {
			continue
		}
		f := &judge.GapFacts{
			Population: name, Whole: int64(of.with), Cases: int64(of.cases), Rate: wholePercent(of.rate()),
			Others: strings.Join(slices.Concat(names[:i], names[i+1:]), ", "), OtherWhole: int64(others.with), OtherCases: int64(others.cases),
			OtherRate: wholePercent(others.rate()), Gap: points(gap), From: points(from), To: points(to), Level: percent(1 - rate), Comparisons: int64(comparisons),
		}
		f.Rest(broken[i])
		facts = append(facts, f)
	}
	s.told = append(s.told, fmt.Sprintf("population-gap: %s compared at an error rate of %s over all, %d below the others",
		plural(int64(len(names)), "population"), percent(rate), len(facts)))
	return facts, ""
}

// take adds a group's cases.
func (s *sample) take(g *sample) {
	for i, who := range g.names {
		for n := range g.clusters[i].cases {
			s.add(who, n < g.clusters[i].with)
		}
	}
}
