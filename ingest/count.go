package ingest

import (
	"cmp"
	"slices"
	"time"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
)

// Limits of what the input may make us count. What lies beyond is still
// counted in records, only not told apart.
const (
	// maxInstances bounds the feeds one file can open; records of further
	// instances are counted under the source's own name.
	maxInstances = 4096
	// maxHosts bounds the computers listed for one feed.
	maxHosts = 65536
	// maxLag is the longest lag told apart; a longer one counts as this.
	maxLag = 30 * 24 * 3600
)

// tally is what one file gives its feeds. It belongs to one goroutine.
type tally struct {
	source  *Source
	format  *formats.Format
	fills   map[string][]string
	pages   *pages
	feeds   map[string]*counter // by instance
	last    *counter
	orphans counter // malformed records that do not tell their instance
}

// counter is a feed in the making.
type counter struct {
	feed        event.Feed
	kinds       [256]int64
	filled      map[event.Kind][]int64 // by place in event.EvidenceFields
	stretches   map[string]*stretch    // by stream
	pages       *pages                 // the file's
	seen, named map[string]struct{}
	day         int64 // of bits
	bits        []byte
	host        string // the last one, most often the next one too
}

func newTally(s *Source, f *formats.Format) *tally {
	t := &tally{source: s, format: f, fills: f.Fills(), pages: &pages{}, feeds: map[string]*counter{}}
	t.orphans = t.newCounter("")
	return t
}

func (t *tally) newCounter(instance string) counter {
	s, table := t.source, t.format.Table()
	return counter{
		feed: event.Feed{
			Name: feedName(table.ID, instance), Format: table.ID, Instance: instance, Source: s.Name, System: table.System,
			UnmappedTypes: map[string]int64{}, Minutes: map[int64][]byte{}, Kinds: map[string]int64{},
			Shows: table.Shows, ShowsFor: table.ShowsFor, NeedsSetting: table.NeedsSetting, Always: table.Always, Fills: t.fills,
			Expect: s.Expect, Covers: s.Covers, History: s.History,
		},
		pages: t.pages,
		seen:  map[string]struct{}{}, named: map[string]struct{}{},
		day: -1,
	}
}

func feedName(format, instance string) string { return format + "/" + instance }

// add counts one record and gives the name of its feed.
func (t *tally) add(rec *formats.Record) string {
	c := t.counterFor(rec)
	f := &c.feed
	f.Records++
	switch {
	case rec.Malformed != "":
		f.Malformed++
		if len(f.MalformedFirst) < event.MaxMalformedKept {
			o := rec.Origin
			f.MalformedFirst = append(f.MalformedFirst, event.Malformed{URI: o.URI, Line: o.Line, Offset: o.Offset, Reason: rec.Malformed})
		}
	case rec.Unmapped:
		f.Unmapped++
		if _, ok := f.UnmappedTypes[rec.Type]; ok || len(f.UnmappedTypes) < event.MaxUnmappedTypes {
			f.UnmappedTypes[rec.Type]++
		}
	default:
		f.Mapped++
		for i := range rec.Events {
			c.kinds[rec.Events[i].Kind]++
			c.fill(&rec.Events[i])
		}
	}
	c.when(rec)
	if rec.Number != 0 && rec.Time != 0 && rec.Malformed == "" {
		c.number(rec.Stream, rec.Number, rec.Time)
	}
	c.hosts(rec)
	return f.Name
}

func (t *tally) counterFor(rec *formats.Record) *counter {
	instance := rec.Instance
	if t.source.Instance == "" && rec.Malformed != "" && (instance == "" || instance == t.source.Name) {
		return &t.orphans
	}
	if t.last != nil && t.last.feed.Instance == instance {
		return t.last
	}
	c := t.feeds[instance]
	if c == nil {
		if len(t.feeds) >= maxInstances {
			instance = t.source.Name
		}
		if c = t.feeds[instance]; c == nil {
			fresh := t.newCounter(instance)
			c = &fresh
			t.feeds[instance] = c
		}
	}
	t.last = c
	return c
}

