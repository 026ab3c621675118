package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// Access is a way into an account that was open before a reset: a session, a
// token or a key, and whether it was used after it.
type Access struct {
	Kind   string // session, or the event's word for the credential
	System string
	ID     string
	Since  int64 // made, or seen first; 0 where only the inventory knows it
	// First and Last are its first and last use after the reset, inside the
	// longest watch; nil if it was not used.
	First, Last *event.Event
	// Places are from where it was used: of Tokens before the reset, of Old after
	// it; sorted, at most maxPlaces.
	Places []string
	// Turns is what became of a key or token of Tokens, in order of time: made,
	// taken out of use, put to use again, deleted; up to the review of the case.
	Turns []Step
}

// maxPlaces bounds the places remembered of one key or token: what is used from
// more is everywhere.
const maxPlaces = 32

// from adds where a key or token was used from: its computer, else its address.
func (a *Access) from(e *event.Event) {
	if places := placesOf(e); len(places) > 0 && len(a.Places) < maxPlaces {
		a.Places = insert(a.Places, places[0])
	}
}

const sessionAccess = "session"

// sessionReach is how shortly before a reset a session must have been seen to
// say that sessions of the account are known: a week, the longest that one
// usually goes on. This project's judgement.
const sessionReach = 7 * 24 * time.Hour

// maxOpened bounds the sessions, tokens and keys remembered per identity, and
// maxAccesses those kept per case: beyond it old access is not told apart.
const (
	maxOpened   = 1 << 14
	maxAccesses = 256
)

// accessKinds are the credentials that open an account by themselves, beside
// those of keys.
var accessKinds = []string{"app-password", "refresh-token", "access-token", "session-token"}

func opens(credential string) bool {
	return slices.Contains(keys, credential) || slices.Contains(accessKinds, credential)
}

func accessKey(kind, system, id string) string { return kind + "|" + system + "|" + id }

// makers are the kinds of events by which a key or token comes to be.
var makers = []event.Kind{event.SecretCreated, event.CredentialIssued}

// enders are those by which it ends.
var enders = []event.Kind{event.SecretRevoked, event.TokenRevoked, event.CredentialRevoked}

// ways notes, before any activity, the keys and tokens made and the sessions
// that custody events were done in.
func (f *Fold) ways() {
	f.opened = map[string]int64{}
	for _, s := range f.steps {
		if s.ActorID == f.id && s.Session != "" && s.Kind != event.SessionRevoked {
			f.since(accessKey(sessionAccess, s.System, s.Session), s.Time)
		}
		if s.AccountID == f.id && slices.Contains(makers, s.Kind) && opens(s.Credential) && s.CredentialID != "" && s.Outcome == event.Success {
			f.since(accessKey(s.Credential, s.System, s.CredentialID), s.Time)
			for _, c := range f.cases {
				f.token(c, s.Event)
			}
		}
	}
}

// since remembers the earliest time of an access; it is false for one beyond
// what is remembered.
func (f *Fold) since(key string, t int64) bool {
	at, known := f.opened[key]
	if !known && len(f.opened) >= maxOpened {
		return false
	}
	if !known || t < at {
		f.opened[key] = t
	}
	return true
}

// token adds a key or token that was made or used before a case, unless it
// had ended by then.
func (f *Fold) token(c *Case, e *event.Event) {
	if e.Time >= c.Time || e.Expires != 0 && e.Expires <= c.Time || len(c.Tokens) >= maxAccesses {
		return
	}
	same := func(a Access) bool { return a.ID == e.CredentialID && a.System == e.System }
	if i := slices.IndexFunc(c.Tokens, same); i >= 0 {
		c.Tokens[i].from(e)
		return
	}
	all := slices.ContainsFunc(f.steps, func(s Step) bool {
		return s.Kind == event.TokenRevoked && s.Outcome == event.Success && s.Time >= e.Time && s.Time < c.Time && endsAll(s.Event, e.Credential, e.System)
	})
	if !all && f.lines.gone(e.CredentialID, e.Time, c.Time) == 0 {
		a := Access{Kind: e.Credential, System: e.System, ID: e.CredentialID, Since: e.Time}
		if e.Kind == event.CredentialUsed {
			a.from(e)
		}
		c.Tokens = append(c.Tokens, a)
	}
}

// endsAll tells whether a revocation that names no token ends one as well: it
// ends all of its system.
func endsAll(s *event.Event, kind, system string) bool {
	return s.CredentialID == "" && (s.System == "" || s.System == system || s.Format == nativeSteps) && !slices.Contains(keys, kind)
}

// nativeSteps is the format of steps kept by hand, which may speak for any system.
const nativeSteps = "resetproof-steps"

