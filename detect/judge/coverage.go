package judge

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// FeedCoverage is a feed with the intervals in which its silence proves
// something.
type FeedCoverage struct {
	event.Feed
	// Intervals are [from, to] in UTC nanoseconds, sorted and disjoint.
	Intervals [][2]int64
	// Gaps are silences longer than the feed's own rate allows.
	Gaps [][2]int64
	// LagP50 and LagP99 are in seconds; nil where the format declares no time of
	// writing.
	LagP50, LagP99 *int64
}

// The rules of design 3.5.
const (
	day         = int64(24 * time.Hour)
	minute      = int64(time.Minute)
	leastGap    = day      // a gap is longer than this …
	gapFactor   = 3        // … and than this many times the longest silence …
	gapHistory  = 14 * day // … of this long before
	coversDays  = 2        // `covers` holds for feeds with records on so many days
	oldEnough   = day      // feeds must have held records for so long to be expected
	farFuture   = math.MaxInt64
	minutesADay = 1440
)

// Cover works out what a feed covers.
func Cover(f event.Feed) FeedCoverage {
	c := FeedCoverage{Feed: f}
	c.LagP50, c.LagP99 = LagQuantile(f.Lags, 0.50), LagQuantile(f.Lags, 0.99)
	c.Gaps = gaps(f)
	if f.First == 0 && f.Last == 0 {
		return c
	}
	if f.Covers != [2]int64{} && len(f.Minutes) >= coversDays {
		c.Intervals = [][2]int64{f.Covers}
		return c
	}
	from, to := f.First, f.Last
	if c.LagP99 != nil {
		to -= *c.LagP99 * int64(time.Second)
	}
	for _, g := range c.Gaps {
		if g[0] > from {
			c.Intervals = append(c.Intervals, [2]int64{from, g[0]})
		}
		from = g[1]
	}
	if to >= from {
		c.Intervals = append(c.Intervals, [2]int64{from, to})
	}
	return c
}

// LagQuantile is the nearest-rank quantile of a feed's lags in whole seconds, nil
// where the format declares no time of writing.
func LagQuantile(lags map[int64]int64, q float64) *int64 {
	var total int64
	for _, n := range lags {
		total += n
	}
	if total == 0 {
		return nil
	}
	rank, seen := int64(math.Ceil(q*float64(total))), int64(0)
	for _, s := range slices.Sorted(maps.Keys(lags)) {
		if seen += lags[s]; seen >= rank {
			return &s
		}
	}
	return nil
}

// gaps finds the silences of a feed: longer than a day and than three times the
// longest silence of the 14 days before. Of a feed that has not written for a day
// yet, only those are that are longer than these 14 days: what rate it has is
// not known. Times are to the minute, as kept.
func gaps(f event.Feed) [][2]int64 {
	type silence struct{ from, to int64 }
	var recent []silence // each longer than all after it, so that the first is the longest
	var out [][2]int64
	prev := int64(-1)
	start := int64(-1)
	eachMinute(f.Minutes, func(at int64) {
		if prev < 0 {
			prev, start = at, at
			return
		}
		s := silence{prev + minute, at}
		prev = at
		if s.to-s.from <= 0 {
			return
		}
		for len(recent) > 0 && recent[0].to < s.from-gapHistory {
			recent = recent[1:]
		}
		longest := int64(0)
		if len(recent) > 0 {
			longest = recent[0].to - recent[0].from
		}
		d := s.to - s.from
		if d > max(leastGap, gapFactor*longest) && (s.from-start >= leastGap || d > gapHistory) {
			out = append(out, [2]int64{s.from, s.to})
			return
		}
		for n := len(recent); n > 0 && recent[n-1].to-recent[n-1].from <= d; n-- {
			recent = recent[:n-1]
		}
		recent = append(recent, s)
	})
	return out
}

func eachMinute(days map[int64][]byte, yield func(at int64)) {
	keys := make([]int64, 0, len(days))
	for d := range days {
		keys = append(keys, d)
	}
	slices.Sort(keys)
	for _, d := range keys {
		for i, b := range days[d] {
			for ; b != 0; b &= b - 1 {
				if m := i*8 + bits.TrailingZeros8(b); m < minutesADay {
					yield(d*day + int64(m)*minute)
				}
			}
		}
	}
}

