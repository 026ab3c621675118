package custody

import (
	"slices"
	"strings"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// RaisedRight is a role or group that was given for a recovery.
type RaisedRight struct {
	Step
	Holder string // identity it was given to
	// Back is when it was taken back or ended by itself, 0 if nothing shows it.
	Back int64
}

// maxRaised bounds the rights kept per case.
const maxRaised = 64

// taken is a right that was taken back.
type taken struct {
	at           int64
	system, role string
}

// rights is the side table of the rights that tickets were cited for, and of
// what their holders lost: rights given to an operator are not about the
// beneficiary, and do not reach his fold. It grows with those holders' losses.
type rights struct {
	given  map[string][]RaisedRight // by the ticket's key
	losses map[string][]taken       // by holder
}

// Elevate learns from an event whose account resolved to identity id. Call it
// for every event before the first Note.
func (t *Tickets) Elevate(e *event.Event, id string) {
	if e.Kind == event.PrivilegeGranted && e.Outcome == event.Success && id != "" && (e.Ticket != "" || e.TicketAlias != "") {
		t.rights.losses[id] = []taken{}
	}
}

// noteRights learns what was given on a ticket and what its holder lost.
func (t *Tickets) noteRights(e *event.Event, id, key string) {
	losses, holder := t.rights.losses[id]
	if !holder || e.Outcome == event.Failure {
		return
	}
	switch {
	case e.Kind == event.PrivilegeRevoked:
		t.rights.losses[id] = append(losses, taken{e.Time, e.System, e.Role})
	case e.Kind == event.PrivilegeGranted && key != "" && len(t.rights.given[key]) < maxRaised:
		t.rights.given[key] = append(t.rights.given[key], RaisedRight{Step: Step{Event: kept(e), AccountID: id, Link: Explicit}, Holder: id})
	}
}

// raise collects the rights that were given for a case: on a ticket of its own,
// or to its identity by who carried it out, in the same piece of work and before
// it. What follows a reset without a word is reset-then-privilege's.
func (f *Fold) raise(c *Case) {
	m := f.w.Policy(c.Time).Matching
	add := func(r RaisedRight) {
		if len(c.Raised) < maxRaised && !slices.ContainsFunc(c.Raised, func(o RaisedRight) bool { return o.Event.ID == r.Event.ID }) {
			c.Raised = append(c.Raised, r)
		}
	}
	own := f.ownTickets(c)
	executors := c.Executors()
	for _, s := range f.steps {
		if s.Kind != event.PrivilegeGranted || s.AccountID != f.id || s.Outcome == event.Failure || s.Time > c.Time && !f.open(c, s) || s.Time < c.Time-int64(m.Before) {
			continue
		}
		work := s.ActorID != f.id && slices.Contains(executors, s.ActorID) && s.Time < c.Time && within(s.Time, c.Time, m.SameOperator) &&
			identity.HasRole(f.w.Policy(s.Time).PrivilegedRoles, s.Role) && !f.approvedOtherwise(s)
		if slices.Contains(own, f.w.Tickets.Key(s.Event)) || work {
			add(RaisedRight{Step: s, Holder: f.id, Back: f.backOwn(s)})
		}
	}
	for _, key := range own {
		for _, r := range f.w.Tickets.rights.given[key] {
			if r.Holder == f.id || r.Time > c.Time+int64(f.longest(c)) || r.Time < c.Time-int64(m.Before) {
				continue
			}
			r.ActorID = f.w.Resolve(r.Actor, r.Time)
			r.Back = ended(r.Event, f.w.Tickets.rights.losses[r.Holder])
			add(r)
		}
	}
	slices.SortFunc(c.Raised, func(a, b RaisedRight) int { return byTime(a.Step, b.Step) })
}

// ownTickets lists the keys of the tickets that the case's acts cite or that ask
// for it, sorted.
func (f *Fold) ownTickets(c *Case) []string {
	var keys []string
	for _, n := range []Name{Requested, Executed} {
		for _, s := range c.Steps[n] {
			if key := f.w.Tickets.Key(s.Event); key != "" {
				keys = insert(keys, key)
			}
		}
	}
	return keys
}

// backOwn tells when the identity lost a right again.
func (f *Fold) backOwn(s Step) int64 {
	var losses []taken
	for _, l := range f.steps {
		if l.AccountID != f.id || l.Outcome == event.Failure || l.Time < s.Time {
			continue
		}
		switch l.Kind {
		case event.PrivilegeRevoked:
			losses = append(losses, taken{l.Time, l.System, l.Role})
		case event.AccountDisabled, event.AccountDeleted:
			losses = append(losses, taken{l.Time, s.System, s.Role})
		}
	}
	return ended(s.Event, losses)
}

// ended gives the first time at which a right was taken back or ended by itself.
func ended(e *event.Event, losses []taken) int64 {
	first := e.Expires
	for _, l := range losses {
		if l.at >= e.Time && (l.system == e.System || l.system == "" || e.System == "") && sameRole(l.role, e.Role) && (first == 0 || l.at < first) {
			first = l.at
		}
	}
	return first
}

func sameRole(a, b string) bool {
	return strings.EqualFold(a, b) || identity.HasRole([]string{a}, b)
}
