package judge

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// caseFacts is the variable `case` of check expressions.
type caseFacts struct {
	ID         string    `cel:"id"`
	Time       time.Time `cel:"time"` // first successful act
	Class      string    `cel:"class"`
	Path       string    `cel:"path"`
	Cause      string    `cel:"cause"`
	System     string    `cel:"system"`     // of the primary act
	Credential string    `cel:"credential"` // of the primary act
	Ticket     string    `cel:"ticket"`     // first ticket, "" without one
	Operator   string    `cel:"operator"`   // identity, "" where nobody is named
	Executors  []string  `cel:"executors"`  // identities, copies left out
	Requester  string    `cel:"requester"`  // identity, "" where nobody asked
	Tier       string    `cel:"tier"`
	Segment    string    `cel:"segment"` // of the policy, "" for none
	// IncidentDeclared: an incident was open at the time that names the identity,
	// one of its systems, or neither.
	IncidentDeclared bool `cel:"incident_declared"`
	// Bypass: the case issued a code that gets round a factor.
	Bypass bool `cel:"bypass"`

	s *sitting
}

// identityFacts is the variable `identity`: the beneficiary as of the reset.
type identityFacts struct {
	ID         string   `cel:"id"`
	Name       string   `cel:"name"`
	Kind       string   `cel:"kind"` // "" where no roster knows it
	Tier       string   `cel:"tier"`
	Groups     []string `cel:"groups"`
	Roles      []string `cel:"roles"`
	Unit       string   `cel:"unit"`
	Employer   string   `cel:"employer"`
	Employment string   `cel:"employment"`
	Manager    string   `cel:"manager"`
	Owner      string   `cel:"owner"`
	Sponsor    string   `cel:"sponsor"`
	Sponsored  bool     `cel:"sponsored"` // by somebody of whom the roster does not say that he had left
	Known      bool     `cel:"known"`     // in the roster
	InForce    bool     `cel:"in_force"`  // its row holds the time of the reset
}

// stepFacts is one step of the chain.
type stepFacts struct {
	Kind     string    `cel:"kind"`
	Time     time.Time `cel:"time"`
	Actor    string    `cel:"actor"` // identity, "" where nobody is named
	Name     string    `cel:"name"`  // its display name
	Assigned string    `cel:"assigned"`
	Method   string    `cel:"method"`
	Channel  string    `cel:"channel"`
	Ticket   string    `cel:"ticket"`
	System   string    `cel:"system"`
	Role     string    `cel:"role"`
	Reason   string    `cel:"reason"` // "", empty, boilerplate, stated
	Link     string    `cel:"link"`
	Event    string    `cel:"event"`
	// Before: not after the execution, allowing for clock tolerance and for
	// steps that policy lets follow.
	Before bool `cel:"before"`
	// Own: done by the beneficiary himself.
	Own bool `cel:"own"`
	// Expires is the end of what was approved or issued; the epoch if none is stated.
	Expires time.Time `cel:"expires"`
	// Shared: given for a declared campaign as a whole, not for this account.
	Shared bool `cel:"shared"`
	// Informal: only free text or word of mouth says so.
	Informal bool `cel:"informal"`
}

// dependentFacts is one secret that depends on the identity.
type dependentFacts struct {
	ID      string    `cel:"id"`
	Kind    string    `cel:"kind"`
	System  string    `cel:"system"`
	Owner   string    `cel:"owner"`
	Basis   string    `cel:"basis"`   // how it is known to depend: inventory, or use
	Used    time.Time `cel:"used"`    // the last reading before the reset; the epoch where only the inventory knows it
	Rotated bool      `cel:"rotated"` // at or after the reset, by a log or the inventory
	At      time.Time `cel:"at"`      // when; the epoch if it was not
	Proof   string    `cel:"proof"`   // of the rotation: log or inventory
	Event   string    `cel:"event"`
}

// sitting is one case before the judge: all that expressions may ask.
type sitting struct {
	b        *Bench
	c        *custody.Case
	tier     rules.Tier
	basis    string
	segment  *rules.Segment // nil for the rest of the population
	row      *identity.Identity
	need     need
	facts    *caseFacts
	identity *identityFacts
	steps    map[custody.Name][]*stepFacts
	reused   []*stepFacts
	grants   []*stepFacts
	uses     []*stepFacts
	deps     []*dependentFacts

	emergency *waiver // that makes the path an emergency, nil for none

	found   []custody.Step // by the questions of the check being judged
	decided []decision
}