// Coverage answers whether a silence proves anything. It is read-only.
type Coverage struct {
	feeds  []FeedCoverage
	now    int64
	absent []string // kinds of which the config says that no record exists
	unread []string // kinds that the config expects of a source which gave no record
	files  []FeedCoverage
	// systems are the sources that the config expects for a system.
	systems map[string][]string
}

// NewCoverage takes the feeds sorted by name and the run's now. Of kinds that
// the config declares to have no source (sources_absent) it says itself that no
// record exists: they are covered. Those that it expects of a source without a
// single record are not: expected maps the names of sources to kinds.
func NewCoverage(feeds []FeedCoverage, now int64, absent []event.Kind, expected, systems map[string][]string) *Coverage {
	c := &Coverage{feeds: feeds, now: now, systems: systems}
	for _, k := range absent {
		c.absent = append(c.absent, k.String())
	}
	for source, kinds := range expected {
		if !slices.ContainsFunc(feeds, func(f FeedCoverage) bool { return f.From(source) }) {
			c.unread = append(c.unread, kinds...)
		}
	}
	return c
}

// AddFile tells that a context file lists events of a kind as well. It speaks
// for all time up to the end of what the logs record: what is not due in the
// logs is not due in the file.
func (c *Coverage) AddFile(name string, rows int64, kind event.Kind) {
	end := int64(0)
	for _, f := range c.feeds {
		if n := len(f.Intervals); n > 0 {
			end = max(end, f.Intervals[n-1][1])
		}
	}
	c.files = append(c.files, FeedCoverage{
		Feed:      event.Feed{Name: name, Records: rows, Last: end, Shows: []string{kind.String()}},
		Intervals: [][2]int64{{math.MinInt64, end}},
	})
}

// Feeds gives the feeds of logs, sorted by name.
func (c *Coverage) Feeds() []FeedCoverage { return c.feeds }

// State of a window.
type State uint8

// What the silence of a window proves.
const (
	Covered    State = iota // every feed that should show it covers the window
	Open                    // the window's end lies after what was recorded so far
	NotCovered              // a gap lies inside, or no feed could show it
)

// Ask is a question to the coverage: could this kind have gone unseen?
type Ask struct {
	Kind   string
	System string // where the act would be logged; "" for a step of the process
	Path   string // the case's path
	From   int64
	To     int64 // farFuture for "until the end of what was recorded"
}

// processKinds are logged wherever the organisation keeps its process, not in
// the system of the reset.
var processKinds = []string{
	event.ResetRequested.String(), event.IdentityVerified.String(), event.VerificationFailed.String(),
	event.ResetApproved.String(), event.ResetDenied.String(), event.ApprovalWithdrawn.String(),
	event.CredentialDelivered.String(), event.OwnerNotified.String(), event.CaseReviewed.String(),
	event.TicketOpened.String(), event.TicketClosed.String(), event.IncidentOpened.String(), event.IncidentClosed.String(),
}

// Could lists the feeds that can show a kind for a system and path, and have
// held records for at least a day; if the config expects it of some sources,
// only those.
func (c *Coverage) Could(a Ask) []FeedCoverage {
	if slices.Contains(c.absent, a.Kind) {
		return nil
	}
	var could []FeedCoverage
	declared := false
	for _, list := range [...][]FeedCoverage{c.feeds, c.files} {
		for i := range list {
			f := &list[i]
			expects := slices.Contains(f.Expect, a.Kind)
			if !shows(&f.Feed, a) || f.Last-f.First < oldEnough && !expects || !c.speaks(f, a) {
				continue
			}
			if expects && !declared {
				declared, could = true, nil
			}
			if expects == declared {
				could = append(could, *f)
			}
		}
	}
	return could
}

