package judge

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// citing is a fact over the set that fills in its finding's particulars and
// tells what sets it apart from others with the same subject.
type citing interface {
	cite(f *Finding) (moment string)
}

// raising is such a fact that may have the raised severity.
type raising interface{ raises() bool }

// undoneFacts is a ticket that was closed as done without a reset.
type undoneFacts struct {
	Ticket string    `cel:"ticket"`
	Name   string    `cel:"name"` // whose credential it is about
	Opened time.Time `cel:"opened"`
	Closed time.Time `cel:"closed"`

	u custody.Undone
}

func (u *undoneFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(u.u.Closed), Text(u.u.Identity)
	for _, s := range u.u.Steps {
		f.Evidence = append(f.Evidence, EvidenceOf(s.Event))
	}
	return u.u.Identity
}

// Undone takes a ticket that was closed as done and belongs to no reset of its
// identity.
func (b *Bench) Undone(u custody.Undone) { b.undone = append(b.undone, u) }

// Linked takes a ticket that belongs to some reset.
func (b *Bench) Linked(ticket string) {
	if b.linked == nil {
		b.linked = map[string]bool{}
	}
	b.linked[b.World.Tickets.KeyOf(ticket)] = true
}

// sortedUndone keeps the tickets that no reset at all belongs to, and of which
// the logs would show it.
func (b *Bench) sortedUndone() []*undoneFacts {
	out := []*undoneFacts{}
	for _, u := range b.undone {
		if !b.linked[u.Key] && b.showsResets(u.Identity, u.Opened, u.Until()) {
			out = append(out, &undoneFacts{u.Ticket, b.Name(u.Identity), event.When(u.Opened), event.When(u.Closed), u})
		}
	}
	slices.SortFunc(out, func(x, y *undoneFacts) int {
		return cmp.Or(strings.Compare(x.u.Key, y.u.Key), strings.Compare(x.u.Identity, y.u.Identity))
	})
	return out
}

// showsResets: in every system the identity lives in, resets are on record for
// the whole time. Systems whose own log was read and cannot show one, such as a
// ticket system, do not count.
func (b *Bench) showsResets(id string, from, to int64) bool {
	kind, any := event.ResetExecuted.String(), false
	for _, system := range b.Systems(id) {
		ask := Ask{Kind: kind, System: system, From: from, To: to}
		if len(b.Coverage.Could(ask)) == 0 && b.Coverage.reads(system) {
			continue
		}
		any = true
		if state, _ := b.Coverage.Window(ask); state != Covered {
			return false
		}
	}
	if any {
		return true
	}
	state, _ := b.Coverage.Window(Ask{Kind: kind, From: from, To: to})
	return state == Covered
}

// reads tells whether some feed speaks of a system.
func (c *Coverage) reads(system string) bool {
	return slices.ContainsFunc(c.feeds, func(f FeedCoverage) bool { return f.System == system })
}

// expiredFacts is a waiver that resets went on to need after its end.
type expiredFacts struct {
	ID    string    `cel:"id"`
	Until time.Time `cel:"until"`
	Uses  int64     `cel:"uses"`  // cases
	First time.Time `cel:"first"` // the first of them
	Name  string    `cel:"name"`  // and whose
	Check string    `cel:"check"` // and what was not met

	first int64
	id    string // identity of the first
	acts  []*event.Event
}

func (x *expiredFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(x.first), Text(x.id)
	for _, e := range x.acts {
		f.Evidence = append(f.Evidence, EvidenceOf(e))
	}
	return ""
}

// Bounds of what counts as use of a waiver after its end.
const (
	// expiredReach is how long after its end a waiver may be taken for valid
	// still: a quarter, after which nobody remembers it. This project's judgement.
	expiredReach = int64(92 * 24 * time.Hour)
	maxCited     = 20 // uses whose records a finding cites
)

// lapsed notes the waivers that would cover a finding of a case, had they not
// ended before.
func (b *Bench) lapsed(s *sitting, all []*outcome) {
	for _, w := range b.waivers {
		if w.Defect != "" || s.c.Time < w.ValidUntil || s.c.Time > w.ValidUntil+expiredReach || !b.speaksOf(w, s) {
			continue
		}
		for _, o := range all {
			if o.verdict == NotMet && slices.Contains(w.Checks, o.check.ID) {
				b.expire(w, s, o.check.ID)
				break
			}
		}
	}
}

