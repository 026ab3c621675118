package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// reviewReach is how long after a reset a review may still be of it, and a
// dependent secret replaced late because of it: a quarter, the usual period of
// an access review. This project's judgement.
const reviewReach = 92 * 24 * time.Hour

// aliveReach is how shortly before a reset a session must have been used to
// count as alive at it: a working day. This project's judgement.
const aliveReach = 24 * time.Hour

// Fold builds the cases of one identity after another. Use it as
//
//	f.Begin(id); f.Add(e) …; cases, not := f.End()
//
// with the identity's custody events first and then its activity events, each
// run sorted by (time, event id). Memory is linear in the identity's custody
// events and cases, not in its activity. A Fold belongs to one goroutine.
type Fold struct {
	w  *World
	id string

	steps   []Step          // custody events
	changes []Step          // changes of a password by its owner
	sets    []Step          // where somebody chose a password, in order of time
	cited   map[string]bool // tickets that an act cites
	not     NotCases
	cases   []*Case
	built   bool

	lastUse map[string]int64 // privileged act -> last time it was seen

	opened map[string]int64 // session, token or key -> made, or first seen
	uses   map[string]*held // who uses which credential, from where
	lines  lines            // what became of keys, tokens and secrets

	habits   habits           // where the owner signs in from
	lastRead map[string]int64 // secret -> last time it was read

	lastHigher map[string]int64 // higher system -> last sign-in
}

// NewFold makes a fold in a world.
func NewFold(w *World) *Fold { return &Fold{w: w} }

// Begin starts the next identity.
func (f *Fold) Begin(id string) {
	*f = Fold{w: f.w, id: id, cited: map[string]bool{}, not: NotCases{}, lastUse: map[string]int64{}}
}

// Add takes the identity's next event. A custody event must stay unchanged
// until End; an activity event may be reused after the call.
func (f *Fold) Add(e *event.Event) {
	if e.Kind.Class() == event.Custody {
		f.steps = append(f.steps, Step{
			Event:      e,
			ActorID:    f.w.Resolve(e.Actor, e.Time),
			AssignedID: f.w.Resolve(e.Assigned, e.Time),
			AccountID:  f.w.Resolve(e.Account, e.Time),
		})
		return
	}
	if !f.built {
		f.build()
	}
	f.activity(e)
}

// End gives the identity's cases, sorted by time and id, and counts what only
// looked like one.
func (f *Fold) End() ([]*Case, NotCases) {
	if !f.built {
		f.build()
	}
	for _, c := range f.cases {
		f.finish(c)
	}
	return f.cases, f.not
}

// build makes the cases once all custody events are known.
func (f *Fold) build() {
	f.built = true
	slices.SortFunc(f.steps, byTime)
	f.lines = lineage(f.steps)
	for _, s := range f.steps {
		if s.AccountID == f.id && setAnew(s) {
			f.sets = append(f.sets, s)
		}
	}
	acts := f.acts()
	for _, g := range f.group(acts) {
		f.cases = append(f.cases, f.open1(g))
	}
	slices.SortFunc(f.cases, func(a, b *Case) int { return byTime(a.Primary, b.Primary) })
	f.absorb()
	for _, c := range f.cases {
		for _, a := range c.Steps[Executed] {
			if k := f.w.Tickets.Key(a.Event); k != "" {
				f.cited[k] = true
			}
		}
	}
	f.link(f.cases)
	for _, c := range f.cases {
		f.withdraw(c)
	}
	f.follow(f.cases)
	f.reviews(f.cases)
	f.sent(f.cases)
	f.ways()
	for _, c := range f.cases {
		f.federate(c)
		c.program = f.w.NonHuman(f.id, c.Time) || f.w.Row(f.id, c.Time) == nil && c.OfProgram()
		f.surround(c)
		f.aftermath(c)
		f.watch(c)
		f.turnedAway(c)
		f.raise(c)
		f.keptFactors(c)
		f.reach(c)
	}
	f.not[NotRoutineChange] += f.routine()
	if f.not[NotRoutineChange] == 0 {
		delete(f.not, NotRoutineChange)
	}
}

