package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// null is an invented organisation in which nothing is wrong: what its
// operators do varies as work varies.
type null struct {
	rng   *rand.Rand
	weeks int
	staff []*worker
	// surge is by how much everybody has more to do on a day; nil for never.
	surge []float64
	// noise is the gamma shape of each operator's hours around the mean; 0 for none.
	noise float64
	// batch is the mean of how many resets come at once; 1 for one by one.
	batch float64
}

// worker is an operator with an expectation for every hour.
type worker struct {
	id   string
	rate func(week, day, hour int) float64
}

// gamma draws with a mean and a shape.
func (n *null) gamma(mean, shape float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: shape / mean, Src: n.rng}.Rand()
}

func (n *null) poisson(mean float64) int {
	if mean > 30 {
		return int(distuv.Poisson{Lambda: mean, Src: n.rng}.Rand())
	}
	k, left := 0, math.Exp(-mean)
	for p := n.rng.Float64(); p > left; p *= n.rng.Float64() {
		k++
	}
	return k
}

// hire adds operators who work as rate says, each with a pace of their own.
func (n *null) hire(count int, mean, shape float64, rate func(week, day, hour int) float64) {
	for range count {
		pace := n.gamma(mean, shape)
		n.staff = append(n.staff, &worker{fmt.Sprintf("op%03d", len(n.staff)), func(w, d, h int) float64 { return pace * rate(w, d, h) }})
	}
}

// office is a share of the week: 08 to 17, Monday to Friday, quieter at noon.
func office(_, day, hour int) float64 {
	if day > 4 || hour < 8 || hour > 16 {
		return 0
	}
	if hour == 12 {
		return 0.5 / 42.5
	}
	return 1 / 42.5
}

func night(_, _, hour int) float64 {
	if hour >= 6 && hour < 22 {
		return 0
	}
	return 1 / 56.0
}

// nulls are the shapes of activity that false alarms are held to.
var nulls = []struct {
	name string
	make func(*null)
}{
	{"office hours", func(n *null) { n.hire(4+n.rng.IntN(20), 30, 2, office) }},
	{"night shift beside the day's", func(n *null) {
		n.hire(4+n.rng.IntN(12), 40, 2, office)
		n.hire(2+n.rng.IntN(3), 25, 2, night)
	}},
	{"shifts that rotate by the week", func(n *null) {
		for range 6 + n.rng.IntN(12) {
			first := n.rng.IntN(3)
			n.hire(1, 40, 2, func(w, d, h int) float64 {
				if d > 4 || (h+2)%24/8 != (w+first)%3 {
					return 0
				}
				return 1 / 40.0
			})
		}
	}},
	{"Monday peaks", func(n *null) {
		n.hire(4+n.rng.IntN(20), 30, 2, func(w, d, h int) float64 {
			if d == 0 && h >= 8 && h < 11 {
				return 5 * office(w, d, h)
			}
			return office(w, d, h)
		})
	}},
	{"one huge desk", func(n *null) {
		n.hire(1, 1500, 50, func(_, _, h int) float64 { return (1 + 0.8*math.Sin(float64(h)/24*2*math.Pi)) / 168 })
		n.hire(3+n.rng.IntN(10), 8, 2, office)
	}},
	{"hours that vary widely", func(n *null) {
		n.hire(5+n.rng.IntN(15), 40, 1, office)
		n.noise = 1
	}},
	{"growing staff", func(n *null) {
		n.hire(3+n.rng.IntN(4), 30, 2, office)
		for range 4 + n.rng.IntN(10) {
			begin := n.rng.IntN(n.weeks)
			end := begin + 1 + n.rng.IntN(n.weeks)
			n.hire(1, 30, 2, func(w, d, h int) float64 {
				if w < begin || w >= end {
					return 0
				}
				return office(w, d, h)
			})
		}
	}},
	{"queues worked off at once", func(n *null) {
		n.hire(4+n.rng.IntN(10), 30, 2, office)
		n.batch = 3
	}},
	{"days on which everybody calls", func(n *null) {
		n.hire(4+n.rng.IntN(20), 30, 2, office)
		n.surge = make([]float64, 7*n.weeks)
		for d := range n.surge {
			n.surge[d] = 1
			if n.rng.IntN(20) == 0 {
				n.surge[d] = 3
			}
		}
	}},
	{"work that grows threefold for everybody", func(n *null) {
		n.hire(4+n.rng.IntN(20), 30, 2, func(w, d, h int) float64 {
			return office(w, d, h) * (1 + 2*float64(w)/float64(n.weeks))
		})
	}},
	{"logs that begin thin", func(n *null) {
		n.hire(4+n.rng.IntN(20), 30, 2, func(w, d, h int) float64 {
			if w < n.weeks/3 {
				return office(w, d, h) / 30
			}
			return office(w, d, h)
		})
	}},
	{"hardly anything", func(n *null) { n.hire(3+n.rng.IntN(4), 3, 2, office) }},
}

// drawn lets an organisation work, and gives its acts. Extra is added to what
// is expected of an operator in an hour.
func drawn(seed uint64, shape func(*null), extra func(n *null, o *worker, week, day, hour int, mean float64) float64) *survey {
	n := &null{rng: rand.New(rand.NewPCG(seed, 1)), batch: 1}
	n.weeks = 4 + n.rng.IntN(9)
	shape(n)
	s := &survey{Options: Options{Name: func(id string) string { return id }, Policy: &rules.Policy{Limits: rules.Limits{FalseDiscoveryRate: 0.05}}}}
	for _, o := range n.staff {
		for w := range n.weeks {
			for d := range 7 {
				for h := range 24 {
					mean := o.rate(w, d, h)
					if n.surge != nil {
						mean *= n.surge[7*w+d]
					}
					if extra != nil {
						mean = extra(n, o, w, d, h, mean)
					}
					if mean > 0 {
						s.work(n, o, (w*7+d)*24+h, mean)
					}
				}
			}
		}
	}
	slices.SortFunc(s.acts, func(a, b act) int { return earlier(a.Time, b.Time, a.Act, b.Act) })
	return s
}

// work draws what an operator does in an hour.
func (s *survey) work(n *null, o *worker, hours int, mean float64) {
	if n.noise > 0 {
		mean = n.gamma(mean, n.noise)
	}
	count := n.poisson(mean / n.batch)
	if n.batch > 1 {
		all := 0
		for range count {
			all++
			for n.rng.Float64() > 1/n.batch {
				all++
			}
		}
		count = all
	}
	for range count {
		at := opening.UnixNano() + int64(hours)*hour + n.rng.Int64N(hour)
		id := event.ID{}
		for i := range 8 {
			id[i] = byte(len(s.acts) >> (8 * i))
		}
		s.acts = append(s.acts, act{Time: at, Row: &judge.Row{
			Act: id, Operator: o.id, ByHand: true, Class: rules.Recovery, Path: rules.Assisted, Tier: rules.Ordinary, InPeriod: true,
		}})
	}
}
