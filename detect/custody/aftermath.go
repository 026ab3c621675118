package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// selfServiceReach is how long before a self-service reset its link or code may
// have been sent: as long as a code lives at most (NIST SP 800-63B-4, 4.2.1.2).
const selfServiceReach = 24 * time.Hour

// sent files what a self-service flow delivered before the reset it served.
func (f *Fold) sent(cases []*Case) {
	for _, s := range f.steps {
		if s.Kind != event.CredentialDelivered || s.AccountID != f.id || s.Outcome == event.Failure || f.w.Tickets.Key(s.Event) != "" {
			continue
		}
		for _, c := range cases {
			if c.Time <= s.Time {
				continue
			}
			if c.Path == rules.SelfService && within(s.Time, c.Time, selfServiceReach) && !f.open(c, s) {
				c.Steps[Delivered] = append(c.Steps[Delivered], linked(s, c))
			}
			break // the first reset behind it
		}
	}
}

// aftermath collects what a reset took away and gave back, what ended the
// account or its new password, and where its records hold a secret.
func (f *Fold) aftermath(c *Case) {
	m := f.w.Policy(c.Time).Matching
	end := c.Time + 2*int64(f.longest(c)) // a loss late in the watch has its own deadline
	for _, s := range f.steps {
		if s.Leak != "" && f.speaksOf(c, s) {
			c.Leaks = append(c.Leaks, s)
		}
		if s.AccountID != f.id || s.Outcome == event.Failure || s.Time > end {
			continue
		}
		near := s.Time >= c.Time-int64(m.SameOperator)
		recent := s.Time >= c.Time-int64(m.Before)
		switch s.Kind {
		case event.MFAReset:
			if f.isAct(c, s) {
				c.Lost = append(c.Lost, s)
			}
		case event.MFARemoved: // by its owner it is his own housekeeping, but for the one that came back
			if near && (s.ActorID != f.id || c.regained(s.CredentialID)) && (s.Time < c.Time || f.open(c, s)) {
				c.Lost = append(c.Lost, s)
			}
		case event.DeviceUntrusted:
			if recent && (s.Time < c.Time || f.open(c, s)) {
				c.Lost = append(c.Lost, s)
			}
		case event.MFAEnrolled, event.DeviceTrusted:
			if recent {
				c.Regained = append(c.Regained, s)
			}
		case event.AccountDisabled, event.AccountDeleted, event.ResetExecuted:
			if s.Time > c.Last && (c.Overtaken == 0 || s.Time < c.Overtaken) {
				c.Overtaken = s.Time
			}
		}
	}
}

// regained tells whether a factor was enrolled after the case's own were taken.
func (c *Case) regained(id string) bool {
	return id != "" && len(c.Lost) > 0 && slices.ContainsFunc(c.Regained, func(r Step) bool {
		return r.Kind == event.MFAEnrolled && r.Time >= c.Lost[0].Time && strings.EqualFold(r.CredentialID, id)
	})
}

// speaksOf tells whether a record belongs to a case: it cites its ticket, is
// one of its steps, or is about the account at the time and cites no ticket.
func (f *Fold) speaksOf(c *Case, s Step) bool {
	if key := f.w.Tickets.Key(s.Event); key != "" {
		return slices.ContainsFunc(c.Tickets, func(number string) bool { return f.w.Tickets.KeyOf(number) == key })
	}
	m := f.w.Policy(c.Time).Matching
	return s.AccountID == f.id && s.Time >= c.Time-int64(m.Before) && (s.Time < c.Time || f.open(c, s))
}

// maxSpent bounds the uses of bypasses remembered per case.
const maxSpent = 64

// bypasses are what gets round a factor or a password, and must work once.
var bypasses = []string{"access-pass", "bypass-code", "code", "link"}

// spend notes the use of a bypass after a case.
func (f *Fold) spend(e *event.Event) {
	if e.Outcome == event.Failure || e.Kind != event.CredentialUsed && e.Kind != event.SigninSucceeded {
		return
	}
	m := f.w.Policy(e.Time).Methods
	if !slices.Contains(bypasses, m.Delivered(e.Credential)) && !slices.Contains(bypasses, m.Delivered(e.Method)) && m.Canonical(e.Method) != "recovery-code" {
		return
	}
	for _, c := range f.cases {
		s := Step{Event: e, ActorID: f.id, AccountID: f.id, Link: Window}
		if len(c.Spent) < maxSpent && f.open(c, s) {
			s.Event = kept(e)
			c.Spent = append(c.Spent, s)
		}
	}
}
