package custody

import (
	"cmp"
	"slices"

	"resetproof/ingest/event"
)

// Orphan is an approval that no reset of its identity used.
type Orphan struct {
	Identity string
	Ticket   string // "" where it cites none
	Key      string // Tickets.Key
	Approval Step
	// From and Until bound the time in which a reset could have used it: late
	// approvals and the end of its validity.
	From, Until int64
}

// Orphans lists the approvals that led to no reset, by time. Nobody waits for a
// reset of a campaign's every account, of a ticket that was refused, withdrawn
// or given up, or where another approval of the time did. Call it after End.
func (f *Fold) Orphans() []Orphan {
	used := map[event.ID]bool{}
	for _, c := range f.cases {
		for _, s := range slices.Concat(c.Steps[Approved], c.Reused) {
			used[s.Event.ID] = true
		}
	}
	var out []Orphan
	for _, b := range f.bundles() {
		if b.ticket != "" && (f.w.Tickets.Acted(b.ticket) || f.w.Tickets.Declared(b.ticket)) || f.dropped(b) {
			continue
		}
		for _, s := range b.steps {
			if s.Kind != event.ResetApproved || s.Outcome == event.Failure || used[s.Event.ID] || !f.meant(s, b) {
				continue
			}
			o := f.orphan(s, b)
			if !f.w.Tickets.ResetBetween(f.id, o.From, o.Until) {
				out = append(out, o)
			}
			break // of several on one ticket the first stands for all
		}
	}
	slices.SortFunc(out, func(a, b Orphan) int { return byTime(a.Approval, b.Approval) })
	return out
}

// dropped tells whether something in a bundle says that no reset was to follow.
func (f *Fold) dropped(b *bundle) bool {
	return slices.ContainsFunc(b.steps, func(s Step) bool {
		return slices.Contains(refusals, s.Kind) || (s.Kind == event.IdentityVerified || s.Kind == event.TicketClosed) && s.Outcome == event.Failure
	})
}

// meant tells whether an approval speaks of the identity.
func (f *Fold) meant(s Step, b *bundle) bool {
	if b.ticket == "" {
		return s.AccountID == f.id
	}
	return f.w.Tickets.Covers(b.ticket, s.AccountID, f.id, s.Time, int64(f.w.Policy(s.Time).Matching.Before))
}

func (f *Fold) orphan(s Step, b *bundle) Orphan {
	pol := f.w.Policy(s.Time)
	valid := cmp.Or(pol.Requirements[f.w.tier(f.id, s.Time)].ApprovalValid, pol.Matching.Before)
	o := Orphan{Identity: f.id, Key: b.ticket, Approval: s, From: s.Time - int64(pol.Matching.After), Until: s.Time + int64(valid)}
	if b.ticket != "" {
		o.Ticket = f.ticketName(b)
	}
	if s.Expires != 0 {
		o.Until = s.Expires
	}
	return o
}
