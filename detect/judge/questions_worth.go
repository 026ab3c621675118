package judge

import (
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// worth is whether a verification proves anything.
type worth uint8

const (
	something worth = iota
	perhaps         // no record says whether the method hangs on what was changed
	nothing
)

// contactWords tell in the method of a change of contact data what was changed.
var contactWords = map[string][]string{
	"phone": {"phone", "sms", "mobile", "voice"},
	"mail":  {"mail"},
}

// worth: a method that hangs on contact data changed shortly before, or on a
// factor that this very reset takes away, proves nothing (policy.md, strength 0).
func (s *sitting) worth(v custody.Step) worth {
	if v.Kind != event.IdentityVerified {
		return something // the sign-in of a session
	}
	switch factor := s.need.policy.Methods.Factor(v.Method); factor {
	case "app", "key":
		// A reset of all factors says of none that its owner had it no longer: policy
		// asks administrators for a key and for new factors in one recovery.
		if v.CredentialID != "" && slices.ContainsFunc(s.c.Steps[custody.Executed], func(a custody.Step) bool {
			return a.Kind == event.MFAReset && a.CredentialID == v.CredentialID
		}) {
			return nothing
		}
	case "phone", "mail":
		out := something
		for _, r := range s.c.Risks {
			if r.Kind != event.ContactChanged || r.Time > v.Time {
				continue
			}
			out = max(out, hangsOn(factor, r.Method))
		}
		return out
	}
	return something
}

// hangsOn: what is left of a proof by phone or mail once contact data were
// changed, of which the record says what or does not.
func hangsOn(factor, changed string) worth {
	changed = strings.ToLower(changed)
	names := func(f string) bool {
		return slices.ContainsFunc(contactWords[f], func(w string) bool { return strings.Contains(changed, w) })
	}
	switch {
	case names(factor):
		return nothing
	case names("phone"), names("mail"):
		return something
	}
	return perhaps
}
