package survey

import (
	"fmt"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// How many organisations of each shape are drawn. Larger numbers say the same:
// of 200 of each shape, 0 to 3 % had a burst told (growing staff the most), and
// no shape more than one drift in 2,000 weeks.
const (
	drawnOfEach = 24
	alarmRate   = 0.05 // the policy's false discovery rate: where all is as ever, the chance of any
	confidence  = 0.99
)

// alarms counts what was told where nothing was wrong.
type alarms struct{ organisations, bursts, pairs, spots, sessions, drifts, weeks int }

func (a *alarms) add(b alarms) {
	a.organisations += b.organisations
	a.bursts += b.bursts
	a.pairs += b.pairs
	a.spots += b.spots
	a.sessions += b.sessions
	a.drifts += b.drifts
	a.weeks += b.weeks
}

// told counts the facts for which a check would make a finding.
func told(facts []judge.Fact) int {
	n := 0
	for _, f := range facts {
		switch f := f.(type) {
		case *judge.BurstFacts:
			if f.Q > f.Rate {
				continue
			}
		case *judge.PairFacts:
			if f.Q > f.Rate {
				continue
			}
		}
		n++
	}
	return n
}

// somewhere gives the resets places, units and tiers that hang on nothing else,
// and the operators desks.
func (s *survey) somewhere(n *null) {
	moves := n.rng.Float64() * 0.02
	for i := range s.acts {
		a := &s.acts[i]
		a.Unit, a.Place = fmt.Sprintf("unit %d", int(12*n.rng.Float64()*n.rng.Float64())), "Leeds"
		if a.Desk = "north"; a.Operator[len(a.Operator)-1]%2 == 0 {
			a.Desk = "south"
		}
		if n.rng.IntN(30) == 0 {
			a.Tier = rules.Privileged
		}
		if n.rng.Float64() < moves {
			a.Place = fmt.Sprint("town ", n.rng.IntN(1000))
		}
	}
}

// count runs the checks over one organisation in which nothing is wrong.
func count(seed uint64, shape func(*null)) alarms {
	var n *null
	s := drawn(seed, func(x *null) { shape(x); n = x }, nil)
	s.somewhere(n)
	a := alarms{}
	facts, lacks := bursts(s)
	if lacks != "" {
		return a
	}
	a.organisations = 1
	a.bursts = min(told(facts), 1)
	facts, _ = rarePairs(s)
	a.pairs = min(told(facts), 1)
	facts, _ = rareSpots(s)
	a.spots = told(facts)
	for _, f := range facts {
		a.spots = int(f.(*judge.SpotFacts).Of) // those beyond the ones told count as well
		break
	}
	for _, o := range s.rates().operators {
		for _, spots := range o.spots() {
			a.sessions += len(spots)
		}
	}
	facts, lacks = drifts(s)
	if lacks == "" {
		a.drifts, a.weeks = len(facts), s.charted()
	}
	return a
}

// charted counts the weeks that get a score.
func (s *survey) charted() int {
	begin, weeks := wholeWeeks(s.rates().from, s.rates().to)
	operators, desks := s.series(begin, int(weeks))
	n := 0
	for _, q := range append(operators, desks...) {
		n += max(q.to-q.from-weeksBefore, 0)
	}
	return n
}

// atMost holds that what happened so often of a number of times is no more
// likely than a rate: so few would be unlikely if it were.
func atMost(t *testing.T, what string, happened, times int, rate float64) {
	t.Helper()
	chance := distuv.Binomial{N: float64(times), P: rate}.CDF(float64(happened))
	t.Logf("%s: %d of %d (%.2f %%), stated %.3g %%; the chance of so few at that rate is %.2g", what, happened, times, 100*float64(happened)/float64(times), 100*rate, chance)
	if chance > 1-confidence {
		t.Errorf("%s: %d of %d is not surely below %.3g", what, happened, times, rate)
	}
}

// notMore holds that what happened is compatible with a rate.
func notMore(t *testing.T, what string, happened, times int, rate float64) {
	t.Helper()
	if chance := 1 - (distuv.Binomial{N: float64(times), P: rate}).CDF(float64(happened-1)); happened > 0 && chance < 1-confidence {
		t.Errorf("%s: %d of %d is more than %.3g", what, happened, times, rate)
	}
}

// Where nothing is wrong, no shape of activity leads to more false alarms than
// the checks state; and over all shapes there are surely fewer.
func TestFalseAlarmsStayBelowTheStatedRate(t *testing.T) {
	var all alarms
	for _, shape := range nulls {
		var a alarms
		for seed := range uint64(drawnOfEach) {
			a.add(count(seed, shape.make))
		}
		t.Logf("%-30s %+v", shape.name, a)
		notMore(t, shape.name+", organisations with a burst", a.bursts, a.organisations, alarmRate)
		notMore(t, shape.name+", organisations with a rare pair", a.pairs, a.organisations, alarmRate)
		notMore(t, shape.name+", rare places and hours", a.spots, a.sessions, 1.0/rareness)
		notMore(t, shape.name+", drifts", a.drifts, a.weeks, 1.0/runLength)
		all.add(a)
	}
	if all.organisations < 200 {
		t.Errorf("only %d organisations", all.organisations)
	}
	atMost(t, "organisations with a burst", all.bursts, all.organisations, alarmRate)
	atMost(t, "organisations with a rare pair", all.pairs, all.organisations, alarmRate)
	atMost(t, "sessions called rare", all.spots, all.sessions, 1.0/rareness)
	// A year each, so that the charts run long enough for their average to show.
	year := alarms{}
	for seed := range uint64(6) {
		for _, shape := range nulls {
			var n *null
			s := drawn(1000+seed, func(x *null) { x.weeks = 52; shape.make(x); n = x }, nil)
			s.somewhere(n)
			facts, _ := drifts(s)
			year.drifts += len(facts)
			year.weeks += s.charted()
		}
	}
	atMost(t, "weeks with a drift", year.drifts, year.weeks, 1.0/runLength)
}

// power is how many of a number of organisations have what was planted found.
func power(seeds int, shape func(*null), extra func(n *null, o *worker, week, day, hour int, mean float64) float64, find func(*survey) bool) int {
	hits := 0
	for seed := range uint64(seeds) {
		if find(drawn(seed, shape, extra)) {
			hits++
		}
	}
	return hits
}

// Planted bursts are found: the more the larger they are beside what is usual.
// What is small beside it, such as five times one an hour, cannot be told from
// chance among 20,000 hours, and is not.
func TestPlantedBurstsAreFound(t *testing.T) {
	const seeds = 40
	at := opening.AddDate(0, 0, 16).Add(14 * time.Hour) // a Wednesday
	planted := func(change func(mean float64) float64) func(*null, *worker, int, int, int, float64) float64 {
		return func(_ *null, o *worker, w, d, h int, mean float64) float64 {
			if o.id == "op001" && w == 2 && d == 2 && h == 14 {
				return change(mean)
			}
			return mean
		}
	}
	find := func(s *survey) bool {
		facts, _ := bursts(s)
		for _, f := range facts {
			if b := f.(*judge.BurstFacts); b.Operator == "op001" && b.From.Equal(at) && b.Q <= b.Rate {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		what  string
		shape func(*null)
		burst func(mean float64) float64
		least int // of 40
	}{
		{"8 an hour, five times that", usually(8), times(5), 34},
		{"5 an hour, five times that", usually(5), times(5), 26},
		{"5 an hour, eight times that", usually(5), times(8), 38},
		{"2 an hour, eight times that", usually(2), times(8), 26},
		{"1 an hour, five times that", usually(1), times(5), 1},
		{"2 an hour, twelve times that", usually(2), times(12), 36},
		{"office hours, 10 more", nulls[0].make, more(10), 30},
		{"office hours, 15 more", nulls[0].make, more(15), 36},
		{"Monday peaks, 15 more", nulls[3].make, more(15), 36},
		{"beside one huge desk, 10 more", nulls[4].make, more(10), 32},
	} {
		hits := power(seeds, c.shape, planted(c.burst), find)
		t.Logf("%-32s %d of %d", c.what, hits, seeds)
		if hits < c.least {
			t.Errorf("%s: found in %d of %d, not %d", c.what, hits, seeds, c.least)
		}
	}
}

// usually is eight operators of about the same pace in office hours.
func usually(anHour float64) func(*null) {
	return func(n *null) { n.hire(8, 42.5*anHour, 20, office) }
}

func times(k float64) func(float64) float64 { return func(mean float64) float64 { return k * mean } }
func more(k float64) func(float64) float64  { return func(mean float64) float64 { return mean + k } }

// A rate that doubles within weeks is found.
func TestPlantedDriftsAreFound(t *testing.T) {
	const seeds = 20
	for _, c := range []struct {
		what         string
		shape        func(*null)
		weeks, slope int // the rate doubles from the eighth week on, within so many
		least        int // of 20
	}{
		{"office hours, at once", nulls[0].make, 16, 1, 16},
		{"office hours, within four weeks", nulls[0].make, 16, 4, 15},
		{"office hours, within eight weeks", nulls[0].make, 26, 8, 18},
		{"Monday peaks, within eight weeks", nulls[3].make, 26, 8, 18},
		{"hours that vary widely, within eight weeks", nulls[5].make, 26, 8, 14},
		{"queues worked off at once, within eight weeks", nulls[7].make, 26, 8, 10},
	} {
		hits := power(seeds, func(n *null) { n.weeks = c.weeks; c.shape(n) }, func(_ *null, o *worker, w, _, _ int, mean float64) float64 {
			if o.id == "op001" && w >= 8 {
				return mean * (1 + min(1, float64(w-7)/float64(c.slope)))
			}
			return mean
		}, func(s *survey) bool {
			facts, _ := drifts(s)
			for _, f := range facts {
				if f.(*judge.DriftFacts).Operator == "op001" {
					return true
				}
			}
			return false
		})
		t.Logf("%-46s %d of %d", c.what, hits, seeds)
		if hits < c.least {
			t.Errorf("%s: found in %d of %d, not %d", c.what, hits, seeds, c.least)
		}
	}
}
