package custody

import (
	"slices"
	"strings"

	"resetproof/detect/identity"
)

// Operators gives, of each person who carried the reset out for somebody else,
// the first act. Automation, copies and the owner himself are none.
func (c *Case) Operators(w *World) []Step {
	var out []Step
	for _, a := range c.Steps[Executed] {
		switch {
		case a.ActorID == "" || a.ActorID == c.Identity || copies(a.Actor) || w.ResetTool != nil && w.ResetTool(a.Actor, a.Time):
		case w.automatic(a.Actor, a.ActorID, a.Time):
		case !slices.ContainsFunc(out, func(o Step) bool { return o.ActorID == a.ActorID }):
			out = append(out, a)
		}
	}
	return out
}

// bornAt tells whether an account of an identity was made at a time: what was
// set then is its first password.
func (t *Tickets) bornAt(id string, at int64) bool {
	return slices.ContainsFunc(t.born[id], func(b int64) bool { return within(b, at, firstPassword) })
}

func (o *Operators) of(id string) *operator {
	if o == nil || o.by[id] == nil {
		return &operator{}
	}
	return o.by[id]
}

// Served counts the people an operator recovered in [from, to], campaigns left out.
func (o *Operators) Served(id string, from, to int64) int {
	people := map[string]bool{}
	for _, a := range o.of(id).acts {
		if a.recovery && !a.campaign && a.time >= from && a.time <= to {
			people[a.of] = true
		}
	}
	return len(people)
}

// ActedBefore tells whether an operator acted on somebody that counts in a
// system in [from, to).
func (o *Operators) ActedBefore(id, system string, from, to int64, counts func(of string, at int64) bool) bool {
	return slices.ContainsFunc(o.of(id).acts, func(a act) bool {
		return a.system == system && a.time >= from && a.time < to && counts(a.of, a.time)
	})
}

// Recovered gives the last recovery of an operator's own accounts in [from, to)
// that counts. First passwords of new accounts are none.
func (o *Operators) Recovered(id string, from, to int64, counts func(Trace) bool) (last Trace, any bool) {
	for _, own := range o.of(id).own {
		if own.Time >= from && own.Time < to && counts(own) {
			last, any = own, true
		}
	}
	return last, any
}

// Cleared gives the last time in [from, to] that an operator cleared or stopped
// one of the feeds that a case's acts are on record in.
func (o *Operators) Cleared(id string, c *Case, from, to int64) (last Trace, any bool) {
	for on, t := range o.of(id).cleared {
		shows := slices.ContainsFunc(c.Steps[Executed], func(a Step) bool { return a.Feed == on.feed })
		if shows && t.Time >= from && t.Time <= to && (!any || byTrace(t, last) > 0) {
			last, any = t, true
		}
	}
	return last, any
}

// Rights gives the roles an operator was given and that were taken back, in
// order of time; complete is false if there were more than are remembered.
func (o *Operators) Rights(id string) (rights []Right, complete bool) {
	p := o.of(id)
	return p.rights, !p.lostRights
}

// TakenBack tells whether a right was taken back, or ended, by a time.
func TakenBack(rights []Right, r Right, by int64) bool {
	return slices.ContainsFunc(rights, func(t Right) bool {
		return t.Taken && t.Time >= r.Time && t.Time <= by && t.ID != r.ID && t.System == r.System && SameRole(t.Role, r.Role)
	})
}

// Activated tells whether some record shows a right given for a time in a
// system: without one it cannot be told apart from a standing right.
func (o *Operators) Activated(system string) bool { return o != nil && o.activated[system] }

// SameRole tells whether two records name one role or group.
func SameRole(a, b string) bool {
	return strings.EqualFold(a, b) || a != "" && identity.HasRole([]string{a}, b)
}