// sit gathers the facts of a case.
func (b *Bench) sit(c *custody.Case) *sitting {
	s := &sitting{b: b, c: c, row: b.World.Row(c.Identity, c.Time)}
	pol := b.World.Policy(c.Time)
	observed := identity.Observed{
		PrivilegedAct: c.ActedPrivileged != 0,
		ResetOthers:   c.ResetOthers != 0,
		BreakGlass:    c.Primary.Credential == custody.RestoreMode,
		Machine:       c.OfProgram() || c.Principal || c.Served,
	}
	s.tier, s.basis = identity.TierAt(pol, s.row, observed)
	if s.emergency = b.waivedEmergency(s); s.emergency != nil {
		c.Path = rules.Emergency
	}
	s.segment = identity.SegmentOf(pol, s.row, identity.Reset{
		Tier: s.tier, Path: c.Path, Observed: observed, Operator: b.World.Row(c.Operator, c.Time),
		ForOther: c.Operator != "" && c.Operator != c.Identity && (c.Path == rules.Assisted || c.Path == rules.Emergency),
	})
	s.need = needOf(pol, s.tier, s.segment, c)
	s.identity = s.person()
	s.steps = map[custody.Name][]*stepFacts{}
	for _, n := range custody.Names() {
		s.steps[n] = s.each(c.Steps[n])
	}
	s.reused, s.grants, s.uses = s.each(c.Reused), s.each(s.gained()), s.each(s.firstUses())
	s.facts = &caseFacts{
		ID: c.ID.String(), Time: event.When(c.Time), Class: string(c.Class), Path: string(c.Path), Cause: c.Cause,
		System: c.Primary.System, Credential: c.Primary.Credential, Operator: c.Operator, Executors: c.Executors(),
		Tier: string(s.tier), s: s,
	}
	if s.segment != nil {
		s.facts.Segment = s.segment.Name
	}
	if len(c.Tickets) > 0 {
		s.facts.Ticket = c.Tickets[0]
	}
	if asked := c.Steps[custody.Requested]; len(asked) > 0 {
		s.facts.Requester = asked[0].ActorID
	}
	s.facts.IncidentDeclared = b.incidentOpen(c)
	s.facts.Bypass = slices.ContainsFunc(c.Steps[custody.Executed], func(a custody.Step) bool { return a.Credential == "bypass-code" })
	s.deps = s.dependents()
	s.reviewed()
	return s
}

func (s *sitting) person() *identityFacts {
	f := &identityFacts{ID: s.c.Identity, Name: s.b.Name(s.c.Identity), Tier: string(s.tier)}
	if r := s.row; r != nil {
		f.Kind, f.Groups, f.Roles, f.Unit, f.Employer = r.Kind, r.Groups, r.Roles, r.Unit, r.Employer
		f.Employment, f.Manager, f.Owner, f.Sponsor, f.Known, f.InForce = r.Employment, r.Manager, r.Owner, r.Sponsor, true, r.InForce
		sponsor := s.b.World.Row(s.b.Identify(r.Sponsor), s.c.Time)
		f.Sponsored = r.Sponsor != "" && (sponsor == nil || sponsor.InForce)
	}
	return f
}

func (s *sitting) each(steps []custody.Step) []*stepFacts {
	out := make([]*stepFacts, len(steps))
	for i, st := range steps {
		out[i] = &stepFacts{
			Kind: st.Kind.String(), Time: event.When(st.Time), Actor: st.ActorID, Name: s.b.Name(st.ActorID),
			Assigned: st.AssignedID, Method: st.Method, Channel: st.Channel, Ticket: cmp.Or(st.Ticket, st.Cites), System: st.System,
			Role: st.Role, Reason: st.Reason.String(), Link: st.Link.String(), Event: st.Event.ID.String(),
			Before: st.Time <= s.latest(st.Kind), Own: st.ActorID != "" && st.ActorID == s.c.Identity,
			Expires: event.When(st.Expires), Informal: s.informal(st), Shared: s.b.World.Tickets.Declared(s.b.World.Tickets.Key(st.Event)),
		}
	}
	return out
}

// latest is until when a step counts as having come before the execution.
func (s *sitting) latest(k event.Kind) int64 {
	t := s.c.Time + int64(s.need.policy.Matching.ClockTolerance)
	switch k {
	case event.ResetRequested, event.TicketOpened:
		t = max(t, s.c.Time+int64(s.need.row.RequestMayFollow))
	case event.ResetApproved:
		t = max(t, s.c.Time+int64(s.need.row.ApprovalMayFollow))
	}
	return t
}

// gained are the grants, inside the tier's own watch, of roles that the policy
// lists as privileged.
func (s *sitting) gained() []custody.Step {
	var out []custody.Step
	for _, g := range s.watched(s.c.Grants) {
		if identity.HasRole(s.need.policy.PrivilegedRoles, g.Role) {
			out = append(out, g)
		}
	}
	return out
}

// unassessable is an evaluation that cannot be had, and what would show it.
type unassessable struct {
	why   string
	lacks []event.Kind
}

func (u unassessable) Error() string { return u.why }

// cannot makes the error of an evaluation that cannot be had. The kinds among
// the arguments are those that would show it.
func cannot(format string, args ...any) error {
	u := unassessable{why: fmt.Sprintf(format, args...)}
	for _, a := range args {
		if k, ok := a.(event.Kind); ok {
			u.lacks = append(u.lacks, k)
		}
	}
	return u
}