// foreign tells the use or reading, by another identity, of a secret that depends
// on this one: it says nothing of this one's own habits.
func (f *Fold) foreign(e *event.Event) bool {
	if e.Kind == event.SecretAccessed {
		by := f.w.Resolve(e.Actor, e.Time)
		if by == "" {
			by = f.w.Resolve(e.Account, e.Time)
		}
		return by != f.id
	}
	return e.Kind == event.CredentialUsed && e.CredentialID != "" && slices.Contains(f.w.DependsOn(e.CredentialID), f.id) &&
		f.w.Resolve(e.Account, e.Time) != f.id
}

// access notes what one activity event says of old ways into the account.
func (f *Fold) access(e *event.Event) {
	if e.Outcome == event.Failure || e.Kind == event.SigninFailed {
		return
	}
	mine := e.Kind == event.SecretAccessed || e.CredentialID == "" || f.w.Resolve(e.Account, e.Time) == f.id
	if mine && e.Session != "" {
		f.session(e)
	}
	if e.CredentialID == "" || e.Kind == event.SecretAccessed {
		return
	}
	depends := slices.Contains(f.w.DependsOn(e.CredentialID), f.id)
	if !depends && (!mine || !opens(e.Credential)) {
		return
	}
	key := accessKey(e.Credential, e.System, e.CredentialID)
	since, known := f.opened[key]
	if depends {
		since, known = 0, true
	} else if !f.since(key, e.Time) {
		return
	}
	for _, c := range f.cases {
		switch {
		case e.Time <= c.Time && !depends:
			f.token(c, e)
		case known && since < c.Time && e.Time > c.Time:
			f.reuse(c, Access{Kind: e.Credential, System: e.System, ID: e.CredentialID, Since: since}, e)
		}
	}
}

// session notes a session in use. A sign-in of Windows opens its session
// (Microsoft Learn, "4624: An account was successfully logged on"), and after a
// start of the computer its id may be given anew.
func (f *Fold) session(e *event.Event) {
	key := accessKey(sessionAccess, e.System, e.Session)
	since, known := f.opened[key]
	if e.Kind == event.SigninSucceeded && e.System == "ad" && known {
		f.opened[key] = e.Time
		known = false
	} else if !f.since(key, e.Time) {
		return
	}
	for _, c := range f.cases {
		tolerance := int64(f.w.Policy(c.Time).Matching.ClockTolerance)
		switch {
		case e.Time <= c.Time:
			if within(e.Time, c.Time, sessionReach) {
				c.SessionsKnown = insert(c.SessionsKnown, e.System)
			}
		case known && since < c.Time-tolerance:
			f.reuse(c, Access{Kind: sessionAccess, System: e.System, ID: e.Session, Since: since}, e)
		}
	}
}

// reuse notes the use of an old access after a case.
func (f *Fold) reuse(c *Case, a Access, e *event.Event) {
	if !f.open(c, Step{Event: e}) {
		return
	}
	i := slices.IndexFunc(c.Old, func(o Access) bool { return o.Kind == a.Kind && o.System == a.System && o.ID == a.ID })
	if i < 0 {
		if len(c.Old) >= maxAccesses {
			return
		}
		c.Old, i = append(c.Old, a), len(c.Old)
	}
	o := &c.Old[i]
	if a.Kind != sessionAccess {
		o.from(e)
	}
	if o.First == nil || e.Time < o.First.Time {
		o.First = kept(e)
	}
	if o.Last == nil || e.Time > o.Last.Time {
		o.Last = kept(e)
	}
}

// settleAccess adds what the owner did in old sessions that no activity shows,
// and leaves out the sessions in which the reset itself was done.
func (f *Fold) settleAccess(c *Case) {
	for _, s := range f.steps {
		if s.ActorID != f.id || s.Session == "" || s.Outcome == event.Failure || s.Kind == event.SessionRevoked || s.Time <= c.Time {
			continue
		}
		since, known := f.opened[accessKey(sessionAccess, s.System, s.Session)]
		if known && since < c.Time-int64(f.w.Policy(c.Time).Matching.ClockTolerance) {
			f.reuse(c, Access{Kind: sessionAccess, System: s.System, ID: s.Session, Since: since}, s.Event)
		}
	}
	c.Old = slices.DeleteFunc(c.Old, func(a Access) bool { return a.Kind == sessionAccess && c.doneIn(a) })
	f.endTokens(c)
	for _, list := range [][]Access{c.Old, c.Tokens} {
		slices.SortFunc(list, func(a, b Access) int {
			return cmp.Or(strings.Compare(a.System, b.System), strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
		})
	}
}

// doneIn tells whether the owner asked for, proved himself for or carried out
// the reset in a session.
func (c *Case) doneIn(a Access) bool {
	for _, n := range []Name{Requested, Verified, Executed} {
		if slices.ContainsFunc(c.Steps[n], func(s Step) bool {
			return s.ActorID == c.Identity && s.Session == a.ID && s.System == a.System
		}) {
			return true
		}
	}
	return false
}
