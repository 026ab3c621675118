package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// What operators' counts must hold before an hour can be called unusual.
const (
	leastDays      = 14 // two of each weekday
	leastCases     = 30 // about two a day
	leastOperators = 3  // of two, each is the other's only measure
	// leastBurst is how many resets make a burst: fewer in an hour are a rare hour
	// at most.
	leastBurst = 4
	// listed is how unlikely an hour must be for the list that the check goes over,
	// and maxBursts how many those may be: the least likely ones.
	listed    = 0.05
	maxBursts = 1000
)

// bursts tests every hour of every operator's activity against what all others
// let expect, the hours without a reset too.
func bursts(s *survey) ([]judge.Fact, string) {
	r := s.rates()
	if lacks := r.lacks(); lacks != "" {
		return nil, lacks
	}
	r.fit()
	var found []*burst
	tests := int64(0)
	for _, o := range r.operators {
		from, to := s.hours(o.from, o.to)
		tests += max(to-from, 0)
		for i := range o.hours {
			h := &o.hours[i]
			if h.n < leastBurst || h.hour < from || h.hour >= to {
				continue
			}
			b := &burst{operator: o, hour: h}
			b.p, b.mean = r.chance(o, h.hour, h.n)
			found = append(found, b)
		}
	}
	slices.SortFunc(found, func(a, b *burst) int {
		return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.hour.hour, b.hour.hour), strings.Compare(a.operator.id, b.operator.id))
	})
	p := make([]float64, len(found))
	for i, b := range found {
		p[i] = b.p
	}
	rate := s.Policy.Limits.FalseDiscoveryRate
	facts, over := []judge.Fact{}, 0
	for i, q := range discoveries(p, tests) {
		if q <= rate {
			over++
		}
		if found[i].p <= listed && len(facts) < maxBursts {
			f := found[i].facts(s.Name)
			f.Q, f.QText, f.Rate, f.RateText = q, digits(q), rate, percent(rate)
			f.Operators, f.Weeks, f.Tests = int64(len(r.operators)), (r.to-r.from+weekHours-1)/weekHours, tests
			facts = append(facts, f)
		}
	}
	s.told = append(s.told, fmt.Sprintf("operator-burst: %s of %s tested, %s beyond a false discovery rate of %s",
		plural(tests, "operator-hour"), plural(int64(len(r.operators)), "operator"), plural(int64(over), "hour"), percent(rate)))
	return facts, ""
}

// burst is an hour in which somebody reset much.
type burst struct {
	operator *operator
	hour     *busyHour
	p, mean  float64
}

// lacks says why there is too little to tell what is usual.
func (r *rates) lacks() string {
	days := (r.to - r.from + dayHours - 1) / dayHours
	if days >= leastDays && r.n >= leastCases && len(r.operators) >= leastOperators {
		return ""
	}
	return fmt.Sprintf("%s by %s within %s are on record; it takes %d by %d operators over %d days to tell what is usual",
		plural(int64(r.n), "reset"), plural(int64(len(r.operators)), "operator"), plural(days, "day"), leastCases, leastOperators, leastDays)
}

// hours bounds hours by the period.
func (s *survey) hours(from, to int64) (int64, int64) {
	if s.Period[0] != 0 {
		from = max(from, floorDiv(s.Period[0]+hour-1, hour))
	}
	if s.Period[1] != 0 {
		to = min(to, floorDiv(s.Period[1], hour))
	}
	return from, to
}

func (b *burst) facts(name func(string) string) *judge.BurstFacts {
	from := event.When(b.hour.hour * hour)
	f := &judge.BurstFacts{
		Operator: b.operator.id, Name: name(b.operator.id), From: from, Hour: span(from), Count: int64(b.hour.n), Left: int64(b.hour.left),
		Baseline: fmt.Sprintf("%.1f", b.mean), P: digits(b.p),
	}
	if b.mean < 0.05 {
		f.Baseline = "less than 0.1"
	}
	var on []event.ID
	var campaigns []string
	for _, a := range b.hour.acts {
		if a.Campaign == "" {
			on = append(on, a.Act)
		} else if !slices.Contains(campaigns, a.Campaign) {
			campaigns = append(campaigns, a.Campaign)
		}
	}
	slices.Sort(campaigns)
	f.Campaigns = strings.Join(campaigns, ", ")
	f.Rest(on)
	return f
}

// span says which hour of which day.
func span(from time.Time) string {
	return fmt.Sprintf("between %s and %s UTC on %s", from.Format("15:04"), from.Add(time.Hour).Format("15:04"), from.Format("2006-01-02"))
}

// discoveries gives, for the smallest of a number of chances in ascending
// order, the false discovery rate at which each is found (Benjamini and Hochberg
// 1995). The others count as 1.
func discoveries(p []float64, tests int64) []float64 {
	q := make([]float64, len(p))
	least := 1.0
	for i := len(p) - 1; i >= 0; i-- {
		least = min(least, p[i]*float64(tests)/float64(i+1))
		q[i] = least
	}
	return q
}

// leastTold is the least chance that is told: how far a model of what is usual
// can be believed.
const leastTold = 1e-9

// digits prints a chance with two digits, the same everywhere.
func digits(p float64) string {
	if p < leastTold {
		return "below 1e-9"
	}
	return fmt.Sprintf("%.2g", p)
}

func percent(share float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*share), ".0") + " %"
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
