package survey

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// What a place or an hour is held against.
const (
	// rareness is how seldom an operator must do something new for it to be told:
	// one in so many sessions.
	rareness = 200
	// leastSessions is how many others an operator must have.
	leastSessions = 20
	// poolSessions is how many sessions of his own weigh as much as those of all.
	poolSessions = 20.0
	// stretch is how many hours apart two resets lie that are not of one stretch of work.
	stretch = 12
)

// spotKinds are what is compared, each with itself: a source that states places
// and one that states addresses say nothing of each other.
var spotKinds = []string{"hour", "network", "place"}

// spot is what an operator did from one place, or at one hour, in one stretch of
// work: a session.
type spot struct {
	kind, value string
	acts        []*act
	alone       bool  // nothing like it at another time
	from, to    int64 // of hours, half-open
}

// rareSpots finds the places and hours that an operator used once. How likely a
// session is to be such a one is estimated by how many are (Good, The Population
// Frequencies of Species and the Estimation of Population Parameters, 1953),
// the operator's own share shrunk towards that of all.
func rareSpots(s *survey) ([]judge.Fact, string) {
	r := s.rates()
	if lacks := r.lacks(); lacks != "" {
		return nil, lacks
	}
	type tally struct{ sessions, alone float64 }
	pool, all := map[string]tally{}, make([]map[string][]*spot, len(r.operators))
	for i, o := range r.operators {
		all[i] = o.spots()
		for kind, spots := range all[i] {
			t := pool[kind]
			for _, x := range spots {
				t.sessions++
				if x.alone {
					t.alone++
				}
			}
			pool[kind] = t
		}
	}
	type finding struct {
		*spot
		operator string
		others   int
		p        float64
	}
	var found []finding
	tests := 0
	for i, o := range r.operators {
		for _, kind := range spotKinds {
			spots := all[i][kind]
			if len(spots) <= leastSessions {
				continue
			}
			own := 0.0
			for _, x := range spots {
				if x.alone {
					own++
				}
			}
			for _, x := range spots {
				if !s.inPeriod(x.acts[0].Time) {
					continue
				}
				tests++
				if !x.alone {
					continue
				}
				// Without the session itself; half a one stands for what was never seen.
				usual := (pool[kind].alone - 0.5) / pool[kind].sessions
				p := (own - 1 + poolSessions*usual) / (float64(len(spots)) - 1 + poolSessions)
				if p <= 1.0/rareness {
					found = append(found, finding{x, o.id, len(spots) - 1, p})
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.acts[0].Time, b.acts[0].Time), strings.Compare(a.operator, b.operator), strings.Compare(a.kind, b.kind), strings.Compare(a.value, b.value))
	})
	facts := []judge.Fact{}
	for i, x := range found[:min(len(found), maxRanked)] {
		at := event.When(x.acts[0].Time)
		f := &judge.SpotFacts{
			Operator: x.operator, Name: s.Name(x.operator), Kind: x.kind, Spot: x.value, Time: at, Day: at.Format("2006-01-02"),
			Count: int64(len(x.acts)), Others: int64(x.others), Chance: fmt.Sprintf("1 in %.0f", 1/x.p), Limit: fmt.Sprintf("1 in %d", rareness),
			Listing: judge.Listing{Rank: int64(i + 1), Of: int64(len(found)), P: digits(x.p), Tests: int64(tests)},
		}
		f.Rest(idsOf(x.acts))
		facts = append(facts, f)
	}
	s.told = append(s.told, fmt.Sprintf("rare-place-or-hour: %s tested, %d of their own kind where less than 1 in %d is, %d of them told",
		plural(int64(tests), "session"), len(found), rareness, len(facts)))
	return facts, ""
}

// spots sorts an operator's resets by hours, and by places and stretches of work;
// those for declared campaigns are left out.
func (o *operator) spots() map[string][]*spot {
	out := map[string][]*spot{}
	near := o.hoursOfDay()
	places := map[[2]string][]*spot{}
	var last *spot // that was alone, of hours
	for i := range o.hours {
		h := &o.hours[i]
		own := slices.DeleteFunc(slices.Clone(h.acts), func(a *act) bool { return a.Campaign != "" })
		if len(own) == 0 {
			continue
		}
		x := &spot{kind: "hour", acts: own, from: h.hour, to: h.hour + 1, alone: near.alone(h.hour)}
		if x.alone && last != nil && x.from-last.to < stretch {
			last.acts, last.to = append(last.acts, own...), x.to
		} else {
			out["hour"] = append(out["hour"], x)
		}
		if x.alone && (last == nil || x.from-last.to >= stretch) {
			last = x
		}
		for _, a := range own {
			kind, value := placeOf(a)
			if value == "" {
				continue
			}
			key := [2]string{kind, value}
			stretches := places[key]
			if n := len(stretches); n > 0 && a.Time-stretches[n-1].acts[len(stretches[n-1].acts)-1].Time < stretch*hour {
				stretches[n-1].acts = append(stretches[n-1].acts, a)
				continue
			}
			x := &spot{kind: kind, value: value, acts: []*act{a}}
			out[kind], places[key] = append(out[kind], x), append(stretches, x)
		}
	}
	for _, x := range out["hour"] {
		x.value = fmt.Sprintf("between %02d:00 and %02d:00 UTC", hourOfDay(x.from), hourOfDay(x.to))
	}
	for _, stretches := range places {
		for _, x := range stretches {
			x.alone = len(stretches) == 1
		}
	}
	return out
}

func hourOfDay(at int64) int64 { return ((at % dayHours) + dayHours) % dayHours }

// ofDay is the first and the last time somebody worked at each hour of the day;
// 0 for never.
type ofDay [dayHours]struct{ first, last int64 }

func (o *operator) hoursOfDay() *ofDay {
	d := &ofDay{}
	for _, h := range o.hours {
		if h.n == 0 {
			continue
		}
		at := &d[hourOfDay(h.hour)]
		if at.first == 0 {
			at.first = h.hour
		}
		at.last = h.hour
	}
	return d
}

// alone tells whether work at an hour, or at those beside it, was never done but
// in the same stretch.
func (d *ofDay) alone(hour int64) bool {
	for _, beside := range []int64{-1, 0, 1} {
		at := d[hourOfDay(hour+beside)]
		if at.first != 0 && (hour-at.first >= stretch || at.last-hour >= stretch) {
			return false
		}
	}
	return true
}

// placeOf gives the place that a record states, else the network of its address.
func placeOf(a *act) (kind, value string) {
	if a.Place != "" {
		return "place", a.Place
	}
	ip, err := netip.ParseAddr(a.IP)
	if err != nil {
		return "", ""
	}
	bits := 48
	if ip = ip.Unmap(); ip.Is4() {
		bits = 24
	}
	net, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return "", ""
	}
	return "network", net.String()
}
