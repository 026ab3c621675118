package custody

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// activity takes one sign-in or use of privilege and notes what it says of the
// cases at hand. It keeps a bounded number of facts per case.
func (f *Fold) activity(e *event.Event) {
	if f.foreign(e) {
		if e.Kind == event.CredentialUsed {
			f.access(e)
		}
		f.hold(e, true)
		return
	}
	for _, c := range f.cases {
		switch e.Kind {
		case event.SigninSucceeded, event.CredentialUsed:
			f.seen(c, e)
		case event.PrivilegeUsed:
			f.used(c, e)
		}
	}
	f.notice(e)
	f.access(e)
	f.spend(e)
	f.consume(e)
	f.hold(e, false)
	f.federates(e)
	f.oldPassword(e)
	if e.Kind == event.PrivilegeUsed && f.privileged(e) {
		f.lastUse[useKey(e)] = e.Time
	}
}

// maxAlive bounds the sessions remembered per case.
const maxAlive = 256

// seen notes a session in use before a reset, and the first sign-in after it.
func (f *Fold) seen(c *Case, e *event.Event) {
	if e.Outcome == event.Failure {
		return
	}
	if e.Time > c.Time {
		if c.FirstSignin == nil && e.Kind == event.SigninSucceeded {
			c.FirstSignin = &Step{Event: kept(e), ActorID: f.id, AccountID: f.id, Link: Window}
		}
		return
	}
	if e.Session == "" || !within(e.Time, c.Time, aliveReach) {
		return
	}
	for i := range c.Alive {
		if c.Alive[i].System == e.System && c.Alive[i].ID == e.Session {
			c.Alive[i].Seen, c.Alive[i].Event = e.Time, kept(e)
			return
		}
	}
	if len(c.Alive) < maxAlive {
		c.Alive = append(c.Alive, Session{e.System, e.Session, e.Time, e.Feed, kept(e)})
	}
}

// used notes a privileged act after a reset that was absent from the history
// before it, and the latest one before it.
func (f *Fold) used(c *Case, e *event.Event) {
	if !f.privileged(e) {
		return
	}
	m := f.w.Policy(c.Time).Matching
	if e.Time <= c.Time {
		if within(e.Time, c.Time, m.ObservedTier) {
			c.ActedPrivileged = max(c.ActedPrivileged, e.Time)
		}
		return
	}
	if last, ok := f.lastUse[useKey(e)]; ok && (last > c.Time || within(last, c.Time, m.PrivilegeHistory)) {
		return
	}
	s := Step{Event: kept(e), ActorID: f.id, AccountID: f.id, Link: Window}
	if f.open(c, s) {
		c.Uses = append(c.Uses, s)
	}
}

// Privileged acts that a record of something else shows.
const (
	roleChange    = "role-change"
	credentialAct = "credential-act"
)

// onOthers names the privileged act that somebody did to another account, "" for
// none: a role given or taken, or a recovery. Programs do it as their work, and
// owners see to the accounts that are theirs.
func (f *Fold) onOthers(s Step) string {
	if s.ActorID != f.id || s.AccountID == f.id || s.Outcome == event.Failure || f.w.automatic(s.Actor, f.id, s.Time) {
		return ""
	}
	act := ""
	switch {
	case s.Kind == event.PrivilegeGranted || s.Kind == event.PrivilegeRevoked:
		act = roleChange
	case IsAct(s.Event) && classOf(s.Event) == rules.Recovery:
		act = credentialAct
	}
	if row := f.w.Row(s.AccountID, s.Time); row != nil && row.Owner == f.id || !slices.Contains(f.w.Policy(s.Time).PrivilegedActs, act) {
		return ""
	}
	return act
}

// firstOnOthers: a privileged act on another account of which the history before
// the reset and the time since show none of its kind.
func (f *Fold) firstOnOthers(c *Case, s Step) bool {
	act := f.onOthers(s)
	return act != "" && !slices.ContainsFunc(f.steps, func(o Step) bool {
		return o.Time < s.Time && o.Time >= c.Time-int64(f.w.Policy(c.Time).Matching.PrivilegeHistory) && f.onOthers(o) == act
	})
}

// Privileged acts that count on a condition: Windows event 4672, AssumeRole and
// the activation of an eligible role.
const (
	specialLogon   = "special-logon"
	roleAssumption = "role-assumption"
	roleActivation = "role-activation"
)

// privileged tells whether a use counts: only an act on the policy's list, a
// special logon only on a domain controller, a role only if it is listed, and
// never one of SYSTEM, machine or service accounts (policy.md).
func (f *Fold) privileged(e *event.Event) bool {
	if !slices.Contains(f.w.Policy(e.Time).PrivilegedActs, e.Method) {
		return false
	}
	if e.Account.Type == "system" || e.Account.Type == "machine" || strings.HasSuffix(e.Account.Name, "$") {
		return false
	}
	if f.w.automatic(e.Account, f.id, e.Time) {
		return false
	}
	switch e.Method {
	case specialLogon:
		return f.w.Controllers[strings.ToLower(e.Host)]
	case roleAssumption, roleActivation:
		return identity.HasRole(f.w.Policy(e.Time).PrivilegedRoles, e.Role)
	}
	return true
}

func useKey(e *event.Event) string { return e.System + "|" + e.Role + "|" + e.Method }

// endSessions drops the sessions that their owner ended before the reset, and
// sorts the rest.
func (f *Fold) endSessions(c *Case) {
	c.Alive = slices.DeleteFunc(c.Alive, func(s Session) bool {
		return slices.ContainsFunc(f.steps, func(e Step) bool {
			return e.Kind == event.SessionRevoked && e.Time >= s.Seen && e.Time <= c.Time && (e.Session == s.ID || e.Session == "") && e.System == s.System
		})
	})
	slices.SortFunc(c.Alive, func(a, b Session) int { return cmp.Or(cmp.Compare(a.Seen, b.Seen), strings.Compare(a.ID, b.ID)) })
}

// kept copies an activity event that outlives its Add.
func kept(e *event.Event) *event.Event {
	c := *e
	return &c
}
