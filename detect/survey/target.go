package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

const (
	// leastTargets is how many identities it takes to tell how often one of them
	// is reset again.
	leastTargets = 20
	// leastRepeats is how many resets are "again and again".
	leastRepeats = 4
	maxTargets   = 20 // shown, the least likely first
	// sameOccasion is how long a reset that follows another is a part of it: the
	// code that did not arrive, the password that was mistyped.
	sameOccasion = hour
	// leastSpread is the least by which the variance of a count exceeds its mean, as
	// a share of the mean's square: who forgot once forgets sooner than another, and
	// moments of few counts say too little. With it the rate of error holds
	// (compare_test.go).
	leastSpread = 0.85
	mostSpread  = 20.0
	dayNs       = dayHours * hour
)

// target is an identity and a path, with the resets of the one by the other.
type target struct {
	id       string
	path     rules.Path
	group    string // of whom the next reset is expected alike
	acts     []*act // each occasion's first
	left     int    // resets for campaigns
	exposure float64
}

// again is how many resets followed the first.
func (t *target) again() float64 { return float64(len(t.acts) - 1) }

// recurrence is how often identities of one group are reset again: sums over
// them, from which one is taken out to judge it by the others.
type recurrence struct {
	name         string
	n            int
	again        float64
	exposure     float64 // weeks from the first reset to the end of the logs
	squares      float64 // of exposures
	products     float64 // of exposures and what followed
	againSquares float64
}

func (r *recurrence) take(t *target, sign float64) {
	x, e := t.again(), t.exposure
	r.n += int(sign)
	r.again, r.exposure = r.again+sign*x, r.exposure+sign*e
	r.squares, r.products, r.againSquares = r.squares+sign*e*e, r.products+sign*x*e, r.againSquares+sign*x*x
}

// chance gives the chance of as many further resets as an identity had, and how
// many are expected, by the others of its group: a negative binomial whose mean
// grows with the time since the first reset and is as sure as what it was
// learned from (half a reset more, Jeffreys' prior), and whose spread is that of
// the others by moments.
func (r recurrence) chance(t *target) (p, mean float64) {
	r.take(t, -1)
	sure := max(r.again, 0) + 0.5
	rate := sure / r.exposure
	mean = rate * t.exposure
	over := r.againSquares - 2*rate*r.products + rate*rate*r.squares - r.again
	spread := min(max(over/(rate*rate*r.squares), leastSpread), mostSpread)
	return tail(len(t.acts)-1, mean, 1/(1/sure+spread)), mean
}

// targets finds the identities that were reset far more often than others of
// their tier by the same path. Campaigns do not count.
func targets(s *survey) ([]judge.Fact, string) {
	all, end := targetsOf(s.acts)
	groups := groupsOf(all)
	if len(groups) == 0 {
		return nil, fmt.Sprintf("recoveries of %d identities are on record; it takes more than %d to tell how often one is reset again", len(all), leastTargets)
	}
	type tested struct {
		*target
		p, mean float64
	}
	var found []tested
	for _, t := range all {
		if len(t.acts) < leastRepeats || !t.acts[len(t.acts)-1].InPeriod {
			continue
		}
		p, mean := groups[t.group].chance(t)
		found = append(found, tested{t, p, mean})
	}
	slices.SortFunc(found, func(a, b tested) int {
		return cmp.Or(cmp.Compare(a.p, b.p), strings.Compare(a.id, b.id), strings.Compare(string(a.path), string(b.path)))
	})
	p := make([]float64, len(found))
	for i, t := range found {
		p[i] = t.p
	}
	rate, tests := s.Policy.Limits.FalseDiscoveryRate, int64(len(all))
	facts, over := []judge.Fact{}, 0
	for i, q := range discoveries(p, tests) {
		if q > rate {
			break
		}
		if over++; len(facts) == maxTargets {
			continue
		}
		t, g := found[i], groups[found[i].group]
		f := t.facts(s.Name, end)
		f.Others, f.Group, f.Baseline = int64(g.n-1), g.name, expected(t.mean)
		f.P, f.Q, f.QText, f.Rate, f.RateText, f.Tests = digits(t.p), q, digits(q), rate, percent(rate), tests
		facts = append(facts, f)
	}
	s.told = append(s.told, fmt.Sprintf("repeated-target: %d identities and paths tested, %d beyond a false discovery rate of %s, %d shown", tests, over, percent(rate), len(facts)))
	return facts, ""
}

// expected prints a mean with one decimal.
func expected(mean float64) string {
	if mean < 0.05 {
		return "less than 0.1"
	}
	return fmt.Sprintf("%.1f", mean)
}

// targetsOf gathers the recoveries of every identity by each path, by id and
// path, and when the last of all was.
func targetsOf(acts []act) (all []*target, end int64) {
	type key struct {
		id   string
		path rules.Path
	}
	by := map[key]*target{}
	for i := range acts {
		a := &acts[i]
		end = a.Time
		if a.Class != rules.Recovery {
			continue
		}
		k := key{a.Identity, a.Path}
		t := by[k]
		if t == nil {
			t = &target{id: a.Identity, path: a.Path}
			by[k], all = t, append(all, t)
		}
		switch n := len(t.acts); {
		case a.Campaign != "":
			t.left++
		case n == 0 || a.Time-t.acts[n-1].Time >= sameOccasion:
			t.acts = append(t.acts, a)
		}
	}
	all = slices.DeleteFunc(all, func(t *target) bool { return len(t.acts) == 0 })
	slices.SortFunc(all, func(a, b *target) int {
		return cmp.Or(strings.Compare(a.id, b.id), strings.Compare(string(a.path), string(b.path)))
	})
	for _, t := range all {
		t.exposure = float64(max(end-t.acts[0].Time, 7*dayNs)) / float64(7*dayNs)
	}
	return all, end
}

// groupsOf sums up what followed first resets, for each tier and path that
// enough identities are of; the others are judged by all of their path, or by
// everybody.
func groupsOf(all []*target) map[string]*recurrence {
	names := func(t *target) [3]string {
		by := " (path " + string(t.path) + ")"
		return [3]string{string(t.acts[0].Tier) + " accounts" + by, "accounts" + by, "accounts"}
	}
	groups := map[string]*recurrence{}
	for _, t := range all {
		for _, name := range names(t) {
			if groups[name] == nil {
				groups[name] = &recurrence{name: name}
			}
			groups[name].take(t, 1)
		}
	}
	for _, t := range all {
		for _, name := range names(t) {
			if t.group = name; groups[name].n > leastTargets {
				break
			}
		}
	}
	if g := groups["accounts"]; g == nil || g.n <= leastTargets {
		return nil
	}
	return groups
}

func (t *target) facts(name func(string) string, end int64) *judge.TargetFacts {
	last := t.acts[len(t.acts)-1]
	f := &judge.TargetFacts{
		Identity: t.id, Name: name(t.id), Path: string(t.path), Count: int64(len(t.acts)), First: event.When(t.acts[0].Time), Last: event.When(last.Time),
		Days: max(int64((end-t.acts[0].Time)/dayNs), 7), Left: int64(t.left), Grave: last.Raised,
	}
	var on []event.ID
	by := map[string]int64{}
	for _, a := range t.acts {
		on = append(on, a.Act)
		if !a.ByHand {
			continue
		}
		if by[a.Operator]++; by[a.Operator] > f.ByCount {
			f.By, f.ByCount = name(a.Operator), by[a.Operator]
		}
	}
	f.Rest(on)
	return f
}
