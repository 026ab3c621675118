package custody

import (
	"cmp"
	"slices"

	"resetproof/ingest/event"
)

// withdraw takes away the approvals that were taken back before the execution:
// nothing is left of them. They stand among the refusals.
func (f *Fold) withdraw(c *Case) {
	c.Steps[Approved] = slices.DeleteFunc(c.Steps[Approved], func(a Step) bool {
		return slices.ContainsFunc(c.Refused, func(r Step) bool {
			return r.Kind == event.ApprovalWithdrawn && r.Time >= a.Time && r.Time <= c.Time &&
				f.w.Tickets.Key(r.Event) == f.w.Tickets.Key(a.Event) && decider(r) == decider(a)
		})
	})
}

// decider is who was asked to decide, else who did.
func decider(s Step) string { return cmp.Or(s.AssignedID, s.ActorID) }

// switched is when an account was made, enabled, disabled or deleted.
type switched struct {
	at      int64
	account string // system and id
	off     bool
}

// maxSwitches bounds what is remembered of one identity: accounts are disabled
// once or twice in a life.
const maxSwitches = 64

// noteSwitch learns that an account of an identity was disabled or enabled.
func (t *Tickets) noteSwitch(e *event.Event, id string) {
	if e.Outcome == event.Failure || len(t.switches[id]) >= maxSwitches {
		return
	}
	switch e.Kind {
	case event.AccountCreated, event.AccountEnabled, event.AccountDisabled, event.AccountDeleted:
		off := e.Kind == event.AccountDisabled || e.Kind == event.AccountDeleted
		t.switches[id] = append(t.switches[id], switched{e.Time, e.System + "|" + cmp.Or(e.Account.ID, e.Account.Name), off})
	}
}

// Disabled tells whether, by a time, every account of an identity that the logs
// show being disabled or enabled had been disabled.
func (t *Tickets) Disabled(id string, at int64) bool {
	last := map[string]switched{}
	for _, s := range t.switches[id] {
		if had, known := last[s.account]; s.at <= at && (!known || s.at > had.at || s.at == had.at && s.off) {
			last[s.account] = s
		}
	}
	for _, s := range last {
		if !s.off {
			return false
		}
	}
	return len(last) > 0
}