// open1 makes a case of one group of acts.
func (f *Fold) open1(acts []Step) *Case {
	c := &Case{Identity: f.id, Time: acts[0].Time, Last: acts[len(acts)-1].Time}
	c.Primary = acts[0]
	for _, a := range acts[1:] {
		if rules.Precedence(a.System) < rules.Precedence(c.Primary.System) {
			c.Primary = a
		}
	}
	c.ID = CaseID(c.Primary.Event.ID)
	for _, a := range acts {
		if id := CaseID(a.Event.ID); id != c.ID {
			c.Aliases = append(c.Aliases, id)
		}
		if a.Ticket != "" {
			c.Tickets = insert(c.Tickets, a.Ticket)
		}
	}
	slices.SortFunc(c.Aliases, func(a, b event.ID) int { return slices.Compare(a[:], b[:]) })
	c.Steps[Executed] = acts
	for _, class := range classRank {
		if slices.ContainsFunc(acts, func(a Step) bool { return classOf(a.Event) == class }) {
			c.Class = class
			break
		}
	}
	c.Operator = f.operator(acts)
	c.Path = f.path(acts)
	c.Cause = f.cause(c)
	return c
}

// CaseID gives the id of the case that an act names.
func CaseID(act event.ID) event.ID { return event.Hash(act.String()) }

// operator is who carried the reset out: the first act's actor that does more
// than copy.
func (f *Fold) operator(acts []Step) string {
	for _, a := range acts {
		if a.ActorID != "" && !copies(a.Actor) {
			return a.ActorID
		}
	}
	return ""
}

// RestoreMode is the credential that opens a domain controller while its
// directory is down (Windows 4794): break-glass whatever a roster says.
const RestoreMode = "dsrm"

// path reads how a reset was carried out from its acts alone (design 2).
func (f *Fold) path(acts []Step) rules.Path {
	if row := f.w.Row(f.id, acts[0].Time); row != nil && row.Kind == "break-glass" || acts[0].Credential == RestoreMode {
		return rules.Emergency
	}
	var self, other, automated bool
	for _, a := range acts {
		switch {
		case (Synchronises(a.Actor) && a.Actor.Type != "system") || f.w.ResetTool(a.Actor, a.Time):
			automated = true
		case copies(a.Actor) || a.ActorID == "":
		case a.ActorID == f.id:
			self = true
		case f.w.automatic(a.Actor, a.ActorID, a.Time):
			automated = true
		default:
			other = true
		}
	}
	switch {
	case other:
		return rules.Assisted
	case self:
		return rules.SelfService
	case automated:
		return rules.Automated
	}
	return rules.UnknownPath
}

const compromise = "compromise"

// causes are what speaks for the cause of a reset in the days before it.
var causes = map[event.Kind]string{
	event.RiskDetected:    compromise,
	event.AccountDisabled: "offboarding",
	event.DeviceUntrusted: "lost-device",
}

// cause is compromise where an incident or a risk signal says so; tickets are
// read once they are linked.
func (f *Fold) cause(c *Case) string {
	if f.w.Compromised(f.id, c.Time) {
		return compromise
	}
	m := f.w.Policy(c.Time).Matching
	first := "unknown"
	for _, s := range f.steps {
		if s.AccountID != f.id || s.Outcome == event.Failure || s.Time > c.Time || !within(s.Time, c.Time, m.Before) {
			continue
		}
		cause := causes[s.Kind]
		if cause == compromise {
			return compromise // whatever came before: it asks for the most
		}
		if first == "unknown" && cause != "" {
			first = cause
		}
	}
	return first
}

// tier is the tier by the roster alone, which bounds how long a case is open.
func (w *World) tier(id string, t int64) rules.Tier {
	tier, _ := identity.TierAt(w.Policy(t), w.Row(id, t), identity.Observed{})
	return tier
}

