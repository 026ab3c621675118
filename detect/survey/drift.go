package survey

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// The chart of a drift: weekly counts, each turned into the normal score that it
// has among what the weeks before let expect (a self-starting CUSUM: Hawkins,
// Self-Starting CUSUM Charts, 1987), summed up as far as they exceed an allowance
// (Page, Continuous Inspection Schemes, 1954).
const (
	// allowance is half of the shift, in standard deviations, that the chart is best at.
	allowance = 0.5
	// runLength is the average run length that is stated where nothing changes:
	// weeks of one operator or desk for one false alarm, forty years.
	runLength = 2000
	// limit gives twice that for normal scores: 2 (exp(b) - b - 1) with b = limit +
	// 1.166 and an allowance of a half (Siegmund, Sequential Analysis, 1985, 2.6).
	// The scores of small counts are skewed: simulated, no shape of activity comes
	// below 2,100 weeks, most come to more than 4,000 (40 years of each of 12 shapes).
	limit = 6.440
	// mostScore is what one week adds at most: three at least make a drift, and one
	// burst makes none.
	mostScore = 3.0
	// weeksBefore is what a subject is measured by before its first score.
	weeksBefore = 3
	leastWeeks  = 6 // on record
	// leastOwn is how many resets a subject must have before the first score: of
	// fewer it cannot be told what is usual. leastOthers is the share of all resets
	// that others must do for it to be told whether they rose as well.
	leastOwn    = 10
	leastOthers = 0.2
	// sharedWeight is how many resets of a usual week count against those that the
	// others did in one, so that no week of theirs is nothing. More would make a
	// rise of everybody's look smaller than it is.
	sharedWeight = 1.0
)

// series is the weekly counts of an operator or a desk.
type series struct {
	subject, operator, name string
	who                     []string // its operators, sorted
	acts                    []weekAct
	from, to                int       // whole weeks of activity, half-open
	counts                  []float64 // by week from `from` on
	share                   []float64 // how busy the others were, 1 as ever
}

type weekAct struct {
	week int
	id   event.ID
}

// drifts charts every operator and every desk of several.
func drifts(s *survey) ([]judge.Fact, string) {
	r := s.rates()
	begin, weeks := wholeWeeks(r.from, r.to)
	if weeks < leastWeeks || r.n < leastCases || len(r.operators) < leastOperators {
		return nil, fmt.Sprintf("%s by %s in %s are on record; it takes %d by %d operators in %d whole weeks to tell a rise",
			plural(int64(r.n), "reset"), plural(int64(len(r.operators)), "operator"), plural(max(weeks, 0), "whole week"), leastCases, leastOperators, leastWeeks)
	}
	operators, desks := s.series(begin, int(weeks))
	shareOut(slices.Concat(operators, desks), operators)
	all := slices.Concat(operators, desks)
	own := make([]spread, len(all))
	var pool sizes
	for i, q := range all {
		if own[i] = q.moves(); i < len(operators) {
			pool.add(own[i], q.pace())
		}
	}
	facts, charted := []judge.Fact{}, 0
	for i, q := range all {
		charted += max(q.to-q.from-weeksBefore, 0)
		// Those of about the same pace count together as one more.
		for _, c := range q.chart(own[i].plus(pool.near(q.pace()), own[i].mean)) {
			if s.inPeriod((begin + int64(c.crossed)*weekHours) * hour) {
				facts = append(facts, c.facts(q, begin))
			}
		}
	}
	s.told = append(s.told, fmt.Sprintf("operator-drift: %s of %s and %s charted, %s over a limit that is chosen for one false alarm in %d such weeks",
		plural(int64(charted), "week"), plural(int64(len(operators)), "operator"), plural(int64(len(desks)), "desk"), plural(int64(len(facts)), "rise"), runLength))
	return facts, ""
}

// wholeWeeks gives the first hour of the first whole week, from Monday 00:00
// UTC, and how many there are.
func wholeWeeks(from, to int64) (begin, weeks int64) {
	begin = from + int64((weekHours-weekHour(from))%weekHours)
	return begin, floorDiv(to+dayHours-1-begin, weekHours)
}

func (s *survey) inPeriod(t int64) bool {
	return (s.Period[0] == 0 || t >= s.Period[0]) && (s.Period[1] == 0 || t < s.Period[1])
}

