package judge

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// operatorQuestions ask what is known of who carried a reset out, beside the
// reset itself. Each shows what it finds.
var operatorQuestions = []question{
	{"shared_account", cel.StringType, func(s *sitting) (any, error) { return s.sharedAccount() }},
	{"log_right", cel.StringType, func(s *sitting) (any, error) { return s.logRight() }},
	{"fresh_right", cel.StringType, func(s *sitting) (any, error) { return s.freshRight() }},
	{"operator_reset", cel.StringType, func(s *sitting) (any, error) { return s.operatorReset(true) }},
	{"operator_reset_unplanned", cel.StringType, func(s *sitting) (any, error) { return s.operatorReset(false) }},
	{"just_in_time", cel.BoolType, func(s *sitting) (any, error) { return s.justInTime() }},
	{"operator", cel.StringType, func(s *sitting) (any, error) { return s.operatorName() }},
}

// operators gives the first act of each person who carried the reset out for
// somebody else.
func (s *sitting) operators() ([]custody.Step, error) {
	all := s.c.Operators(s.b.World)
	if len(all) == 0 && s.c.Path == rules.UnknownPath {
		return nil, cannot("no record names who carried the reset out")
	}
	return all, nil
}

// operatorName names them.
func (s *sitting) operatorName() (string, error) {
	all, err := s.operators()
	var names []string
	for _, o := range all {
		names = append(names, s.b.Name(o.ActorID))
	}
	return strings.Join(names, " and "), err
}

// show adds records to the evidence of the check that is being judged.
func (s *sitting) show(traces ...custody.Trace) {
	for _, t := range traces {
		s.found = append(s.found, t.Step())
	}
}

// sharedAccount says why an operator's account is held to be used by several
// people, "" if nothing speaks for it.
func (s *sitting) sharedAccount() (string, error) {
	all, err := s.operators()
	for _, o := range all {
		if row := s.b.World.Row(o.ActorID, o.Time); row != nil && row.Kind == identity.Shared {
			return "the roster says that the account " + s.b.Name(o.ActorID) + " is shared", nil
		}
		pair, told := s.b.World.Operators.Apart(o, o.Time-int64(custody.OperatorReach), o.Time, s.need.policy.JumpHosts)
		if pair != nil {
			s.show(pair[0].Trace, pair[1].Trace)
			return "the account of " + s.b.Name(o.ActorID) + " was in use from " + pair[0].Place + " (" + clock(event.When(pair[0].First)) + " to " +
				clock(event.When(pair[0].Last)) + ") and meanwhile from " + pair[1].Place + " (" + clock(event.When(pair[1].First)) + ")", nil
		}
		if !told {
			err = cannot("%s had sessions at two addresses at once, and the records do not say in which country they are", s.b.Name(o.ActorID))
		}
	}
	return "", err
}

// logRight says by what right an operator could change or delete logs, "" for
// none: a role, or that he cleared the log at hand in the look-back before.
func (s *sitting) logRight() (string, error) {
	pol := s.need.policy
	all, err := s.operators()
	for _, o := range all {
		name := s.b.Name(o.ActorID)
		if last, any := s.b.World.Operators.Cleared(o.ActorID, s.c, o.Time-int64(pol.Matching.ObservedTier), o.Time); any {
			s.show(last)
			return name + " cleared or stopped the log " + last.Feed + " at " + clock(event.When(last.Time)), nil
		}
		row := s.b.World.Row(o.ActorID, o.Time)
		if row != nil {
			for _, role := range slices.Concat(row.Roles, row.Groups) {
				if identity.HasRole(pol.LogRoles, role) {
					return name + " held " + role + " by the roster", nil
				}
			}
		}
		rights, complete := s.b.World.Operators.Rights(o.ActorID)
		for _, r := range rights {
			if !r.Taken && r.Time <= o.Time && identity.HasRole(pol.LogRoles, r.Role) && !custody.TakenBack(rights, r, o.Time) {
				s.show(r.Trace)
				return name + " was given " + r.Role + " at " + clock(event.When(r.Time)), nil
			}
		}
		switch {
		case row == nil || !row.InForce:
			err = cannot("no roster says which roles %s held then", name)
		case !complete:
			err = cannot("more roles were given to %s than are compared", name)
		}
	}
	return "", err
}

// freshRight says which right to reset an operator was given shortly before he
// used it, "" for none.
func (s *sitting) freshRight() (string, error) {
	all, err := s.operators()
	for _, o := range all {
		rights, complete := s.b.World.Operators.Rights(o.ActorID)
		for _, r := range rights {
			if s.fresh(o, r, rights) {
				s.show(r.Trace)
				by := ""
				if r.Actor != "" {
					by = " by " + s.b.Name(r.Actor)
				}
				return s.b.Name(o.ActorID) + " was given " + r.Role + by + " at " + clock(event.When(r.Time)) + ", " +
					span(time.Duration(o.Time-r.Time)) + " before resetting " + s.b.Name(s.c.Identity), nil
			}
		}
		if !complete {
			err = cannot("more roles were given to %s than are compared", s.b.Name(o.ActorID))
		}
	}
	return "", err
}

