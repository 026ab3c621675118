package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// maxDirectories bounds the directories that a case keeps facts of.
const maxDirectories = 32

// lateCopy is how long after it was set a password may still be brought to
// another directory: a synchronisation that stands still is noticed and mended
// within a week. This project's judgement.
const lateCopy = 7 * 24 * time.Hour

// setsPassword tells whether a record shows that its account was given another
// password there: set by somebody, changed by its owner, brought by a
// synchronisation, made with the account, or as the state after it.
func setsPassword(e *event.Event) bool {
	if e.Outcome == event.Failure {
		return false
	}
	switch e.Kind {
	case event.ResetExecuted, event.CredentialChanged, event.DirectorySynced:
		return e.Credential == "" || e.Credential == "password"
	case event.AccountCreated:
		return true
	case event.StateObserved:
		return e.Credential == "password" && e.Method == ""
	case event.TokenRevoked, event.SessionRevoked:
		// A directory ends its tokens when a password arrives (sources.md 0.2).
		return carries(e.Actor)
	}
	return false
}

// setAnew are the kinds by which somebody chose a password, as against records
// of its arrival.
func setAnew(s Step) bool {
	return (s.Kind == event.ResetExecuted || s.Kind == event.CredentialChanged) && setsPassword(s.Event) && !carries(s.Actor)
}

// copied tells whether an act only brought to its directory, by the account of
// a synchronisation, what was set in another: a change by the owner, or, where
// the topology says that the two share a password, a reset longer ago than its
// twins may lie apart. It is no reset of its own, and late for the other.
func (f *Fold) copied(s Step) bool {
	if s.Kind != event.ResetExecuted || !carries(s.Actor) {
		return false
	}
	m := f.w.Policy(s.Time).Matching
	o, ok := f.lastSet(s.Time)
	if !ok || !within(o.Time, s.Time, m.Propagation) { // the other's clock may be ahead
		o, ok = f.lastSet(s.Time + int64(m.ClockTolerance))
	}
	here := identity.DirectoryOf(s.System)
	if !ok || identity.DirectoryOf(o.System) == here || !within(o.Time, s.Time, lateCopy) {
		return false
	}
	late := !within(o.Time, s.Time, m.Propagation)
	shared := f.w.Topology.Shares(here, identity.DirectoryOf(o.System))
	if o.Kind == event.CredentialChanged {
		return !late || shared
	}
	return late && shared && !f.requestedBetween(o.Time, s.Time)
}

// Brings tells whether a record shows that a synchronisation brought a password
// to a directory.
func Brings(e *event.Event) bool {
	return (e.Kind == event.ResetExecuted || e.Kind == event.CredentialChanged) && carries(e.Actor) && setsPassword(e)
}

// lastSet is the last time that somebody chose the identity's password in any
// directory, up to a time.
func (f *Fold) lastSet(until int64) (Step, bool) {
	i, _ := slices.BinarySearchFunc(f.sets, until+1, func(s Step, t int64) int { return cmp.Compare(s.Time, t) })
	if i == 0 {
		return Step{}, false
	}
	return f.sets[i-1], true
}

// reach notes in which directories a password came up after a reset set it, and
// where the account was closed instead.
func (f *Fold) reach(c *Case) {
	if !c.SetsPassword() {
		return
	}
	from := c.Time - int64(f.w.Policy(c.Time).Matching.ClockTolerance)
	until := c.Time + int64(max(lateCopy, f.longest(c)))
	for _, s := range f.steps {
		if s.Time > until {
			break
		}
		if s.AccountID != f.id || s.Outcome == event.Failure || s.System == "" {
			continue
		}
		here := identity.DirectoryOf(s.System)
		at := slices.IndexFunc(c.Away, func(a Step) bool { return identity.DirectoryOf(a.System) == here })
		switch s.Kind {
		case event.AccountDisabled, event.AccountDeleted:
			if at < 0 && len(c.Away) < maxDirectories {
				c.Away = append(c.Away, s)
			}
		case event.AccountEnabled, event.AccountCreated:
			if at >= 0 && s.Time <= c.Time {
				c.Away = slices.Delete(c.Away, at, at+1)
			}
		}
		if s.Time >= from && setsPassword(s.Event) && c.Arrival(here) == nil && len(c.Arrivals) < maxDirectories {
			c.Arrivals = append(c.Arrivals, s)
		}
	}
}

// SetsPassword tells whether some act of the case gave the account a password.
func (c *Case) SetsPassword() bool {
	return slices.ContainsFunc(c.Steps[Executed], func(a Step) bool { return a.Kind == event.ResetExecuted && setsPassword(a.Event) })
}

// Arrival is the first record of the new password in a directory, nil for none.
func (c *Case) Arrival(directory string) *Step { return in(c.Arrivals, directory) }

// Closed is the record by which the account was disabled or deleted in a
// directory, before the reset or as the first thing after it; nil for none.
func (c *Case) Closed(directory string) *Step { return in(c.Away, directory) }

// OldUse is the last sign-in with a password in a directory that the new one
// had not come to; nil for none.
func (c *Case) OldUse(directory string) *Step { return in(c.OldUses, directory) }

func in(steps []Step, directory string) *Step {
	i := slices.IndexFunc(steps, func(s Step) bool { return identity.DirectoryOf(s.System) == directory })
	if i < 0 {
		return nil
	}
	return &steps[i]
}

// typed are the sign-ins of Windows at which a password is given (Microsoft
// Learn, "4624", logon types): at the keyboard, in clear text, by remote desktop.
var typed = []string{"logon-type-2", "logon-type-8", "logon-type-10"}

func byPassword(method string) bool {
	method = strings.ToLower(method)
	return slices.Contains(typed, method) || strings.Contains(method, "password") && !strings.Contains(method, "passwordless")
}

// oldPassword notes sign-ins with a password in directories that the new one
// has not come to.
func (f *Fold) oldPassword(e *event.Event) {
	if e.Kind != event.SigninSucceeded || e.Outcome == event.Failure || f.w.Topology == nil || !byPassword(e.Method) {
		return
	}
	here := identity.DirectoryOf(e.System)
	for _, c := range f.cases {
		if a := c.Arrival(here); e.Time <= c.Time || a != nil && a.Time <= e.Time || !c.SetsPassword() {
			continue
		}
		s := Step{Event: kept(e), ActorID: f.id, AccountID: f.id, Link: Window}
		if old := c.OldUse(here); old != nil {
			*old = s
		} else if len(c.OldUses) < maxDirectories {
			c.OldUses = append(c.OldUses, s)
		}
	}
}