// when notes the record's minute and its lag.
func (c *counter) when(rec *formats.Record) {
	if rec.Time == 0 || rec.Malformed != "" {
		return
	}
	f := &c.feed
	if f.First == 0 || rec.Time < f.First {
		f.First = rec.Time
	}
	f.Last = max(f.Last, rec.Time)
	const minute = int64(time.Minute)
	const day = 24 * int64(time.Hour)
	if d := rec.Time / day; d != c.day {
		c.day, c.bits = d, f.Minutes[d]
		if c.bits == nil {
			c.bits = make([]byte, 1440/8)
			f.Minutes[d] = c.bits
		}
	}
	m := rec.Time % day / minute
	c.bits[m/8] |= 1 << (m % 8)
	if rec.Early >= int64(time.Second) {
		if f.Early == nil {
			f.Early = map[int64]int64{}
		}
		f.Early[lagStep(rec.Early/int64(time.Second))]++
	}
	if rec.Written != 0 {
		if f.Lags == nil {
			f.Lags = map[int64]int64{}
		}
		f.Lags[lagStep((rec.Written-rec.Time)/int64(time.Second))]++
	}
}

// fill counts which fields of evidence an event has.
func (c *counter) fill(e *event.Event) {
	if e.Kind == event.Other {
		return
	}
	counts := c.filled[e.Kind]
	if counts == nil {
		if c.filled == nil {
			c.filled = map[event.Kind][]int64{}
		}
		counts = make([]int64, len(event.EvidenceFields()))
		c.filled[e.Kind] = counts
	}
	for i, field := range event.EvidenceFields() {
		if field.Filled(e) {
			counts[i]++
		}
	}
}

// fields gives the counts of fill by name, those above nought, and the events
// they were counted over.
func (c *counter) fields() map[string]map[string]int64 {
	out := make(map[string]map[string]int64, len(c.filled))
	for kind, counts := range c.filled {
		names := map[string]int64{event.FilledOf: c.kinds[kind]}
		for i, field := range event.EvidenceFields() {
			if counts[i] > 0 {
				names[field.Name] = counts[i]
			}
		}
		out[kind.String()] = names
	}
	return out
}

// lagStep rounds a lag in seconds up so that a feed holds a few thousand
// different ones: to the minute above an hour, to the hour above a day. A
// record written before it happened (clocks) has none.
func lagStep(s int64) int64 {
	up := func(step int64) int64 { return (s + step - 1) / step * step }
	switch {
	case s <= 0:
		return 0
	case s <= 3600:
		return s
	case s <= 24*3600:
		return up(60)
	case s <= maxLag:
		return up(3600)
	}
	return maxLag
}

func (c *counter) hosts(rec *formats.Record) {
	if rec.Host != "" && rec.Host != c.host && len(c.seen) < maxHosts {
		c.host = rec.Host
		c.seen[rec.Host] = struct{}{}
	}
	for _, h := range rec.HostsNamed {
		if h != "" && len(c.named) < maxHosts {
			c.named[h] = struct{}{}
		}
	}
}

// finish gives the file's feeds, sorted by name, each with the file on its list.
func (t *tally) finish(file event.File) []event.Feed {
	if t.orphans.feed.Records > 0 || len(t.feeds) == 0 {
		t.adopt()
	}
	var out []event.Feed
	for _, c := range t.feeds {
		f := c.feed
		for k, n := range c.kinds {
			if n > 0 {
				f.Kinds[event.Kind(k).String()] = n
			}
		}
		f.Filled, f.Numbered = c.fields(), c.numbered()
		f.HostsSeen, f.HostsNamed = sortedKeys(c.seen), sortedKeys(c.named)
		f.Files = []event.File{file}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b event.Feed) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// adopt puts malformed records that tell no instance into the file's first
// feed by name, so that a broken line opens no feed of its own; a file of
// nothing else gets a feed under the source's name.
func (t *tally) adopt() {
	var first string
	for instance := range t.feeds {
		if first == "" || instance < first {
			first = instance
		}
	}
	if len(t.feeds) == 0 {
		first = cmp.Or(t.source.Instance, t.source.Name)
		c := t.newCounter(first)
		t.feeds[first] = &c
	}
	t.feeds[first].feed.Merge(&t.orphans.feed)
}

func sortedKeys(set map[string]struct{}) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
