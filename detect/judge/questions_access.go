package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// accessQuestions ask what became of old ways into the account, and of what the
// reset took from its owner.
var accessQuestions = []question{
	{"old_access", cel.BoolType, func(s *sitting) (any, error) { return s.oldAccess() }},
	{"old_access_used", cel.StringType, func(s *sitting) (any, error) { return s.oldAccessUsed(), nil }},
	{"old_secrets", cel.BoolType, func(s *sitting) (any, error) { return s.oldSecrets(), nil }},
	{"old_secret_used", cel.StringType, func(s *sitting) (any, error) { return s.oldSecretUsed(), nil }},
	{"factor_lost", cel.BoolType, func(s *sitting) (any, error) { return s.lost(event.MFAReset, event.MFARemoved) != nil, nil }},
	{"factor_lost_at", cel.TimestampType, func(s *sitting) (any, error) { return s.lostAt(event.MFAReset, event.MFARemoved), nil }},
	{"duty_lifted", cel.BoolType, func(s *sitting) (any, error) { return !s.factorTaken(), nil }},
	{"factor_back", cel.BoolType, func(s *sitting) (any, error) { return s.factorBack(), nil }},
	{"device_lost", cel.BoolType, func(s *sitting) (any, error) { return s.lost(event.DeviceUntrusted) != nil, nil }},
	{"device_lost_at", cel.TimestampType, func(s *sitting) (any, error) { return s.lostAt(event.DeviceUntrusted), nil }},
	{"device_back", cel.BoolType, func(s *sitting) (any, error) { return s.deviceBack(), nil }},
}

// tokenFacts is one key or token of the account that was open at the reset and
// that the policy obliges to revoke.
type tokenFacts struct {
	ID      string    `cel:"id"`
	Kind    string    `cel:"kind"`
	System  string    `cel:"system"`
	Basis   string    `cel:"basis"` // log or inventory
	Revoked bool      `cel:"revoked"`
	At      time.Time `cel:"at"`      // when; the epoch if it was not
	Revived time.Time `cel:"revived"` // when it came to life again after its end; the epoch if it did not
	Since   time.Time `cel:"since"`   // made or first seen; the reset where only the inventory knows it
}

// tokenKinds are the kinds of the inventory that open an account by themselves.
var tokenKinds = []string{"key", "api-key", "access-key", "token", "api-token", "app-password", "refresh-token", "access-token", "session"}

// every: the tier, or a compromise, obliges to revoke every live key and token.
func (s *sitting) every() bool { return s.need.row.EveryDependent || s.c.Cause == "compromise" }

// tokens lists the keys and tokens of the account that had to be revoked
// because of this reset: those seen in logs, and its own in the inventory.
func (s *sitting) tokens() []*tokenFacts {
	var out []*tokenFacts
	for _, a := range s.c.Tokens {
		if s.every() || slices.Contains(mintedKinds, a.Kind) {
			out = append(out, s.token(a, "log"))
		}
	}
	for _, d := range s.b.Dependents(s.c.Identity) {
		known := slices.ContainsFunc(out, func(t *tokenFacts) bool { return sameSecret(t.ID, d.ID) })
		own := s.b.Identify(d.Owner) == s.c.Identity
		if known || !own || !slices.Contains(tokenKinds, d.Kind) || !s.every() && !s.minted(d) || d.RotatedAt >= s.c.Time {
			continue
		}
		out = append(out, s.token(custody.Access{Kind: d.Kind, System: d.System, ID: d.ID, Since: s.c.Time}, "inventory"))
	}
	return out
}

func (s *sitting) token(a custody.Access, basis string) *tokenFacts {
	t := &tokenFacts{ID: a.ID, Kind: a.Kind, System: a.System, Basis: basis, Since: event.When(a.Since), At: event.When(0), Revived: event.When(0)}
	if r := s.revived(a.ID); r != nil {
		t.Revived = event.When(r.Time)
	}
	if at := s.ended(a.Kind, a.System, a.ID); at != 0 {
		t.Revoked, t.At = true, event.When(at)
	}
	return t
}

// ended tells when a key, token or session was ended with or after the reset, 0
// if nothing shows it. A rotation ends what went by the same id before; what
// came to life again must be ended again.
func (s *sitting) ended(kind, system, id string) int64 {
	from := s.c.Time - int64(s.need.policy.Matching.ClockTolerance)
	if r := s.revived(id); r != nil {
		from = r.Time + 1
	}
	for _, n := range []custody.Name{custody.Closed, custody.Dependents} {
		for _, e := range s.c.Steps[n] {
			if e.Time >= from && endsAccess(e.Event, kind, system, id) {
				return e.Time
			}
		}
	}
	return 0
}

