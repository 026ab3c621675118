package judge

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// heldQuestions ask whether an account was to be left alone.
var heldQuestions = []question{
	{"held", cel.StringType, func(s *sitting) (any, error) { return s.held() }},
}

// held says which hold on the account nobody entitled lifted for the reset, ""
// for none. A hold on record counts whatever else is not known.
func (s *sitting) held() (string, error) {
	if s.row != nil && s.row.LegalHold && !s.lifted(func(who string, t int64) bool { return s.holds(who, s.need.policy.HoldRoles, true, t) }) {
		return "on legal hold, without the approval of legal", nil
	}
	for _, i := range s.b.Incidents {
		if s.investigated(i) && !s.cites(i) && !s.answered(i) {
			return "named by the " + i.Kind + " " + i.ID + ", open since " + clock(event.When(i.DeclaredAt)) + ", without any of its people", nil
		}
	}
	switch {
	case s.row == nil:
		return "", cannot("no roster says whether %s is on legal hold", s.b.Name(s.c.Identity))
	case !s.b.incidentsKnown():
		return "", cannot("no file says which investigations are open")
	}
	return "", nil
}

// investigated: the incident was open and names the account. One that names an
// emergency account is what the account was unsealed for.
func (s *sitting) investigated(i identity.Incident) bool {
	if i.Kind == "campaign" || i.Kind == "incident" && s.c.Path == rules.Emergency {
		return false
	}
	from := i.DeclaredAt + int64(s.need.policy.Matching.ClockTolerance)
	return s.c.Time >= from && (i.ClosedAt == 0 || s.c.Time <= i.ClosedAt) &&
		slices.ContainsFunc(i.Accounts, func(a string) bool { return s.b.Identify(a) == s.c.Identity })
}

// cites: the reset was asked for, approved or carried out under the incident's id.
func (s *sitting) cites(i identity.Incident) bool {
	key := s.b.World.Tickets.KeyOf(i.ID)
	if slices.ContainsFunc(s.c.Tickets, func(t string) bool { return s.b.World.Tickets.KeyOf(t) == key }) {
		return true
	}
	for _, n := range []custody.Name{custody.Requested, custody.Approved} {
		if slices.ContainsFunc(s.c.Steps[n], func(st custody.Step) bool { return s.b.World.Tickets.Key(st.Event) == key }) {
			return true
		}
	}
	return false
}

// answered: whoever declared the incident, or somebody whose work it is,
// carried the reset out, asked for it or approved it. Legal may lead an
// investigation.
func (s *sitting) answered(i identity.Incident) bool {
	declarer := s.b.Identify(i.DeclaredBy)
	of := func(who string, t int64) bool {
		return who == declarer && who != "" || s.holds(who, s.need.policy.ResponseRoles, false, t) ||
			i.Kind == "investigation" && s.holds(who, s.need.policy.HoldRoles, true, t)
	}
	for _, n := range []custody.Name{custody.Executed, custody.Requested} {
		for _, st := range s.c.Steps[n] {
			if st.ActorID != s.c.Identity && st.Time <= s.latest(st.Kind) && of(st.ActorID, st.Time) {
				return true
			}
		}
	}
	return s.lifted(of)
}

// lifted: somebody else than the beneficiary approved in time, and is one of them.
func (s *sitting) lifted(of func(who string, t int64) bool) bool {
	return slices.ContainsFunc(s.c.Steps[custody.Approved], func(a custody.Step) bool {
		who := approver(a)
		return who != s.c.Identity && a.Time <= s.latest(a.Kind) && of(who, a.Time)
	})
}

// holds tells whether the roster gives somebody a listed role or group at a
// time, or, where asked, has him in a unit of that name.
func (s *sitting) holds(who string, list []string, unit bool, t int64) bool {
	row := s.b.World.Row(who, t)
	if who == "" || row == nil || !row.InForce {
		return false
	}
	if unit && identity.HasRole(list, row.Unit) {
		return true
	}
	return identity.HasRole(list, strings.Join(row.Roles, ",")) ||
		slices.ContainsFunc(row.Groups, func(g string) bool { return identity.HasRole(list, g) })
}
