package judge

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// How sources come to disagree on time.
const (
	sameTransaction = "transaction" // both wrote down one act, under one correlation id
	copyFirst       = "copy"        // the one shows copies of what the other shows, before it
	writtenEarly    = "written"     // it wrote records down before they happened
)

// Bounds of what is said of clocks. This project's judgement.
const (
	leastPairs  = 10   // of fewer the middle one says little
	sameSide    = 0.8  // of the pairs lie beyond the tolerance on one side: lag varies, clocks do not
	maxPairings = 1024 // of feeds
	maxSkew     = 24 * time.Hour
)

// pairing is two feeds whose records can be compared. In a copy, a shows it.
type pairing struct{ a, b, how string }

// skewFacts is a pairing of feeds that disagree on time.
type skewFacts struct {
	Subject   string        `cel:"subject"`
	Feed      string        `cel:"feed"`
	Other     string        `cel:"other"` // "" of a feed that disagrees with itself
	How       string        `cel:"how"`
	Pairs     int64         `cel:"pairs"`
	Beyond    int64         `cel:"beyond"` // of them, how many lie beyond the tolerance on that side
	Median    time.Duration `cel:"median"` // by how much Feed dates things later than Other; below 0 earlier
	Tolerance time.Duration `cel:"tolerance"`

	acts []*event.Event
}

func (s *skewFacts) cite(f *Finding) string {
	for _, e := range s.acts {
		f.Evidence = append(f.Evidence, EvidenceOf(e))
	}
	if len(s.acts) > 0 {
		f.Time = when(s.acts[0].Time)
	}
	return s.How
}

// skew counts the differences of a pairing by whole seconds.
type skew struct {
	seconds map[int64]int64
	acts    []*event.Event
}

// clocks compares what different feeds say of one case.
func (b *Bench) clocks(c *custody.Case) {
	first := map[[2]string]map[string]*event.Event{} // correlation id and kind -> feed -> its first record
	for _, n := range custody.Names() {
		for _, s := range c.Steps[n] {
			if s.Correlation == "" {
				continue
			}
			key := [2]string{s.Correlation, s.Kind.String()}
			if first[key] == nil {
				first[key] = map[string]*event.Event{}
			}
			if have := first[key][s.Feed]; have == nil || earliest(s.Event, have) < 0 {
				first[key][s.Feed] = s.Event
			}
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(first), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		feeds := slices.Sorted(maps.Keys(first[key]))
		for i, x := range feeds {
			for _, y := range feeds[i+1:] {
				b.pair(pairing{x, y, sameTransaction}, first[key][x], first[key][y])
			}
		}
	}
	b.copies(c)
}

// copies compares the copies that a synchronisation made of one act with it:
// they cannot come before.
func (b *Bench) copies(c *custody.Case) {
	var original *event.Event
	var copied []*event.Event
	for _, a := range c.Steps[custody.Executed] {
		switch {
		case custody.Synchronises(a.Actor) || b.World.ResetTool != nil && b.World.ResetTool(a.Actor, a.Time):
			copied = append(copied, a.Event)
		case original != nil:
			return // of which it is a copy cannot be told
		default:
			original = a.Event
		}
	}
	for _, e := range copied {
		if original != nil && e.Feed != original.Feed && e.System != original.System {
			b.pair(pairing{e.Feed, original.Feed, copyFirst}, e, original)
		}
	}
}

func (b *Bench) pair(p pairing, x, y *event.Event) {
	if b.skews == nil {
		b.skews = map[pairing]*skew{}
	}
	s := b.skews[p]
	if s == nil {
		if len(b.skews) >= maxPairings {
			return
		}
		s = &skew{seconds: map[int64]int64{}}
		b.skews[p] = s
	}
	d := min(max(x.Time-y.Time, -int64(maxSkew)), int64(maxSkew))
	s.seconds[d/int64(time.Second)]++
	s.acts = firstActs(firstActs(s.acts, x), y)
}

// sortedSkews lists the pairings of feeds that disagree by more than the
// tolerance, and the feeds that disagree with themselves.
func (b *Bench) sortedSkews() []*skewFacts {
	tolerance := b.World.Policy(b.Coverage.now).Matching.ClockTolerance
	out := []*skewFacts{}
	add := func(f *skewFacts, seconds map[int64]int64) {
		f.Pairs, f.Beyond, f.Median = offset(seconds, tolerance)
		f.Tolerance = tolerance
		if f.Pairs >= leastPairs && float64(f.Beyond) >= sameSide*float64(f.Pairs) && (f.How != copyFirst || f.Median < 0) {
			out = append(out, f)
		}
	}
	for p, s := range b.skews {
		add(&skewFacts{Subject: p.a + "|" + p.b, Feed: p.a, Other: p.b, How: p.how, acts: s.acts}, s.seconds)
	}
	for _, f := range b.Coverage.Feeds() {
		seconds := maps.Clone(f.Lags)
		if seconds == nil {
			seconds = map[int64]int64{}
		}
		for s, n := range f.Early {
			seconds[-s] += n
		}
		// Late records are lag and no disagreement.
		if _, _, median := offset(seconds, tolerance); median < 0 {
			add(&skewFacts{Subject: f.Name, Feed: f.Name, How: writtenEarly}, seconds)
		}
	}
	slices.SortFunc(out, func(x, y *skewFacts) int {
		return cmp.Or(strings.Compare(x.Subject, y.Subject), strings.Compare(x.How, y.How))
	})
	return out
}

// offset gives how many differences there are, how many of them lie beyond the
// tolerance on the side of the middle one, and the middle one, the smaller of
// two.
func offset(seconds map[int64]int64, tolerance time.Duration) (n, beyond int64, median time.Duration) {
	keys := slices.Sorted(maps.Keys(seconds))
	for _, k := range keys {
		n += seconds[k]
	}
	seen := int64(0)
	for _, k := range keys {
		if seen += seconds[k]; seen*2 >= n {
			median = time.Duration(k) * time.Second
			break
		}
	}
	limit := int64(tolerance / time.Second)
	for _, k := range keys {
		if median > 0 && k > limit || median < 0 && k < -limit {
			beyond += seconds[k]
		}
	}
	return n, beyond, median
}