// revived gives the last step by which a key or token came to life again after
// it had been ended, nil for none.
func (s *sitting) revived(id string) *custody.Step {
	var last *custody.Step
	for i, r := range s.c.Revivals {
		if sameSecret(r.CredentialID, id) && (last == nil || r.Time >= last.Time) {
			last = &s.c.Revivals[i]
		}
	}
	return last
}

func endsAccess(e *event.Event, kind, system, id string) bool {
	here := e.System == "" || e.System == system || e.Format == "resetproof-steps"
	switch e.Kind {
	case event.SessionRevoked:
		return kind == "session" && here && (e.Session == "" || e.Session == id)
	case event.TokenRevoked:
		return e.CredentialID == "" && here && !keyKind(kind) || sameSecret(e.CredentialID, id)
	case event.CredentialRevoked, event.SecretRevoked, event.SecretRotated:
		return sameSecret(e.CredentialID, id)
	}
	return false
}

// keyKind: made for good and ended one by one, unlike tokens.
func keyKind(kind string) bool {
	return slices.Contains([]string{"key", "api-key", "access-key", "secret", "client-secret", "certificate", "api-token"}, kind)
}

// oldAccess: some session, token or key of a person is known from before the
// reset, that had to end with it.
func (s *sitting) oldAccess() (bool, error) {
	if s.nonHuman() {
		return false, nil
	}
	if len(s.c.SessionsKnown) > 0 || len(s.c.Old) > 0 || len(s.c.Tokens) > 0 {
		return true, nil
	}
	if s.blind(event.SigninSucceeded) {
		return false, cannot("which sessions were open before the reset no source shows: a sign-in log would (%s)", event.SigninSucceeded)
	}
	return false, nil
}

// lifeOf is how long an access may be used after its end, and by which source.
func (s *sitting) lifeOf(a custody.Access) (time.Duration, string) {
	l, _ := s.need.policy.Lifetimes.Of(a.System, a.Kind)
	return l.Life, l.Source
}

// until is the last time at which a person's old access may be used: the
// policy's deadline, and its unavoidable life after it was ended, or after the
// reset where nothing ended it.
func (s *sitting) until(a custody.Access) int64 {
	life, _ := s.lifeOf(a)
	deadline := s.need.row.SessionsEnded
	if a.Kind != "session" {
		deadline = s.need.row.TokensRevoked
	}
	end := s.c.Time
	if at := s.ended(a.Kind, a.System, a.ID); at != 0 {
		end = max(end, min(at, s.c.Time+int64(deadline)))
	}
	return max(s.c.Time+int64(deadline), end+int64(life)) + int64(s.need.policy.Matching.ClockTolerance)
}

// obliged tells whether the policy obliges to end an access of a person: its
// sessions, unless the reset is a key or token made in one of them, and the
// tokens and keys of the tier's row.
func (s *sitting) obliged(a custody.Access) bool {
	if a.Kind == "session" {
		return s.need.row.SessionsEnded > 0 && s.c.Class == rules.Recovery
	}
	return s.need.row.TokensRevoked > 0 && a.Since != 0 && (s.every() || slices.Contains(mintedKinds, a.Kind))
}

// oldAccessUsed says which old access of a person was used too late, "" for
// none.
func (s *sitting) oldAccessUsed() string {
	for _, a := range s.c.Old {
		if s.obliged(a) && a.Last.Time > s.until(a) {
			return s.usedAt(a)
		}
	}
	return ""
}

func (s *sitting) usedAt(a custody.Access) string {
	what := a.Kind
	if a.System != "" {
		what += " in " + a.System
	}
	if a.Kind != "session" {
		what += " " + a.ID
	}
	since := ""
	if a.Since != 0 {
		since = " from " + clock(event.When(a.Since))
	}
	return fmt.Sprintf("%s%s was still used at %s%s, %s after the reset", what, since, clock(event.When(a.Last.Time)), s.stillFrom(a), span(time.Duration(a.Last.Time-s.c.Time)))
}

// unavoidable notes what was used after the reset inside its unavoidable life,
// a sentence per system and kind.
func (s *sitting) unavoidable() []string {
	type group struct{ system, kind string }
	count, last := map[group]int{}, map[group]custody.Access{}
	for _, a := range s.c.Old {
		g := group{a.System, a.Kind}
		if life, _ := s.lifeOf(a); life == 0 || !s.obliged(a) || a.Last.Time > s.until(a) {
			continue
		}
		if count[g]++; count[g] == 1 || a.Last.Time > last[g].Last.Time {
			last[g] = a
		}
	}
	var notes []string
	for g, a := range last {
		life, source := s.lifeOf(a)
		notes = insert(notes, fmt.Sprintf("old access in use after the reset: %d %s(s) in %s, last at %s; such access lives on for %s whatever is done (%s)",
			count[g], g.kind, g.system, clock(event.When(a.Last.Time)), span(life), source))
	}
	return notes
}