// series counts by week, for operators and for desks of several; those with few
// resets are left out.
func (s *survey) series(begin int64, weeks int) (operators, desks []*series) {
	bySubject, counted := map[string]*series{}, 0
	count := func(subject, operator, name string, a *act) {
		q := bySubject[subject]
		if q == nil {
			q = &series{subject: subject, operator: operator, name: name}
			bySubject[subject] = q
			// The week of the first act is a whole one only if it begins with it.
			q.from = int(max(-floorDiv(begin-floorDiv(a.Time, hour), weekHours), 0))
		}
		if at, has := slices.BinarySearch(q.who, a.Operator); !has {
			q.who = slices.Insert(q.who, at, a.Operator)
		}
		if week := int(floorDiv(floorDiv(a.Time, hour)-begin, weekHours)); week >= 0 && week < weeks {
			q.acts, q.to = append(q.acts, weekAct{week, a.Act}), week+1
		}
	}
	for i := range s.acts {
		a := &s.acts[i]
		if !byHand(a.Row) || a.Campaign != "" {
			continue
		}
		count(a.Operator, a.Operator, s.Name(a.Operator), a)
		counted++
		if a.Desk != "" {
			count("desk "+a.Desk, "", "the desk "+a.Desk, a)
		}
	}
	for _, q := range bySubject {
		if len(q.acts) < leastOwn || q.from >= q.to {
			continue
		}
		q.counts = make([]float64, q.to-q.from)
		for _, a := range q.acts {
			if a.week >= q.from {
				q.counts[a.week-q.from]++
			}
		}
		if q.operator != "" {
			operators = append(operators, q)
		} else if len(q.who) > 1 && float64(counted-len(q.acts)) >= leastOthers*float64(counted) {
			desks = append(desks, q)
		}
	}
	order := func(a, b *series) int { return strings.Compare(a.subject, b.subject) }
	slices.SortFunc(operators, order)
	slices.SortFunc(desks, order)
	return operators, desks
}

// work is what some operators did in a week and would do as ever, in resets
// weighted by operator, and what one reset weighs.
type work struct{ done, usual, weight float64 }

// shareOut finds how busy the others at work were in each week, against their
// usual: what rises for everybody is nobody's drift. An operator counts by the
// root of what he does, so that one huge desk is not everybody.
func shareOut(all, operators []*series) {
	weeks := 0
	for _, q := range all { // a desk's last week may be one of somebody with few resets
		weeks = max(weeks, q.to)
	}
	total, of := make([]work, weeks), map[string]*series{}
	add := func(o *series, times float64, into func(week int) *work) {
		n := floats.Sum(o.counts)
		weight, usual := 1/math.Sqrt(max(n, 1)), n/float64(len(o.counts))
		for i, c := range o.counts {
			if w := into(o.from + i); w != nil {
				w.done += times * weight * c
				w.usual += times * weight * usual
				w.weight += times * weight * weight * usual
			}
		}
	}
	for _, o := range operators {
		add(o, 1, func(week int) *work { return &total[week] })
		of[o.operator] = o
	}
	for _, q := range all {
		others := slices.Clone(total[q.from:q.to])
		for _, who := range q.who {
			if o := of[who]; o != nil {
				add(o, -1, func(week int) *work {
					if week < q.from || week >= q.to {
						return nil
					}
					return &others[week-q.from]
				})
			}
		}
		q.share = make([]float64, len(others))
		for i, w := range others {
			q.share[i] = 1
			if w.usual > roundOff && w.weight > roundOff {
				prior := sharedWeight * w.weight / w.usual
				q.share[i] = (max(w.done, 0) + prior) / (w.usual + prior)
			}
		}
		q.staff(of)
	}
}

// staff weighs a desk's weeks by who of it was at work: a desk that hires has not
// drifted. People with few resets are taken as always there.
func (q *series) staff(of map[string]*series) {
	if q.operator != "" {
		return
	}
	heads := make([]float64, len(q.counts))
	rest := float64(len(q.acts))
	for _, who := range q.who {
		if o := of[who]; o != nil {
			n := floats.Sum(o.counts)
			rest -= n
			for t := max(o.from, q.from); t < min(o.to, q.to); t++ {
				heads[t-q.from] += n / float64(len(o.counts))
			}
		}
	}
	floats.AddConst(max(rest, 1)/float64(len(heads)), heads)
	mean := floats.Sum(heads) / float64(len(heads))
	for i := range heads {
		q.share[i] *= heads[i] / mean
	}
}

