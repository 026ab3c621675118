package custody

import (
	"slices"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// turnedAway collects what was refused before a recovery: verifications that
// failed or were given up, and requests that were denied. What lies before an
// earlier recovery of the identity was answered by that one.
func (f *Fold) turnedAway(c *Case) {
	if c.Class != rules.Recovery {
		return
	}
	reach := f.w.Policy(c.Time).Limits.RefusedBefore
	answered := int64(0)
	for _, o := range f.cases {
		if o.Class == rules.Recovery && o.Last < c.Time {
			answered = max(answered, o.Last)
		}
	}
	for _, s := range f.steps {
		about := s.AccountID == f.id || holds(c.Refused, s) || f.asksAbout(s)
		if about && refuses(s.Event) && s.Time > answered && s.Time < c.Time && within(s.Time, c.Time, reach) {
			c.TurnedAway = append(c.TurnedAway, s)
		}
	}
}

// asksAbout: the step names no account, and its ticket asked for a reset of this
// one, be it another ticket than the case's own.
func (f *Fold) asksAbout(s Step) bool {
	if !s.Account.IsZero() {
		return false
	}
	key := f.w.Tickets.Key(s.Event)
	return key != "" && f.w.Tickets.Asked(key) && slices.Contains(f.w.Tickets.Subjects(key), f.id)
}

// refuses tells a verification that was not passed, or the denial of a reset.
func refuses(e *event.Event) bool {
	switch e.Kind {
	case event.VerificationFailed:
		return true
	case event.IdentityVerified:
		return e.Outcome == event.Failure
	case event.ResetDenied:
		return e.Outcome == event.Success
	}
	return false
}