// oldSecrets: a dependent, or a key or token of a machine, was not replaced in
// time, or used too late all the same. The old version of a secret that was
// replaced in time under the same id cannot be told from the new one.
func (s *sitting) oldSecrets() bool {
	due := event.When(s.c.Time + int64(s.need.row.DependentsRotated))
	// That the old value of a secret read from a store was used again no log shows.
	if slices.ContainsFunc(s.deps, func(d *dependentFacts) bool { return d.Basis == byInventory && (!d.Rotated || d.At.After(due)) }) {
		return true
	}
	return s.nonHuman() && slices.ContainsFunc(s.c.Tokens, func(a custody.Access) bool {
		at := s.ended(a.Kind, a.System, a.ID)
		return at == 0 || at > s.c.Time+int64(s.need.row.OldSecret)
	}) || s.oldSecretUsed() != ""
}

// oldSecretUsed says which old secret of a machine, or which dependent, was
// used beyond the overlap that the policy allows, "" for none.
func (s *sitting) oldSecretUsed() string {
	for _, a := range s.c.Old {
		if end, bound := s.overlapEnd(a); bound && !s.renewed(a) && a.Last.Time > end {
			return s.usedAt(a)
		}
	}
	return ""
}

// overlapEnd is until when an old secret of a machine, or a dependent, may be
// used beside the new one; bound is false for what is neither.
func (s *sitting) overlapEnd(a custody.Access) (end int64, bound bool) {
	dependent := slices.ContainsFunc(s.deps, func(d *dependentFacts) bool { return sameSecret(a.ID, d.ID) })
	if a.Kind == "session" || !dependent && (!s.nonHuman() || a.Since == 0) {
		return 0, false
	}
	overlap := s.need.row.OldSecret
	if dependent {
		overlap += s.need.row.DependentsRotated
	}
	life, _ := s.lifeOf(a)
	return s.c.Time + int64(max(overlap, life)) + int64(s.need.policy.Matching.ClockTolerance), true
}

// renewed: the secret was rotated in place before its last use, so that what
// was used goes by the old id and is new.
func (s *sitting) renewed(a custody.Access) bool {
	return slices.ContainsFunc(s.c.Steps[custody.Dependents], func(e custody.Step) bool {
		return e.Kind == event.SecretRotated && sameSecret(e.CredentialID, a.ID) && e.Time <= a.Last.Time
	}) || slices.ContainsFunc(s.b.Dependents(s.c.Identity), func(d identity.Secret) bool {
		return sameSecret(a.ID, d.ID) && d.RotatedAt >= s.c.Time && d.RotatedAt <= a.Last.Time
	})
}

// lost gives the last loss of one of the kinds, nil for none.
func (s *sitting) lost(kinds ...event.Kind) *custody.Step {
	var last *custody.Step
	for i, l := range s.c.Lost {
		if slices.Contains(kinds, l.Kind) && (last == nil || l.Time >= last.Time) {
			last = &s.c.Lost[i]
		}
	}
	return last
}

func (s *sitting) lostAt(kinds ...event.Kind) time.Time {
	if l := s.lost(kinds...); l != nil {
		return event.When(max(l.Time, s.c.Time))
	}
	return event.When(s.c.Time)
}

// factorBack: a factor was enrolled in time after the first loss, and was not
// itself taken away again. Where the duty to use one was lifted alone, its
// return will do.
func (s *sitting) factorBack() bool {
	from, taken := s.c.Time, s.factorTaken()
	for _, l := range s.c.Lost {
		if l.Kind != event.DeviceUntrusted {
			from = min(from, l.Time)
		}
	}
	from -= int64(s.need.policy.Matching.ClockTolerance)
	until := s.lostAt(event.MFAReset, event.MFARemoved).UnixNano() + int64(s.need.row.MFABack)
	return slices.ContainsFunc(s.c.Regained, func(r custody.Step) bool {
		return r.Kind == event.MFAEnrolled && r.Time >= from && r.Time <= until && !(taken && custody.IsDuty(r.Event)) && !s.goneAgain(r)
	})
}

// factorTaken: what the owner lost is a factor, not only the duty to use one.
func (s *sitting) factorTaken() bool {
	return slices.ContainsFunc(s.c.Lost, func(l custody.Step) bool { return l.Kind != event.DeviceUntrusted && !custody.IsDuty(l.Event) })
}