// roundOff is what may be left where everything was taken away.
const roundOff = 1e-6

// moves sums up by how much the counts vary beyond Poisson's from one week to
// the next: a slow drift hardly adds to that.
func (q *series) moves() spread {
	sum := spread{}
	for i := 1; i < len(q.counts); i++ {
		a, b := q.counts[i-1]/q.share[i-1], q.counts[i]/q.share[i]
		mean, poisson := (a+b)/2, (a/q.share[i-1]+b/q.share[i])/2
		sum = sum.plus(spread{(a-b)*(a-b)/2 - poisson, mean, mean*mean - poisson/2}, 1)
	}
	return sum
}

// pace is resets a week.
func (q *series) pace() float64 { return floats.Sum(q.counts) / float64(len(q.counts)) }

// sizes is how operators' counts vary, for one reset, by the octaves of their
// pace: from how a huge desk varies nothing follows for one reset a week.
type sizes [64]struct {
	sum spread
	n   float64
}

func (z *sizes) add(s spread, pace float64) {
	if s.mean > 0 {
		at := &z[octave(pace)]
		at.sum, at.n = at.sum.plus(s, 1/s.mean), at.n+1
	}
}

func octave(pace float64) int { return min(max(int(math.Floor(math.Log2(pace)))+16, 0), 63) }

// near averages, each octave further away counting half.
func (z *sizes) near(pace float64) spread {
	sum, n := spread{}, 0.0
	for i := range z {
		weight := math.Pow(2, -math.Abs(float64(i-octave(pace))))
		sum, n = sum.plus(z[i].sum, weight), n+weight*z[i].n
	}
	if n == 0 {
		return sum
	}
	return spread{}.plus(sum, 1/n)
}

// crossing is where a sum crossed the limit.
type crossing struct {
	since, crossed int // weeks
	before, after  float64
	sum            float64
	on             []event.ID
}

// chart runs over a series and gives the weeks in which it crosses the limit;
// after each the sum begins anew.
func (q *series) chart(vary spread) []crossing {
	linear, square := 0.0, leastDispersion/2
	if vary.mean > 0 {
		linear = max(vary.excess/vary.mean, 0)
	}
	if vary.square > 0 {
		square = max(vary.excess/vary.square, square)
	}
	var out []crossing
	var c crossing
	n, weeks := 0.0, 0.0 // before; weeks are weighted by how busy the others were
	for i, x := range q.counts {
		if i >= weeksBefore && n >= leastOwn {
			mean := n / weeks * q.share[i]
			beyond := max(linear*mean, square*mean*mean)
			unsure := mean * mean / n * (1 + beyond/mean)
			if c.sum == 0 {
				c = crossing{since: q.from + i, before: n / weeks}
			}
			c.sum = max(0, c.sum+score(int(x), mean, mean*mean/(beyond+unsure))-allowance)
		}
		n, weeks = n+x, weeks+q.share[i]
		if c.sum > limit {
			c.crossed = q.from + i
			c.after = floats.Sum(q.counts[c.since-q.from:i+1]) / float64(c.crossed-c.since+1)
			for _, a := range q.acts {
				if a.week >= c.since && a.week <= c.crossed {
					c.on = append(c.on, a.id)
				}
			}
			out, c = append(out, c), crossing{}
		}
	}
	return out
}

// score is the normal score of a count: half of its own chance counts as above.
func score(x int, mean, size float64) float64 {
	p := (tail(x, mean, size) + tail(x+1, mean, size)) / 2
	return min(-distuv.UnitNormal.Quantile(min(max(p, leastTold), 1-leastTold)), mostScore)
}

func (c crossing) facts(q *series, begin int64) *judge.DriftFacts {
	since, crossed := event.When((begin+int64(c.since)*weekHours)*hour), event.When((begin+int64(c.crossed)*weekHours)*hour)
	f := &judge.DriftFacts{
		Subject: q.subject, Operator: q.operator, Name: q.name, Since: since, Crossed: crossed, Began: since.Format("2006-01-02"),
		Before: fmt.Sprintf("%.1f", c.before), After: fmt.Sprintf("%.1f", c.after), Weeks: int64(c.crossed - c.since + 1),
		Sum: fmt.Sprintf("%.1f", c.sum), Score: c.sum, Limit: limit, LimitOf: fmt.Sprintf("%.2f", limit), Length: runLength,
	}
	f.Rest(c.on)
	return f
}
