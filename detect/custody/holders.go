package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// Holder is a principal, or a place, that used a credential of a program after
// its reset and not before.
type Holder struct {
	// Secret is the dependent that was used or read, "" for what the account
	// itself signs in with.
	Secret string
	// Principal is the identity that used it, "" for the account itself; Place is
	// the computer or network, where that is what is new.
	Principal, Place string
	Use              *event.Event // the first use
	// Told: enough is known of the use before the reset to call it new.
	Told bool
}

// Bounds of what is remembered of who uses what. Beyond them nothing is new.
const (
	maxHeld      = 64  // credentials per identity
	maxHolders   = 256 // principals and places per credential
	maxNewcomers = 32  // kept per case
)

// held is what is known of the use of one credential, in order of time.
type held struct {
	first map[string]int64 // principal or place -> first use
	early []int64          // the first uses, as many as make a history
	last  counted          // the use counted last
	// places are the first uses from a place that was not known by then.
	places []int64
	full   bool
}

// settledPlaces is from how many places a program may run that is not taken for
// one whose addresses change, as copies come and go. This project's judgement.
const settledPlaces = 4

// settled: a new place before a time would have been news, since there were few
// and none came after those that the first weeks showed.
func (h *held) settled(at int64, learning time.Duration) bool {
	n := 0
	for _, t := range h.places {
		switch {
		case t >= at:
			return n <= settledPlaces
		case t > h.places[0]+int64(learning):
			return false
		}
		n++
	}
	return n <= settledPlaces
}

// hold notes the use of a credential of a program: by itself, by somebody else
// who has it, or the reading of a secret that depends on it.
func (f *Fold) hold(e *event.Event, foreign bool) {
	if e.Outcome == event.Failure || e.Credential == ServiceTicket || !slices.ContainsFunc(f.cases, func(c *Case) bool { return c.program }) {
		return
	}
	secret, principal := "", ""
	if !foreign && e.CredentialID != "" {
		f.heldOf(strings.ToLower(e.CredentialID)+"|"+e.System).use(countedOf(e, ""), f.w.Policy(e.Time).Limits.UnknownPlaceSignins)
	}
	switch {
	case foreign:
		secret, principal = strings.ToLower(e.CredentialID), f.principal(e)
	case e.Kind == event.CredentialUsed && e.CredentialID == "" && person(e.Actor):
		if by := f.w.Resolve(e.Actor, e.Time); by != f.id {
			principal = by
		}
	case e.Kind == event.SigninSucceeded || e.Kind == event.CredentialUsed || e.Kind == event.SecretAccessed:
	default:
		return
	}
	h := f.heldOf(secret + "|" + e.System)
	if h == nil {
		return
	}
	h.use(countedOf(e, principal), f.w.Policy(e.Time).Limits.UnknownPlaceSignins)
	if principal != "" {
		f.meet(h, "p|"+principal, e, Holder{Secret: e.CredentialID, Principal: principal})
		return
	}
	if rolesSession(e.Account) || rolesSession(e.Actor) {
		return // a role is taken wherever its programs run
	}
	f.arrive(h, e)
}

// use counts a use; enough is how many make a history.
func (h *held) use(now counted, enough int) {
	if h == nil || len(h.early) >= enough {
		return
	}
	if len(h.early) > 0 && h.last.again(now) {
		h.last = h.last.with(now)
		return
	}
	h.early, h.last = append(h.early, now.at), now
}

func (f *Fold) heldOf(key string) *held {
	if f.uses == nil {
		f.uses = map[string]*held{}
	}
	h := f.uses[key]
	if h == nil && len(f.uses) < maxHeld {
		h = &held{first: map[string]int64{}}
		f.uses[key] = h
	}
	return h
}

// meet notes a principal at a credential.
func (f *Fold) meet(h *held, key string, e *event.Event, as Holder) {
	for _, c := range f.cases {
		f.newcomer(c, h, key, e, as)
	}
	h.add(key, e.Time)
}

// arrive notes a place: it is new only if none of the names that the record
// gives it is known, and the account's places do not change by themselves.
func (f *Fold) arrive(h *held, e *event.Event) {
	var keys []string
	for _, p := range placesOf(e) {
		keys = append(keys, "a|"+network(p))
	}
	if len(keys) == 0 {
		return
	}
	known := func(before int64) bool {
		return slices.ContainsFunc(keys, func(k string) bool { at, ok := h.first[k]; return ok && at < before })
	}
	for _, c := range f.cases {
		if !known(c.Time) && h.settled(c.Time, f.w.Policy(c.Time).Limits.UnknownPlaceHistory) {
			f.newcomer(c, h, keys[0], e, Holder{Place: strings.TrimPrefix(keys[0], "a|")})
		}
	}
	if !known(e.Time) && len(h.places) < maxHolders {
		h.places = append(h.places, e.Time)
	}
	for _, k := range keys {
		h.add(k, e.Time)
	}
}

func (h *held) add(key string, t int64) {
	if _, known := h.first[key]; known {
		return
	}
	if len(h.first) >= maxHolders {
		h.full = true
		return
	}
	h.first[key] = t
}

// newcomer files a holder that a case's time before does not know.
func (f *Fold) newcomer(c *Case, h *held, key string, e *event.Event, as Holder) {
	if at, known := h.first[key]; known && at < c.Time || !c.program || e.Time <= c.Time || !f.open(c, Step{Event: e}) || len(c.Holders) >= maxNewcomers {
		return
	}
	same := func(o Holder) bool {
		return strings.EqualFold(o.Secret, as.Secret) && o.Principal == as.Principal && o.Place == as.Place && o.Use.System == e.System
	}
	if slices.ContainsFunc(c.Holders, same) {
		return
	}
	l := f.w.Policy(c.Time).Limits
	as.Use = kept(e)
	as.Told = !h.full && l.UnknownPlaceSignins > 0 && len(h.early) >= l.UnknownPlaceSignins && h.early[l.UnknownPlaceSignins-1] < c.Time &&
		h.early[0] <= c.Time-int64(l.UnknownPlaceHistory)
	c.Holders = append(c.Holders, as)
}

// principal is who used or read something of the account: an identity, and of
// the sessions of one role the role.
func (f *Fold) principal(e *event.Event) string {
	p := e.Account
	if e.Kind == event.SecretAccessed && !e.Actor.IsZero() {
		p = e.Actor
	}
	if role, is := roleOf(p); is {
		p.ID, p.Name = "", role
	}
	return f.w.Resolve(p, e.Time)
}

// person: not a computer or the system, which use passwords they were given to keep.
func person(p event.Party) bool {
	return !p.IsZero() && p.Type != "system" && p.Type != "machine" && !strings.HasSuffix(p.Name, "$")
}

const assumedRole = ":assumed-role/"

func rolesSession(p event.Party) bool {
	_, is := roleOf(p)
	return is || strings.Contains(p.Name, ":role/")
}

// roleOf gives the role behind one of its sessions (AWS IAM User Guide, "IAM
// identifiers": arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION).
func roleOf(p event.Party) (role string, is bool) {
	head, rest, is := strings.Cut(p.Name, assumedRole)
	if !is {
		return "", false
	}
	name, _, _ := strings.Cut(rest, "/")
	return strings.Replace(head, ":sts:", ":iam:", 1) + ":role/" + name, true
}
