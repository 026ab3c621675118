package judge

import (
	"testing"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// TestEndsAccess: which record ends which old way into an account.
func TestEndsAccess(t *testing.T) {
	type access struct{ kind, system, id string }
	for _, one := range []struct {
		name string
		e    event.Event
		a    access
		want bool
	}{
		{"a revocation of all tokens ends a refresh token", event.Event{Kind: event.TokenRevoked, System: "entra"}, access{"refresh-token", "entra", "t1"}, true},
		{"and no key", event.Event{Kind: event.TokenRevoked, System: "entra"}, access{"key", "entra", "k1"}, false},
		{"nor a token elsewhere", event.Event{Kind: event.TokenRevoked, System: "entra"}, access{"refresh-token", "okta", "t1"}, false},
		{"a step kept by hand may speak of any system", event.Event{Kind: event.TokenRevoked, System: "resetproof-steps", Format: "resetproof-steps"}, access{"refresh-token", "okta", "t1"}, true},
		{"a key ends by its id", event.Event{Kind: event.CredentialRevoked, System: "aws", CredentialID: "K1"}, access{"key", "aws", "k1"}, true},
		{"and not by another's", event.Event{Kind: event.CredentialRevoked, System: "aws", CredentialID: "K2"}, access{"key", "aws", "k1"}, false},
		{"all sessions of a system", event.Event{Kind: event.SessionRevoked, System: "okta"}, access{"session", "okta", "s1"}, true},
		{"one session", event.Event{Kind: event.SessionRevoked, System: "okta", Session: "s2"}, access{"session", "okta", "s1"}, false},
	} {
		if got := endsAccess(&one.e, one.a.kind, one.a.system, one.a.id); got != one.want {
			t.Errorf("%s: %v", one.name, got)
		}
	}
}

// TestSpentTwice: the second use of one bypass, as far as records tell it from
// another's first.
func TestSpentTwice(t *testing.T) {
	set, err := rules.LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	step := func(kind event.Kind, credential string, minute int, id, session string) custody.Step {
		return custody.Step{Event: &event.Event{Kind: kind, Credential: credential, CredentialID: id, Session: session,
			Time: time.Date(2026, 3, 2, 9, minute, 0, 0, time.UTC).UnixNano()}}
	}
	use := func(minute int, id, session string) custody.Step {
		return step(event.CredentialUsed, "bypass-code", minute, id, session)
	}
	for _, one := range []struct {
		name string
		uses []custody.Step
		want bool
	}{
		{"codes by text message at every sign-in", []custody.Step{step(event.SigninSucceeded, "code", 0, "", "s1"), step(event.SigninSucceeded, "code", 40, "", "s2")}, false},
		{"once", []custody.Step{use(0, "", "")}, false},
		{"again half an hour later", []custody.Step{use(0, "", ""), use(30, "", "")}, true},
		{"two records of one use", []custody.Step{use(0, "", ""), use(1, "", "")}, false},
		{"one session goes on", []custody.Step{use(0, "", "s1"), use(30, "", "s1")}, false},
		{"two sessions", []custody.Step{use(0, "", "s1"), use(30, "", "s2")}, true},
		{"two codes", []custody.Step{use(0, "a", ""), use(30, "b", "")}, false},
	} {
		c := &custody.Case{Spent: one.uses}
		c.Steps[custody.Executed] = []custody.Step{step(event.CredentialIssued, "bypass-code", 0, "", "")}
		s := &sitting{c: c, need: need{policy: set.Versions[0]}}
		if got := s.spentTwice() != nil; got != one.want {
			t.Errorf("%s: %v", one.name, got)
		}
	}
}