func (b *Bench) expire(w *waiver, s *sitting, check string) {
	if b.expired == nil {
		b.expired = map[*waiver]*expiredFacts{}
	}
	x := b.expired[w]
	if x == nil {
		x = &expiredFacts{ID: w.ID, Until: event.When(w.ValidUntil)}
		b.expired[w] = x
	}
	x.Uses++
	earlier := func(at int64, id string) bool { return at < x.first || at == x.first && id < x.id }
	if x.Uses == 1 || earlier(s.c.Time, s.c.Identity) {
		x.first, x.First, x.id, x.Name, x.Check = s.c.Time, event.When(s.c.Time), s.c.Identity, s.b.Name(s.c.Identity), check
	}
	if x.acts = append(x.acts, s.c.Primary.Event); len(x.acts) > maxCited {
		slices.SortFunc(x.acts, earliest)
		x.acts = x.acts[:maxCited]
	}
}

func earliest(a, b *event.Event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.ID[:], b.ID[:]))
}

// sortedExpired lists them in the order of the file.
func (b *Bench) sortedExpired() []*expiredFacts {
	out := []*expiredFacts{}
	for _, w := range b.waivers {
		if x := b.expired[w]; x != nil {
			slices.SortFunc(x.acts, earliest)
			out = append(out, x)
		}
	}
	return out
}

// gapFacts is a silence of a feed, or a hole in its record numbers.
type gapFacts struct {
	Feed    string        `cel:"feed"`
	From    time.Time     `cel:"from"`
	To      time.Time     `cel:"to"`
	Longest time.Duration `cel:"longest"` // silence in the 14 days before
	// Unbroken: the numbers of its records run on through the silence, though by
	// their rate many would have been given.
	Unbroken bool `cel:"unbroken"`
	// Of a hole: what numbers its records, the first and last number that surely
	// is missing, and how many are.
	Stream      string `cel:"stream"`
	FirstNumber int64  `cel:"first_number"`
	LastNumber  int64  `cel:"last_number"`
	Missing     int64  `cel:"missing"` // 0 for a silence

	at int64
}

func (g *gapFacts) cite(f *Finding) string {
	f.Time = when(g.at)
	if g.Missing > 0 {
		return g.Stream + " " + strconv.FormatInt(g.FirstNumber, 10)
	}
	return event.RFC3339(g.at)
}

// restless is how short a feed's silences are if it writes day and night. Where
// the config states that a feed covers a time, only the silence of such a feed
// speaks against that: a ticket log may have nothing to say for days. This
// project's judgement.
const restless = 12 * time.Hour

// gaps lists the silences of feeds whose rate was known for long enough before.
func (b *Bench) gaps() []*gapFacts {
	out := []*gapFacts{}
	for _, f := range b.Coverage.Feeds() {
		for _, g := range f.Gaps {
			if g[0]-f.First < gapHistory || !hasRate(f, g[0]) || b.Coverage.wroteElsewhere(f, g) {
				continue
			}
			longest := longestSilence(f, g[0])
			if stated := f.Covers[0] <= g[0] && g[1] <= f.Covers[1]; stated && longest > restless {
				continue
			}
			out = append(out, &gapFacts{Feed: f.Name, From: event.When(g[0]), To: event.When(g[1]), Longest: longest, Unbroken: unbroken(f, g), at: g[0]})
		}
	}
	return append(out, b.numberGaps(out)...)
}

// rateDays is on how many of the 14 days before a silence a feed must have
// written to have a rate of its own. This project's judgement.
const rateDays = 7

func hasRate(f FeedCoverage, before int64) bool {
	wrote := 0
	for d := range f.Minutes {
		if at := d * day; at < before && at >= before-gapHistory {
			wrote++
		}
	}
	return wrote >= rateDays
}

// wroteElsewhere tells whether records of one log went to another feed in the
// meantime: of the feeds of one format and source, those whose records name no
// instance bear the source's name, and may belong to any of them.
func (c *Coverage) wroteElsewhere(f FeedCoverage, gap [2]int64) bool {
	return slices.ContainsFunc(c.feeds, func(o FeedCoverage) bool {
		if o.Name == f.Name || o.Format != f.Format || o.Source != f.Source || o.Instance != o.Source && f.Instance != f.Source {
			return false
		}
		wrote := false
		eachMinute(o.Minutes, func(at int64) { wrote = wrote || at >= gap[0] && at < gap[1] })
		return wrote
	})
}

// longestSilence is that of the 14 days before a time, gaps left out.
func longestSilence(f FeedCoverage, before int64) time.Duration {
	longest, prev := int64(0), int64(-1)
	eachMinute(f.Minutes, func(at int64) {
		from := prev + minute
		isGap := slices.ContainsFunc(f.Gaps, func(g [2]int64) bool { return g[0] == from })
		if prev >= 0 && at < before && at >= before-gapHistory && !isGap {
			longest = max(longest, at-from)
		}
		prev = at
	})
	return time.Duration(longest)
}
