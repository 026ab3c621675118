package custody

import (
	"slices"
	"strings"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// give adds a bundle's steps to the cases that cite it: each step to the case
// it lies next to. An approval is consumed once per account it names; where it
// vouched for another reset already it is kept as reused.
func (f *Fold) give(b *bundle, cases []*Case, how Link) {
	name := ""
	if b.ticket != "" {
		name = f.ticketName(b)
		for _, c := range cases {
			c.Tickets = insert(c.Tickets, name)
		}
	}
	for _, s := range b.steps {
		s.Link, s.Cites = how, name
		f.place(s, b, nearest(s, cases))
	}
}

func (f *Fold) ticketName(b *bundle) string {
	for _, s := range b.steps {
		if s.Ticket != "" {
			return s.Ticket
		}
	}
	return b.steps[0].TicketAlias
}

// nearest picks the case a step lies next to: for a step that comes before, the
// first execution after it, for others the last before it.
func nearest(s Step, cases []*Case) *Case {
	best := cases[0]
	for _, c := range cases[1:] {
		if nearer(s, c, best) {
			best = c
		}
	}
	return best
}

func nearer(s Step, a, b *Case) bool {
	rank := func(c *Case) (wrongSide int, d int64) {
		d = c.Time - s.Time
		if before(s.Kind) == (d < 0) {
			wrongSide = 1
		}
		return wrongSide, max(d, -d)
	}
	wa, da := rank(a)
	wb, db := rank(b)
	if wa != wb {
		return wa < wb
	}
	return da < db
}

// place files one step of a bundle in a case. A verification that was begun and
// not completed is a refused one; other steps that failed never happened.
func (f *Fold) place(s Step, b *bundle, c *Case) {
	reach := int64(f.w.Policy(c.Time).Matching.Before)
	mine := b.ticket == "" || f.w.Tickets.Covers(b.ticket, s.AccountID, f.id, s.Time, reach) && !f.ofAnother(s, b)
	switch {
	case s.Outcome == event.Failure && s.Kind != event.IdentityVerified:
	case slices.Contains(refusals, s.Kind) || s.Outcome == event.Failure:
		if mine {
			c.Refused = append(c.Refused, s)
		}
	case s.Kind == event.ResetApproved && !mine:
		if f.w.Tickets.VouchedElsewhere(b.ticket, s.AccountID, f.id, s.Time, reach) {
			c.Reused = append(c.Reused, s)
		} else {
			c.Rivals = append(c.Rivals, Rival{s.Kind, s.Event.ID, "the ticket cites it, but it names another account"})
		}
	case !mine:
	case s.Kind == event.SessionRevoked || s.Kind == event.TokenRevoked:
		// closures serve every open case: see follow
	default:
		if n, ok := stepOf[s.Kind]; ok {
			c.Steps[n] = append(c.Steps[n], s)
		}
	}
}

// personal are the steps that nobody can take for a colleague: what a campaign
// asks and approves holds for each account it lists, a verification does not.
var personal = []event.Kind{event.IdentityVerified, event.VerificationFailed, event.CredentialDelivered}

func (f *Fold) ofAnother(s Step, b *bundle) bool {
	return slices.Contains(personal, s.Kind) && s.AccountID != "" && s.AccountID != f.id && f.w.Tickets.Declared(b.ticket)
}

// move gives the steps of a ticket that lie next to another case to it, and
// tells whether there were any. Approvals stay with the case they were spent
// on and are marked reused in the other.
func (f *Fold) move(b *bundle, owner, other *Case) bool {
	var moved bool
	for n := range owner.Steps {
		if Name(n) == Executed || Name(n) == Approved {
			continue
		}
		var keep []Step
		for _, s := range owner.Steps[n] {
			if f.w.Tickets.Key(s.Event) == b.ticket && nearer(s, other, owner) {
				other.Steps[n] = append(other.Steps[n], s)
				moved = true
				continue
			}
			keep = append(keep, s)
		}
		owner.Steps[n] = keep
	}
	if !moved {
		return false
	}
	var keep []Step
	for _, s := range owner.Steps[Approved] {
		if f.w.Tickets.Key(s.Event) == b.ticket && nearer(s, other, owner) && len(owner.Steps[Approved]) > 1 {
			other.Steps[Approved] = append(other.Steps[Approved], s)
			continue
		}
		keep = append(keep, s)
	}
	owner.Steps[Approved] = keep
	if len(other.Steps[Approved]) == 0 {
		other.Reused = append(other.Reused, keep...)
	}
	other.Tickets = insert(other.Tickets, f.ticketName(b))
	return true
}

// follow files what comes after an execution: closures serve every case whose
// execution lies before them and whose watch is still open; reviews, deliveries
// without a ticket and a change by the owner serve the last one that takes them.
func (f *Fold) follow(cases []*Case) {
	for _, s := range f.steps {
		n, ok := stepOf[s.Kind]
		if !ok || n < Delivered || s.Outcome == event.Failure || s.Kind == event.SessionRevoked && Logout(s.Method) {
			continue
		}
		if s.Kind == event.SecretRotated && s.Method == Reactivated {
			continue // the old value again
		}
		if s.AccountID != f.id && !(n == Dependents && slices.Contains(f.w.DependsOn(s.CredentialID), f.id)) && !f.endsOwn(s) {
			continue
		}
		ticketed := f.w.Tickets.Key(s.Event) != ""
		if ticketed && (s.Kind == event.CredentialDelivered || s.Kind == event.CaseReviewed) {
			continue // went with its ticket
		}
		var last *Case
		for _, c := range cases {
			if !f.open(c, s) || f.onlyAct(c, s) {
				continue
			}
			if last == nil || rather(s, c, last) {
				last = c
			}
			if n == Closed || n == Dependents {
				c.Steps[n] = append(c.Steps[n], linked(s, c))
			}
		}
		if last != nil && (n == Delivered || n == Reviewed) && f.delivers(s) {
			last.Steps[n] = append(last.Steps[n], linked(s, last))
		}
	}
}

// rather tells whether a step is rather a later case's than an earlier one's:
// one that can take it, that its own record or an id ties to it, or that was
// executed before it; else the later.
func rather(s Step, later, earlier *Case) bool {
	near := func(c *Case) int {
		same := func(a Step) bool { return a.Origin.URI != "" && a.Origin == s.Origin }
		switch {
		case !takes(c, s.Kind):
			return 0
		case slices.ContainsFunc(c.Steps[Executed], same):
			return 4
		case linked(s, c).Link != Window:
			return 3
		case c.Time <= s.Time:
			return 2
		}
		return 1
	}
	return near(later) >= near(earlier)
}

// delivers: a change of password is proof of delivery only by the owner.
func (f *Fold) delivers(s Step) bool {
	return s.Kind != event.CredentialChanged || s.ActorID == f.id
}

// takes tells whether a step of a kind can be of a case: an unlocking and a
// factor that the owner binds hand nothing over, only where a password was given
// can a change of it be meant, and only of a recovery is a review asked.
func takes(c *Case, k event.Kind) bool {
	switch k {
	case event.CaseReviewed:
		return c.Class == rules.Recovery // policy.md, "The other classes"
	case event.CredentialDelivered:
		return c.Class != rules.Unlock && c.Class != rules.Binding
	case event.CredentialChanged:
		return slices.ContainsFunc(c.Steps[Executed], func(a Step) bool {
			return a.Credential != "mfa" && (a.Kind == event.ResetExecuted || a.Kind == event.CredentialIssued && classOf(a.Event) == rules.Recovery)
		})
	}
	return true
}

func linked(s Step, c *Case) Step {
	s.Link = Window
	for _, a := range c.Steps[Executed] {
		switch {
		case s.Ticket != "" && s.Ticket == a.Ticket:
			s.Link = Explicit
			return s
		case s.Correlation != "" && s.Correlation == a.Correlation:
			s.Link = Correlated
		case s.Session != "" && s.Session == a.Session && s.Link == Window:
			s.Link = SameSession
		}
	}
	return s
}

// open tells whether a step lies in the time in which a case is watched: from
// its execution (less clock tolerance) to the longest deadline it may have.
func (f *Fold) open(c *Case, s Step) bool {
	m := f.w.Policy(c.Time).Matching
	end := c.Time + int64(f.longest(c))
	switch {
	case s.Kind == event.CaseReviewed, stepOf[s.Kind] == Dependents && !f.replaced(c, s.CredentialID):
		end = c.Time + int64(reviewReach)
	}
	return s.Time >= c.Time-int64(m.ClockTolerance) && s.Time <= end
}

// replaced tells whether a case shows a secret replaced already: of several
// replacements the first alone may be a late step of it.
func (f *Fold) replaced(c *Case, secret string) bool {
	return slices.ContainsFunc(c.Steps[Dependents], func(d Step) bool { return strings.EqualFold(d.CredentialID, secret) })
}

func (f *Fold) isAct(c *Case, s Step) bool {
	_, found := slices.BinarySearchFunc(c.Steps[Executed], s, byTime)
	return found
}

// onlyAct tells whether an event is an act of a case and no more. A secret that
// the operator replaces along with the reset, in the same half hour or on the
// same ticket, is one of its dependents all the same.
func (f *Fold) onlyAct(c *Case, s Step) bool {
	return f.isAct(c, s) && (stepOf[s.Kind] != Dependents || s.Event.ID == c.Steps[Executed][0].Event.ID)
}

// Logout tells the end of a session by its owner from an administrative one.
func Logout(method string) bool { return method == "logout" || method == "logoff" }
