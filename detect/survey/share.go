package survey

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// share is how many of a number of cases have some property. The resets of one
// account are alike, and so tell less than as many of different ones: effective
// is how many independent ones they stand for. What one operator does is no
// chance: that a group is in the hands of a careless one is what its share says.
type share struct {
	with, cases int
	effective   float64
}

func (s share) rate() float64 { return float64(s.with) / float64(s.cases) }

// sample is one group's cases, by account.
type sample struct {
	clusters []share // those of one account each, in the order in which they came
	names    []string
	index    map[string]int
}

// add counts one case.
func (s *sample) add(who string, with bool) {
	i, has := s.index[who]
	if !has {
		if s.index == nil {
			s.index = map[string]int{}
		}
		i = len(s.clusters)
		s.index[who] = i
		s.clusters, s.names = append(s.clusters, share{}), append(s.names, who)
	}
	s.clusters[i].cases++
	if with {
		s.clusters[i].with++
	}
}

// whole sums a group up, its effective number being that of its cases.
func (s *sample) whole() share {
	var all share
	for _, c := range s.clusters {
		all.with, all.cases = all.with+c.with, all.cases+c.cases
	}
	all.effective = float64(all.cases)
	return all
}

// resembles measures how alike the cases of one account are within groups: the
// intraclass correlation by analysis of variance (Donner and Klar, Design and
// Analysis of Cluster Randomization Trials, 2000, 6.2), 0 to 1; and of how
// many accounts it speaks beyond one for each group.
func resembles(groups []*sample) (correlation float64, freedom int) {
	between, inside, unequal := 0.0, 0.0, 0.0
	n, clusters := 0, 0
	for _, g := range groups {
		all, squares := g.whole(), 0.0
		for _, c := range g.clusters {
			off := c.rate() - all.rate()
			between += float64(c.cases) * off * off
			inside += float64(c.cases) * c.rate() * (1 - c.rate())
			squares += float64(c.cases) * float64(c.cases)
		}
		unequal += squares / float64(all.cases)
		n, clusters = n+all.cases, clusters+len(g.clusters)
	}
	freedom = clusters - len(groups)
	if freedom < 1 || n == clusters {
		return 0, max(freedom, 1)
	}
	between /= float64(freedom)
	inside /= float64(n - clusters)
	size := (float64(n) - unequal) / float64(freedom)
	if whole := between + (size-1)*inside; whole > 0 {
		correlation = (between - inside) / whole
	}
	return min(max(correlation, 0), 1), freedom
}

// told gives a group's share with the number of independent cases that it stands
// for (Kish, Survey Sampling, 1965: the design effect).
func (s *sample) told(correlation float64) share {
	all, squares := s.whole(), 0.0
	for _, c := range s.clusters {
		squares += float64(c.cases) * float64(c.cases)
	}
	all.effective /= 1 + correlation*(squares/float64(all.cases)-1)
	return all
}

// wilson gives the interval of a share at a quantile z (Wilson 1927).
func (s share) wilson(z float64) (from, to float64) {
	n, p := s.effective, s.rate()
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(mid-half, 0), min(mid+half, 1)
}

// difference gives a's share less b's with its interval at a quantile z
// (Newcombe, Interval estimation for the difference between independent
// proportions, 1998, method 10).
func difference(a, b share, z float64) (gap, from, to float64) {
	p, q := a.rate(), b.rate()
	l, u := a.wilson(z)
	m, v := b.wilson(z)
	return p - q, p - q - math.Hypot(p-l, v-q), p - q + math.Hypot(u-p, q-m)
}

// quantile is that of Student's distribution for two-sided intervals which hold
// together, for a number of comparisons, at the rate of error (Bonferroni).
func quantile(rate float64, comparisons, freedom int) float64 {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}
	return t.Quantile(1 - rate/(2*float64(comparisons)))
}

// points prints a difference of shares in points of a hundred.
func points(gap float64) string { return fmt.Sprintf("%.0f", 100*gap) }

// wholePercent prints a share without decimals.
func wholePercent(rate float64) string { return fmt.Sprintf("%.0f %%", 100*rate) }
