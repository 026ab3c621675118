package custody

import (
	"slices"
	"strings"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// maxHigher bounds the first sign-ins to higher systems kept per case.
const maxHigher = 16

// HigherSignin is a sign-in to a system in which only some tiers work.
type HigherSignin struct {
	Step
	Name string // of the application, host or system
	Tier rules.Tier
}

// atTheMachine are the log-on types of Windows with which somebody works on the
// computer itself: at its keyboard, by Remote Desktop, or with cached
// credentials. The network log-ons on a domain controller are everybody's, for
// policies and log-on scripts.
var atTheMachine = []string{"logon-type-2", "logon-type-10", "logon-type-11"}

// higher names the listed system that a sign-in reaches, with its tier; "" for
// none. Domain controllers need not be listed.
func (w *World) higher(e *event.Event) (name string, tier rules.Tier) {
	controller := w.Controllers[strings.ToLower(e.Host)]
	if controller && slices.Contains(atTheMachine, e.Method) {
		return e.Host, rules.Privileged
	}
	short, _, _ := strings.Cut(e.Host, ".")
	for _, h := range w.Policy(e.Time).HigherSystems {
		is := func(at string) bool { return at != "" && strings.EqualFold(at, h.Name) }
		if is(e.App) || is(e.System) || !controller && (is(e.Host) || is(short)) {
			return h.Name, h.Tier
		}
	}
	return "", ""
}

// climb notes a sign-in to a higher system after a case, if there was none in
// the history before it. A session from before the reset and a right with an
// approved ticket of its own explain it.
func (f *Fold) climb(e *event.Event) {
	name, tier := f.w.higher(e)
	if name == "" {
		return
	}
	key := strings.ToLower(name)
	last, known := f.lastHigher[key]
	s := Step{Event: e, ActorID: f.id, AccountID: f.id, Link: Window}
	for _, c := range f.cases {
		switch {
		case e.Time <= c.Time || !f.open(c, s) || c.goesOn(e) || f.entitledSince(c, e.Time):
		case known && (last > c.Time || within(last, c.Time, f.w.Policy(c.Time).Matching.PrivilegeHistory)):
		case len(c.Higher) < maxHigher:
			s.Event = kept(e)
			c.Higher = append(c.Higher, HigherSignin{s, name, tier})
		}
	}
	if f.lastHigher == nil {
		f.lastHigher = map[string]int64{}
	}
	f.lastHigher[key] = e.Time
}

// goesOn tells whether a sign-in is a session's that was alive at the reset.
func (c *Case) goesOn(e *event.Event) bool {
	return e.Session != "" && slices.ContainsFunc(c.Alive, func(a Session) bool { return a.System == e.System && a.ID == e.Session })
}

// entitledSince tells whether an approved ticket of its own gave the identity a
// right between the history before a case and a time.
func (f *Fold) entitledSince(c *Case, until int64) bool {
	from := c.Time - int64(f.w.Policy(c.Time).Matching.PrivilegeHistory)
	return slices.ContainsFunc(f.steps, func(s Step) bool {
		return s.Kind == event.PrivilegeGranted && s.AccountID == f.id && s.Outcome == event.Success &&
			s.Time >= from && s.Time <= until && f.approvedOtherwise(s)
	})
}