// speaks tells whether the config lets a feed speak of the system asked about.
func (c *Coverage) speaks(f *FeedCoverage, a Ask) bool {
	sources, declared := c.systems[a.System]
	return !declared || slices.Contains(processKinds, a.Kind) || slices.ContainsFunc(sources, f.From)
}

// lacks tells whether a source that the config expects for the system asked
// about gave no record.
func (c *Coverage) lacks(a Ask) bool {
	if slices.Contains(processKinds, a.Kind) {
		return false
	}
	return slices.ContainsFunc(c.systems[a.System], func(source string) bool {
		return !slices.ContainsFunc(c.feeds, func(f FeedCoverage) bool { return f.From(source) })
	})
}

func shows(f *event.Feed, a Ask) bool {
	own := a.System == "" || within(f.System, a.System)
	// The flow of a path is a product's own: it shows who asked there for what it
	// resets itself, never for a key that somebody makes in another product.
	if !slices.Contains(f.Shows, a.Kind) && !(own && slices.Contains(f.ShowsFor[a.Path], a.Kind)) {
		return false
	}
	if slices.Contains(f.NeedsSetting, a.Kind) && f.Kinds[a.Kind] == 0 && !slices.Contains(f.Expect, a.Kind) {
		return false
	}
	return own || slices.Contains(processKinds, a.Kind)
}

// within tells whether a feed of one system speaks of another: of the same, of
// any (native steps), or of a part of it, as aws does of aws-secretsmanager.
func within(feed, system string) bool {
	return feed == "" || feed == system || strings.HasPrefix(system, feed+"-")
}

// stated stands for the organisation's own word that a kind leaves no record,
// so that a finding cites it among what was searched.
var stated = FeedCoverage{Feed: event.Feed{Name: "sources_absent"}}

// Window tells what silence proves between two times, and which feeds were
// searched.
func (c *Coverage) Window(a Ask) (State, []FeedCoverage) {
	if slices.Contains(c.absent, a.Kind) {
		if a.To > c.now {
			return Open, []FeedCoverage{stated}
		}
		return Covered, []FeedCoverage{stated}
	}
	could := c.Could(a)
	if len(could) == 0 {
		return NotCovered, nil
	}
	if slices.Contains(c.unread, a.Kind) || c.lacks(a) {
		return NotCovered, could
	}
	state := Covered
	for _, f := range could {
		end := c.now
		if n := len(f.Intervals); n > 0 {
			end = min(end, f.Intervals[n-1][1])
		}
		switch {
		case a.To > end:
			if state == Covered {
				state = Open
			}
		case !covers(f.Intervals, a.From, a.To):
			state = NotCovered
		}
	}
	return state, could
}

// Known tells for how long, of the time asked about, every feed that could show
// a kind was recording; 0 if none could.
func (c *Coverage) Known(a Ask) time.Duration {
	could := c.Could(a)
	if len(could) == 0 {
		return 0
	}
	least := a.To - a.From
	for _, f := range could {
		total := int64(0)
		for _, i := range f.Intervals {
			total += max(0, min(i[1], a.To)-max(i[0], a.From))
		}
		least = min(least, total)
	}
	return time.Duration(least)
}

func covers(intervals [][2]int64, from, to int64) bool {
	return slices.ContainsFunc(intervals, func(i [2]int64) bool { return i[0] <= from && to <= i[1] })
}

// Lag is the longest 99 % lag of the feeds that can show a kind.
func (c *Coverage) Lag(a Ask) time.Duration {
	lag := int64(0)
	for _, f := range c.Could(a) {
		if f.LagP99 != nil {
			lag = max(lag, *f.LagP99)
		}
	}
	return time.Duration(lag) * time.Second
}

// Always tells whether some feed of a system leaves a record of a kind whenever
// it happens.
func (c *Coverage) Always(kind, system string) bool {
	return slices.ContainsFunc(c.feeds, func(f FeedCoverage) bool {
		return within(f.System, system) && slices.Contains(f.Always, kind)
	})
}

func sortFeeds(feeds []FeedCoverage) {
	slices.SortFunc(feeds, func(a, b FeedCoverage) int { return cmp.Compare(a.Name, b.Name) })
}