// longest is the longest deadline or watch that policy sets for a case.
func (f *Fold) longest(c *Case) time.Duration {
	if c.watched == 0 {
		c.watched = f.w.longest(c.Identity, c.Time)
	}
	return c.watched
}

func (w *World) longest(id string, t int64) time.Duration {
	var longest time.Duration
	for _, r := range w.Policy(t).Rows(w.tier(id, t)) {
		longest = max(longest, r.Watch, r.ForcedChange, r.SessionsEnded, r.TokensRevoked, r.MFABack, r.DeviceBack, r.DependentsRotated, r.DirectoriesReached)
	}
	return longest
}

// surround collects privileges given around a case and what its identity did
// to others before it.
func (f *Fold) surround(c *Case) {
	pol := f.w.Policy(c.Time)
	for _, s := range f.steps {
		if s.Outcome == event.Failure {
			continue
		}
		switch {
		case s.AccountID == f.id && s.Kind == event.ContactChanged && s.Time <= c.Time && within(s.Time, c.Time, pol.Limits.ContactChanged):
			c.Contacts = append(c.Contacts, s)
		case s.AccountID == f.id && s.Kind == event.PrivilegeGranted && f.open(c, s) && s.Time >= c.Time && !f.approvedOtherwise(s):
			c.Grants = append(c.Grants, s)
		case s.AccountID == f.id && s.Kind == event.TicketOpened:
			if words(pol.CompromiseWords, s.Category) && within(s.Time, c.Time, pol.Matching.Before) && f.inCase(c, s) {
				c.Cause = compromise
			}
		case s.ActorID == f.id && s.AccountID != f.id && s.Time > c.Time:
			if f.open(c, s) && f.firstOnOthers(c, s) && !f.approvedOtherwise(s) {
				c.Uses = append(c.Uses, s)
			}
		case s.ActorID == f.id && s.AccountID != f.id && s.Time < c.Time && within(s.Time, c.Time, pol.Matching.ObservedTier):
			if IsAct(s.Event) && classOf(s.Event) == rules.Recovery {
				c.ResetOthers = max(c.ResetOthers, s.Time)
			}
			if (s.Kind == event.PrivilegeGranted || s.Kind == event.PrivilegeRevoked) && slices.Contains(pol.PrivilegedActs, "role-change") {
				c.ActedPrivileged = max(c.ActedPrivileged, s.Time)
			}
		}
	}
}

func (f *Fold) inCase(c *Case, s Step) bool {
	return slices.ContainsFunc(c.Steps[Requested], func(r Step) bool { return r.Event.ID == s.Event.ID })
}

func words(list []string, text string) bool {
	text = strings.ToLower(text)
	return text != "" && slices.ContainsFunc(list, func(w string) bool { return strings.Contains(text, strings.ToLower(w)) })
}

// approvedOtherwise tells whether a grant cites a ticket of its own that was
// approved.
func (f *Fold) approvedOtherwise(s Step) bool {
	key := f.w.Tickets.Key(s.Event)
	return key != "" && slices.ContainsFunc(f.steps, func(a Step) bool {
		return a.Kind == event.ResetApproved && a.Outcome == event.Success && f.w.Tickets.Key(a.Event) == key
	})
}

// routine counts changes of password by their owner that follow no reset.
func (f *Fold) routine() int64 {
	var n int64
	for _, s := range f.changes {
		if !slices.ContainsFunc(f.cases, func(c *Case) bool { return f.open(c, s) }) {
			n++
		}
	}
	return n
}

// finish sorts what was collected, so that equal cases are equal in bytes.
func (f *Fold) finish(c *Case) {
	f.settleLearned(c)
	c.settleConsumers()
	f.endSessions(c)
	c.Revivals, c.Given = f.revivals(c), f.issued(c)
	f.settleAccess(c)
	for n := range c.Steps {
		slices.SortFunc(c.Steps[n], byTime)
	}
	for _, list := range [][]Step{c.Refused, c.Reused, c.Grants, c.Uses} {
		slices.SortFunc(list, byTime)
	}
	c.Rivals = sortRivals(c.Rivals)
	f.recognise(c)
}
