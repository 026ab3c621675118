package survey

import (
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// The week as the survey sees it: hours of the week from Monday 00:00 UTC. Shifts
// and Monday peaks repeat by it; a change of summer time moves them by one, which
// widens what is expected of both hours.
const (
	hour      = int64(time.Hour)
	dayHours  = 24
	weekHours = 7 * dayHours
	thursday  = 3 * dayHours // 1970-01-01
)

// Constants of the shrinkage; what is not bounded by them the counts decide.
const (
	// dayWeight and hourWeight are how many resets the common shape of the week
	// counts against the operator's own hours of the day, and the common weekdays
	// against those of one hour: one for each hour, and a week's worth of days.
	dayWeight  = 24.0
	hourWeight = 7.0
	// Bounds of the gamma shapes: below the first, one operator would say nothing
	// of the next; beyond the second they are as good as equal.
	leastShape = 0.2
	mostShape  = 50.0
	// leastDispersion is the least by which an hour's variance exceeds its mean,
	// as a share of the mean's square: far in the tail no count is purely Poisson.
	leastDispersion = 0.05
)

// byHand tells the cases whose counts speak of an operator: a person recovered
// somebody else, and no declared campaign bade him to.
func byHand(r *judge.Row) bool { return r.ByHand && r.Class == rules.Recovery }

// busyHour is an hour in which an operator recovered somebody.
type busyHour struct {
	hour int64  // since 1970, UTC
	n    int    // recoveries, those for campaigns left out
	left int    // those
	acts []*act // of the hour, campaigns included
}

// operator is somebody's counts.
type operator struct {
	id       string
	hours    []busyHour // by time
	from, to int64      // hours of activity, half-open: whole days from the first reset to the last, a week at least
	n        float64
	week     [weekHours]float64 // resets by hour of the week
	day      [dayHours]float64  // by hour of the day
	seen     [weekHours]float64 // how often the hour lies in [from, to)
	weeks    float64            // of activity, weighted by the common shape
	spread   spread
}

// rates is what is usual: how often each operator resets somebody, and when.
type rates struct {
	operators []*operator // by id
	n         float64
	from, to  int64 // hours, half-open

	// The common shape of the week: resets by hour of the week, half a reset more
	// each so that none is impossible, by hour of the day and by weekday.
	week  [weekHours]float64
	day   [dayHours]float64
	days  [7]float64
	all   float64 // sum of week
	weeks float64 // of all operators' activity

	opShape   float64 // gamma shape of the operators' rates
	cellShape float64 // of an operator's hours of the week around rate and shape
	spread    spread  // of all operators
}

// spread sums up by how much hours vary beyond Poisson's, for the two ways in
// which they do: resets that come in batches add to the variance in proportion to
// the mean, hours that are busy or not in proportion to its square.
type spread struct{ excess, mean, square float64 }

func (a spread) plus(b spread, times float64) spread {
	return spread{a.excess + times*b.excess, a.mean + times*b.mean, a.square + times*b.square}
}

// rates gives what is usual, not fitted yet.
func (s *survey) rates() *rates {
	if s.usual == nil {
		s.usual = ratesOf(s.acts)
	}
	return s.usual
}

// ratesOf counts the recoveries that operators carried out by hand.
func ratesOf(acts []act) *rates {
	r := &rates{}
	byID := map[string]*operator{}
	for i := range acts {
		a := &acts[i]
		if !byHand(a.Row) {
			continue
		}
		at := floorDiv(a.Time, hour)
		o := byID[a.Operator]
		if o == nil {
			o = &operator{id: a.Operator}
			byID[a.Operator] = o
			r.operators = append(r.operators, o)
		}
		o.add(a, at)
		if r.n == 0 && r.to == 0 {
			r.from = at
		}
		r.to = at + 1
		if a.Campaign == "" {
			r.n++
		}
	}
	slices.SortFunc(r.operators, func(a, b *operator) int { return strings.Compare(a.id, b.id) })
	return r
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// add counts one act; acts come in order of time.
func (o *operator) add(a *act, at int64) {
	if n := len(o.hours); n == 0 || o.hours[n-1].hour != at {
		o.hours = append(o.hours, busyHour{hour: at})
	}
	h := &o.hours[len(o.hours)-1]
	h.acts = append(h.acts, a)
	if a.Campaign != "" {
		h.left++
		return
	}
	h.n++
	o.n++
	how := weekHour(at)
	o.week[how]++
	o.day[how%dayHours]++
}

func weekHour(at int64) int { return int(((at+thursday)%weekHours + weekHours) % weekHours) }

// fit learns the common shape, then each operator's own, then the dispersion.
func (r *rates) fit() {
	for how := range r.week {
		r.week[how] = 0.5
	}
	for _, o := range r.operators {
		o.span(r.from, r.to)
		floats.Add(r.week[:], o.week[:])
	}
	r.all = floats.Sum(r.week[:])
	for how, n := range r.week {
		r.day[how%dayHours] += n
		r.days[how/dayHours] += n
	}
	for _, o := range r.operators {
		o.weeks = floats.Dot(o.seen[:], r.week[:]) / r.all
		r.weeks += o.weeks
	}
	num, den := 0.0, 0.0
	for _, o := range r.operators {
		m := r.n / r.weeks * o.weeks
		num, den = num+(o.n-m)*(o.n-m)-o.n, den+m*m
	}
	r.opShape = shape(num, den)
	num, den = 0, 0
	for _, o := range r.operators {
		for how, seen := range o.seen {
			m := seen * r.prior(o, how, 0, 0)
			num, den = num+(o.week[how]-m)*(o.week[how]-m)-o.week[how], den+m*m
		}
	}
	r.cellShape = shape(num, den)
	for _, o := range r.operators {
		r.disperse(o)
		r.spread = r.spread.plus(o.spread, 1)
	}
}

// shape is that of a gamma whose square of variation is num / den.
func shape(num, den float64) float64 {
	if num <= 0 {
		return mostShape
	}
	return min(max(den/num, leastShape), mostShape)
}

// span bounds the operator's activity by whole days, a week at least, within
// the time on record.
func (o *operator) span(first, last int64) {
	o.from = floorDiv(o.hours[0].hour, dayHours) * dayHours
	o.to = (floorDiv(o.hours[len(o.hours)-1].hour, dayHours) + 1) * dayHours
	if short := weekHours - (o.to - o.from); short > 0 {
		o.to = min(o.to+short, max(o.to, last))
		o.from = max(o.to-weekHours, min(o.from, first))
	}
	whole := (o.to - o.from) / weekHours
	for how := range o.seen {
		o.seen[how] = float64(whole)
	}
	for at := o.from + whole*weekHours; at < o.to; at++ {
		o.seen[weekHour(at)]++
	}
}

// prior is how many resets are expected of an operator in one hour of the week
// by his rate and the shape of his days, without the x resets of `without` hours.
func (r *rates) prior(o *operator, how int, x, without float64) float64 {
	h := how % dayHours
	all, day := r.all-x, r.day[h]-x
	gone := without * (r.week[how] - x) / all // weeks of activity
	mean := max(r.n-x, 0.5) / (r.weeks - gone)
	rate := (r.opShape + o.n - x) / (r.opShape/mean + max(o.weeks-gone, 0))
	ofDay := (o.day[h] - x + dayWeight*day/all) / (o.n - x + dayWeight)
	ofWeek := (r.week[how] - x + hourWeight*(r.days[how/dayHours]-x)/all) / (day + hourWeight)
	return rate * ofDay * ofWeek
}

// expect gives the mean of an operator's resets in an hour of the week, judged by
// every other hour than the one that held x, and how sure that mean is: the
// shape of its gamma.
func (r *rates) expect(o *operator, how int, x float64) (mean, sure float64) {
	sure = r.cellShape + o.week[how] - x
	return sure / (r.cellShape/r.prior(o, how, x, 1) + max(o.seen[how]-1, 0)), sure
}

// spreadOf gives what one hour adds.
func spreadOf(x, mean, sure float64) spread {
	return spread{(x-mean)*(x-mean) - x - mean*mean/sure, mean, mean * mean}
}

// disperse sums an operator's hours, the empty ones too.
func (r *rates) disperse(o *operator) {
	empty := o.seen
	for _, h := range o.hours {
		how := weekHour(h.hour)
		empty[how]--
		mean, sure := r.expect(o, how, float64(h.n))
		o.spread = o.spread.plus(spreadOf(float64(h.n), mean, sure), 1)
	}
	for how, times := range empty {
		mean, sure := r.expect(o, how, 0)
		o.spread = o.spread.plus(spreadOf(0, mean, sure), times)
	}
}

// chance gives the chance of at least x resets of an operator in an hour of
// time, and how many are expected; both are judged by all other hours.
func (r *rates) chance(o *operator, at int64, x int) (p, mean float64) {
	how := weekHour(at)
	mean, sure := r.expect(o, how, float64(x))
	this := spreadOf(float64(x), mean, sure)
	pool, own := r.spread.plus(this, -1), o.spread.plus(this, -1)
	// The pool counts as one more operator, an average one.
	each := 1 / float64(len(r.operators))
	own = own.plus(pool, each)
	// Which of the two ways it is cannot be told from few resets: the larger holds.
	beyond := max(own.excess/own.mean*mean, own.excess/own.square*mean*mean, leastDispersion*mean*mean)
	return tail(x, mean, mean*mean/(beyond+mean*mean/sure)), mean
}

// tail is the chance that a negative binomial of a mean and size is at least x.
func tail(x int, mean, size float64) float64 {
	if x <= 0 {
		return 1
	}
	p := mathext.RegIncBeta(float64(x), size, mean/(mean+size))
	if math.IsNaN(p) {
		return 1
	}
	return p
}

// earlier orders by time, then event id.
func earlier(a, b int64, x, y event.ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return slices.Compare(x[:], y[:])
}