func (s *sitting) goneAgain(r custody.Step) bool {
	return slices.ContainsFunc(s.c.Lost, func(l custody.Step) bool {
		all := l.Kind == event.MFAReset
		return l.Time > r.Time && (all || r.CredentialID != "" && strings.EqualFold(l.CredentialID, r.CredentialID))
	})
}

// deviceBack: some device was trusted in time, at the earliest a week before
// the loss, as when a new computer is set up before the old one is given back.
func (s *sitting) deviceBack() bool {
	at := s.lostAt(event.DeviceUntrusted).UnixNano()
	return slices.ContainsFunc(s.c.Regained, func(r custody.Step) bool {
		return r.Kind == event.DeviceTrusted && r.Time <= at+int64(s.need.row.DeviceBack)
	})
}

// revocations are the kinds that end keys and tokens.
var revocations = []event.Kind{event.SecretRevoked, event.TokenRevoked, event.CredentialRevoked}

// endedBy tells whether the end of a token would be seen in its system by a kind
// of event: one that some source shows, else any fitting one.
func (s *sitting) endedBy(t *tokenFacts, k event.Kind) bool {
	if keyKind(t.Kind) && k == event.TokenRevoked || slices.Contains([]string{"refresh-token", "access-token", "session"}, t.Kind) && k != event.TokenRevoked {
		return false
	}
	could := func(k event.Kind) bool {
		return len(s.b.Coverage.Could(Ask{Kind: k.String(), System: t.System, Path: s.flow()})) > 0
	}
	return could(k) || !slices.ContainsFunc(revocations, could)
}

// accessSystems says in which systems' logs the kinds of this file's checks are
// looked for; ok is false for all others.
func (s *sitting) accessSystems(k event.Kind, o *outcome) (systems []string, ok bool) {
	if t, is := element[*tokenFacts](o); is {
		if s.endedBy(t, k) {
			return []string{t.System}, true
		}
		return nil, true
	}
	switch {
	case k == event.SigninSucceeded && o.check.About == "closure":
		systems = slices.Clone(s.c.SessionsKnown)
		for _, a := range s.c.Tokens {
			systems = insert(systems, a.System)
		}
	case k == event.CredentialUsed && o.check.About == "dependents":
		for _, d := range s.deps {
			if d.Basis == byInventory {
				systems = insert(systems, d.System)
			}
		}
		for _, a := range s.c.Tokens {
			if s.nonHuman() {
				systems = insert(systems, a.System)
			}
		}
	case k == event.MFAEnrolled && o.check.About == "execution" && s.need.row.RecoveryNeeded != "reset-with-mfa-reenrolment":
		return nil, true // what is asked stands in the acts themselves
	case k == event.MFAEnrolled && o.check.About == "execution": // wherever the reset was done and factors are logged
		for _, a := range s.c.Steps[custody.Executed] {
			if len(s.b.Coverage.Could(Ask{Kind: k.String(), System: a.System, Path: s.flow()})) > 0 {
				systems = insert(systems, a.System)
			}
		}
	case k == event.MFAEnrolled && o.check.About == "closure", k == event.DeviceTrusted:
		for _, l := range s.c.Lost {
			if (l.Kind == event.DeviceUntrusted) == (k == event.DeviceTrusted) {
				systems = insert(systems, l.System)
			}
		}
	}
	return systems, len(systems) > 0
}

// pursued lists the steps that a check on old access, on what was lost or on
// leaks rests on, beside those of its link.
func (s *sitting) pursued(o *outcome) []custody.Step {
	needs := func(k event.Kind) bool { return slices.Contains(o.check.Needs, k.String()) }
	var out []custody.Step
	switch {
	case o.check.About == "dependents" && needs(event.SecretRotated):
		if d, is := element[*dependentFacts](o); is {
			out = s.readings(d.ID)
		}
	case o.check.About == "closure" && needs(event.SecretRevoked):
		out = s.c.Revivals
	case o.check.About == "closure" && needs(event.SigninSucceeded), o.check.About == "dependents" && needs(event.CredentialUsed):
		for _, a := range s.c.Old {
			out = append(out, custody.Step{Event: a.First}, custody.Step{Event: a.Last})
		}
	case o.check.About == "closure" && (needs(event.MFAEnrolled) || needs(event.DeviceTrusted)):
		out = s.c.Lost
	case o.check.About == "delivery" && needs(event.ResetRequested):
		out = s.c.Leaks
	case o.check.About == "delivery" && needs(event.CredentialDelivered):
		out = s.c.Spent
	}
	return out
}
