package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// Undone is a ticket about a credential of the identity that was closed as
// done, and that no act of the identity belongs to.
type Undone struct {
	Identity string
	Ticket   string
	Key      string // Tickets.Key
	Opened   int64  // UTC nanoseconds
	Closed   int64
	Steps    []Step
}

// undoneReach is how long after its closing a ticket's reset may still be
// logged. This project's judgement: tickets are closed when the work is done.
const undoneReach = 24 * time.Hour

// Until is until when a reset would have to be on record.
func (u *Undone) Until() int64 { return u.Closed + int64(undoneReach) }

// Undone lists the tickets of the identity that were closed as done without an
// act, in order of their keys. Call it after End.
func (f *Fold) Undone() []Undone {
	linked := map[string]bool{}
	for _, c := range f.cases {
		for _, t := range c.Tickets {
			linked[f.w.Tickets.KeyOf(t)] = true
		}
	}
	var out []Undone
	for _, b := range f.bundles() {
		if b.ticket == "" || linked[b.ticket] || f.w.Tickets.Acted(b.ticket) || f.w.Tickets.Declared(b.ticket) {
			continue
		}
		if u, ok := f.undone(b); ok && !f.w.Tickets.ResetBetween(f.id, u.Opened-int64(f.w.Policy(u.Opened).Matching.ClockTolerance), u.Until()) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b Undone) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// undone reads a ticket's own records: opened for this identity, asked for a
// reset, closed as done, and nowhere refused.
func (f *Fold) undone(b *bundle) (Undone, bool) {
	u := Undone{Identity: f.id, Ticket: f.ticketName(b), Key: b.ticket, Steps: b.steps}
	asked := false
	for _, s := range b.steps {
		switch {
		case slices.Contains(refusals, s.Kind), s.Kind == event.IdentityVerified && s.Outcome == event.Failure:
			return u, false
		case s.Kind == event.TicketClosed && s.Outcome == event.Failure:
			return u, false // given up
		case s.Kind == event.TicketClosed:
			u.Closed = max(u.Closed, s.Time)
		case s.AccountID == f.id && (s.Kind == event.TicketOpened || s.Kind == event.ResetRequested):
			asked = asked || s.Kind == event.ResetRequested
			if u.Opened == 0 || s.Time < u.Opened {
				u.Opened = s.Time
			}
		}
	}
	return u, asked && u.Closed >= u.Opened
}
