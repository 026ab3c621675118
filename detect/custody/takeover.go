package custody

import (
	"slices"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// Bounds of what is remembered of an identity's activity.
const (
	maxFirsts  = 16   // systems in which the first sign-in after a reset is kept
	maxRead    = 64   // secrets read for the first time that are kept per case
	maxSecrets = 4096 // secrets whose last reading is remembered per identity
)

// persistence are the ways an intruder makes to come back (policy.md,
// takeover): done by the account itself while it is watched.
var persistence = []event.Kind{
	event.MailruleCreated, event.ConsentGranted, event.SecretCreated, event.CredentialIssued, event.FederationChanged, event.PolicyChanged,
}

// tampering are the ways to blind a log.
var tampering = []event.Kind{event.LogCleared, event.LogStopped}

// enrolments bind something new to an account.
var enrolments = []event.Kind{event.MFAEnrolled, event.DeviceTrusted}

// watch files what the account did, and what was bound to it, after a reset,
// and what spoke for caution before it.
func (f *Fold) watch(c *Case) {
	for _, s := range f.steps {
		switch {
		case f.warns(c, s):
			c.Risks = append(c.Risks, s)
		case s.Outcome == event.Failure || s.Time < c.Time || !f.open(c, s) || f.ownAct(c, s):
		case slices.Contains(enrolments, s.Kind) && s.AccountID == f.id && !IsDuty(s.Event):
			c.enrolled = append(c.enrolled, s)
		case slices.Contains(tampering, s.Kind) && s.ActorID == f.id:
			c.Cleared = append(c.Cleared, s)
		case slices.Contains(persistence, s.Kind) && f.byOwner(s) && f.plants(c, s):
			c.Planted = append(c.Planted, s)
		}
	}
}

// ownAct tells an act that makes the case what it is from what else was done
// with it: a key made in the session of a recovery is no part of the recovery.
func (f *Fold) ownAct(c *Case, s Step) bool {
	return f.isAct(c, s) && classOf(s.Event) == c.Class
}

// byOwner: the account itself did it, or nobody is named and it was done to it.
func (f *Fold) byOwner(s Step) bool {
	return s.ActorID == f.id || s.ActorID == "" && s.AccountID == f.id
}

// plants tells persistence from ordinary work: credentials other than keys are
// the reset itself, a secret of no account is a value laid into a vault, secrets
// of the inventory are known, a ticket of its own may have been approved, and
// who changes policies every week changes one again.
func (f *Fold) plants(c *Case, s Step) bool {
	switch s.Kind {
	case event.SecretCreated:
		if s.Account.IsZero() {
			return false
		}
	case event.CredentialIssued:
		if classOf(s.Event) != rules.Issuance {
			return false
		}
	case event.PolicyChanged:
		if f.changedPolicies(c) {
			return false
		}
	}
	return !f.knownSecret(s.CredentialID) && !f.approvedOtherwise(s)
}

// knownSecret: the inventory lists the secret as one the identity owns or uses.
func (f *Fold) knownSecret(id string) bool {
	return id != "" && slices.Contains(f.w.DependsOn(id), f.id)
}

// changedPolicies: the account changed a policy in the history before the reset.
func (f *Fold) changedPolicies(c *Case) bool {
	history := f.w.Policy(c.Time).Matching.PrivilegeHistory
	return slices.ContainsFunc(f.steps, func(s Step) bool {
		return s.Kind == event.PolicyChanged && f.byOwner(s) && s.Time < c.Time && within(s.Time, c.Time, history)
	})
}

// warns: a signal on record before the reset that asks for a stronger
// verification (policy.md, "Risk signals").
func (f *Fold) warns(c *Case, s Step) bool {
	if s.Time > c.Time || s.AccountID != f.id && !holds(c.Refused, s) && !f.asksAbout(s) {
		return false
	}
	pol := f.w.Policy(c.Time)
	switch s.Kind {
	case event.ContactChanged:
		return s.Outcome == event.Success && within(s.Time, c.Time, pol.Limits.ContactChanged)
	case event.RiskDetected:
		return within(s.Time, c.Time, pol.Matching.Before)
	case event.VerificationFailed, event.ResetDenied:
		return within(s.Time, c.Time, pol.Limits.RefusedBefore)
	}
	return false
}

func holds(list []Step, s Step) bool {
	return slices.ContainsFunc(list, func(o Step) bool { return o.Event.ID == s.Event.ID })
}

// notice takes an activity event for what it says of where the owner works,
// how he signs in, where the new credential was used and what was read.
func (f *Fold) notice(e *event.Event) {
	if e.Outcome == event.Failure {
		return
	}
	switch e.Kind {
	case event.SigninSucceeded:
		for _, c := range f.cases {
			if e.Time > c.Time {
				f.redeemed(c, e)
			} else {
				f.signedIn(c, e)
			}
		}
		f.climb(e)
		f.habits.learn(e, f.w.Policy(e.Time).Limits.UnknownPlaceSignins)
	case event.SecretAccessed:
		f.learn(e)
		f.read(e)
	}
}

// signedIn keeps the strongest way in which the owner signed in before a reset.
func (f *Fold) signedIn(c *Case, e *event.Event) {
	pol := f.w.Policy(c.Time)
	n, ok := pol.Methods.Strength(e.Method)
	if !ok || !within(e.Time, c.Time, pol.Matching.ObservedTier) {
		return
	}
	if c.Login != nil {
		if had, _ := pol.Methods.Strength(c.Login.Method); had >= n {
			return
		}
	}
	c.Login = &Step{Event: kept(e), ActorID: f.id, AccountID: f.id, Link: Window}
}

// redeemed keeps the first sign-in of each system after a reset that is no mere
// use of a session from before it.
func (f *Fold) redeemed(c *Case, e *event.Event) {
	s := Step{Event: e, ActorID: f.id, AccountID: f.id, Link: Window}
	if len(c.firsts) >= maxFirsts || !f.open(c, s) || c.goesOn(e) ||
		slices.ContainsFunc(c.firsts, func(o Step) bool { return o.System == e.System }) {
		return
	}
	s.Event = kept(e)
	c.firsts = append(c.firsts, s)
}

// read notes secrets that the account read after a reset and not in the history
// before it. Those that the inventory says are its own are no news.
func (f *Fold) read(e *event.Event) {
	if by := f.w.Resolve(e.Actor, e.Time); by != f.id && by != "" || e.CredentialID == "" || f.knownSecret(e.CredentialID) {
		return
	}
	key := e.System + "|" + e.CredentialID
	last, known := f.lastRead[key]
	for _, c := range f.cases {
		s := Step{Event: e, ActorID: f.id, AccountID: f.id, Link: Window}
		switch {
		case e.Time <= c.Time || !f.open(c, s):
		case known && (last > c.Time || within(last, c.Time, f.w.Policy(c.Time).Matching.PrivilegeHistory)):
		case len(f.lastRead) >= maxSecrets:
			c.ReadsUntold = true
		case len(c.Reads) < maxRead:
			s.Event = kept(e)
			c.Reads = append(c.Reads, s)
		}
	}
	if known || len(f.lastRead) < maxSecrets {
		if f.lastRead == nil {
			f.lastRead = map[string]int64{}
		}
		f.lastRead[key] = e.Time
	}
}

func only(list []Step, keep func(Step) bool) []Step {
	return slices.DeleteFunc(slices.Clone(list), func(s Step) bool { return !keep(s) })
}

// recognise compares what was seen around a reset with the owner's habits,
// once all activity is known. What lies after the reset is compared with what
// was known at it, since the first sign-in after it may be a stranger's.
func (f *Fold) recognise(c *Case) {
	of := func(s Step) bool {
		return slices.ContainsFunc(c.Steps[Executed], func(a Step) bool { return a.System == s.System })
	}
	first := only(c.firsts, of)
	if len(first) == 0 {
		first = c.firsts[:min(1, len(c.firsts))]
	}
	// Of several, those that say where they came from speak for the others.
	if told := only(first, func(s Step) bool { return s.Place != "" || s.Device != "" }); len(told) > 0 {
		first = told
	}
	for _, s := range first {
		c.Redeemed = append(c.Redeemed, f.sight(s, c.Time))
	}
	for _, s := range c.enrolled {
		e := f.sight(s, c.Time)
		if s.Kind == event.DeviceTrusted {
			// The device that the record names is the new one itself: as strange as
			// the place it was enrolled from.
			e.DeviceKnown = e.PlaceKnown
		}
		c.Enrolled = append(c.Enrolled, e)
	}
	for _, s := range c.Steps[Requested] {
		if s.ActorID == f.id && s.Time <= c.Time {
			c.Asked = append(c.Asked, f.sight(s, s.Time))
		}
	}
	if c.FirstSignin != nil {
		c.FirstSeen = f.sight(*c.FirstSignin, c.Time)
	}
}