// fresh tells a new right to reset from one that was activated for a time, and
// from one that the operator had in another form already.
func (s *sitting) fresh(o custody.Step, r custody.Right, rights []custody.Right) bool {
	pol := s.need.policy
	before := o.Time - int64(pol.Limits.FreshRight)
	return !r.Taken && !r.JustInTime && r.Time > before && r.Time <= o.Time && (r.System == "" || r.System == o.System) &&
		identity.HasRole(pol.ResetRoles, r.Role) && !custody.TakenBack(rights, r, o.Time) && !s.hadRight(o, before, rights)
}

// hadRight tells whether an operator could reset such accounts before a time: by
// a role given to him earlier, or because he did. A job says nothing of a right
// in a directory, and the roster may have been written after the right was given.
// What lets a desk reset ordinary accounts gives no right over privileged ones.
func (s *sitting) hadRight(o custody.Step, before int64, rights []custody.Right) bool {
	pol := s.need.policy
	high := slices.Contains(pol.RaisedTiers, s.tier)
	suffices := func(role string) bool {
		return identity.HasRole(pol.ResetRoles, role) && !(high && identity.HasRole(pol.DeskRoles, role))
	}
	given := func(role string) bool {
		return slices.ContainsFunc(rights, func(r custody.Right) bool {
			return !r.Taken && r.Time > before && custody.SameRole(r.Role, role)
		})
	}
	if row := s.b.World.Row(o.ActorID, before); row != nil && slices.ContainsFunc(slices.Concat(row.Roles, row.Groups), func(role string) bool {
		return suffices(role) && !given(role)
	}) {
		return true
	}
	if slices.ContainsFunc(rights, func(r custody.Right) bool {
		held := !custody.TakenBack(rights, r, before-int64(pol.Matching.PrivilegeHistory))
		return !r.Taken && r.Time <= before && held && (r.System == "" || r.System == o.System) && suffices(r.Role)
	}) {
		return true
	}
	return s.b.World.Operators.ActedBefore(o.ActorID, o.System, before-int64(pol.Matching.ObservedTier), before, func(of string, at int64) bool {
		tier, _ := identity.TierAt(pol, s.b.World.Row(of, at), identity.Observed{})
		return !high || slices.Contains(pol.RaisedTiers, tier)
	})
}

// operatorReset says when an operator's own account had been reset shortly
// before, "" if it had not; without those that were planned, unless asked for.
func (s *sitting) operatorReset(planned bool) (string, error) {
	all, err := s.operators()
	for _, o := range all {
		counts := func(own custody.Trace) bool { return planned || !s.planned(o.ActorID, own) }
		own, any := s.b.World.Operators.Recovered(o.ActorID, s.c.Time-int64(s.resetByReset()), s.c.Time, counts)
		if !any {
			continue
		}
		s.show(own)
		by := ""
		switch own.Actor {
		case "":
		case o.ActorID:
			by = " by the owner"
		default:
			by = " by " + s.b.Name(own.Actor)
		}
		return "the own account of " + s.b.Name(o.ActorID) + " had been reset" + by + " at " + clock(event.When(own.Time)) + ", " +
			span(time.Duration(o.Time-own.Time)) + " before", nil
	}
	return "", err
}

// planned: a reset of a declared campaign, or one by a registered pipeline or by
// the rotator that the inventory names for the account's password.
func (s *sitting) planned(who string, own custody.Trace) bool {
	if own.Campaign || own.Actor == "" {
		return own.Campaign
	}
	names := func(name string) bool { return s.b.Identify(name) == own.Actor }
	return slices.ContainsFunc(s.need.policy.Pipelines, names) || slices.ContainsFunc(s.b.Dependents(who), func(d identity.Secret) bool {
		return d.Rotator != "" && names(d.Rotator)
	})
}

// resetByReset is how far reset-by-reset-account looks back.
func (s *sitting) resetByReset() time.Duration {
	if s.need.policy.Raised(s.tier, s.dataAccess()) {
		return s.need.policy.Limits.ResetByResetRaised
	}
	return s.need.policy.Limits.ResetByReset
}

// justInTime: each operator used a right that had been given for a time. Where
// no record of a system ever shows one, nothing can be said of it.
func (s *sitting) justInTime() (bool, error) {
	all, err := s.operators()
	if err != nil {
		return false, err
	}
	for _, o := range all {
		rights, complete := s.b.World.Operators.Rights(o.ActorID)
		if slices.ContainsFunc(rights, func(r custody.Right) bool { return s.timely(o, r, rights) }) {
			continue
		}
		switch {
		case !s.b.World.Operators.Activated(o.System):
			return false, cannot("no record of %s shows rights given for a time, so standing ones cannot be told apart", o.System)
		case !complete:
			return false, cannot("more roles were given to %s than are compared", s.b.Name(o.ActorID))
		}
		return false, nil
	}
	return true, nil
}

// timely: a right that held at an act, given for a time at most a day before, or
// given and taken back around it.
func (s *sitting) timely(o custody.Step, r custody.Right, rights []custody.Right) bool {
	const reach = int64(custody.OperatorReach)
	if r.Taken || r.System != o.System || r.Time > o.Time || r.Time < o.Time-reach || custody.TakenBack(rights, r, o.Time) {
		return false
	}
	return r.JustInTime || custody.TakenBack(rights, r, r.Time+reach)
}
