package judge

import (
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// The two ways in which a secret is known to depend on an identity.
const (
	byInventory = "inventory"
	byUse       = "use"
)

// dependents lists the secrets that had to be rotated because of this reset
// (policy.md, below the table of tiers): those of the inventory, and those that
// the account was seen to use.
func (s *sitting) dependents() []*dependentFacts {
	var out []*dependentFacts
	for _, d := range s.b.Dependents(s.c.Identity) {
		if !s.every() && !s.minted(d) {
			continue
		}
		f := s.rotation(&dependentFacts{ID: d.ID, Kind: d.Kind, System: d.System, Owner: s.b.Name(s.b.Identify(d.Owner)), Basis: byInventory, Used: event.When(0)})
		s.listedRotation(f, d)
		same := func(o *dependentFacts) bool { return o.ID == f.ID && o.System == f.System }
		switch i := slices.IndexFunc(out, same); {
		case i < 0:
			out = append(out, f)
		case f.Rotated && !out[i].Rotated: // of two rows for one secret the later is true
			out[i] = f
		}
	}
	return append(out, s.learned()...)
}

// learned lists the secrets that only their use shows to depend on the account.
// Those that it rotates for others, by the inventory, do not.
func (s *sitting) learned() []*dependentFacts {
	var out []*dependentFacts
	for _, l := range s.c.Learned {
		if slices.ContainsFunc(s.b.Dependents(s.c.Identity), func(d identity.Secret) bool { return sameSecret(l.ID, d.ID) }) {
			continue
		}
		f := s.rotation(&dependentFacts{ID: l.ID, Kind: l.Last.Credential, System: l.System, Basis: byUse, Used: event.When(l.Last.Time)})
		rotates := false
		for _, d := range s.b.Secrets(l.ID) {
			rotates = rotates || d.Rotator != "" && s.b.Identify(d.Rotator) == s.c.Identity
			s.listedRotation(f, d)
		}
		if !rotates || s.c.Cause == "compromise" {
			out = append(out, f)
		}
	}
	return out
}

// rotation looks for the step by which a dependent was replaced or revoked.
func (s *sitting) rotation(f *dependentFacts) *dependentFacts {
	f.At = event.When(0)
	from := s.c.Time - int64(s.need.policy.Matching.ClockTolerance)
	for _, e := range s.c.Steps[custody.Dependents] {
		if sameSecret(e.CredentialID, f.ID) && e.Time >= from {
			f.Rotated, f.At, f.Proof, f.Event = true, event.When(e.Time), "log", e.Event.ID.String()
			break
		}
	}
	if f.Rotated || !slices.Contains(tokenKinds, f.Kind) {
		return f
	}
	// A token is not rotated but ended, by itself or with all others.
	for _, e := range s.c.Steps[custody.Closed] {
		if e.Time >= from && endsAccess(e.Event, f.Kind, f.System, f.ID) && s.revived(f.ID) == nil {
			f.Rotated, f.At, f.Proof, f.Event = true, event.When(e.Time), "log", e.Event.ID.String()
			break
		}
	}
	return f
}

// listedRotation takes the inventory's word where no log shows a rotation.
func (s *sitting) listedRotation(f *dependentFacts, d identity.Secret) {
	if !f.Rotated && d.RotatedAt >= s.c.Time {
		f.Rotated, f.At, f.Proof = true, event.When(d.RotatedAt), byInventory
	}
}

// readings lists the reading of a secret that shows it to depend on the account.
func (s *sitting) readings(secret string) []custody.Step {
	var out []custody.Step
	for i, l := range s.c.Learned {
		if l.ID == secret {
			out = append(out, custody.Step{Event: &s.c.Learned[i].Last})
		}
	}
	return out
}

var mintedKinds = []string{"session", "refresh-token", "app-password"}

// minted: the secret contains, or was made with, the replaced one.
func (s *sitting) minted(d identity.Secret) bool {
	return slices.Contains(mintedKinds, d.Kind) || s.b.Identify(d.ID) == s.c.Identity || d.MintedBy != "" && s.b.Identify(d.MintedBy) == s.c.Identity
}

// sameSecret compares a secret's name in a log with the inventory's: AWS adds a
// random suffix to the ARN of a secret (sources.md 6).
func sameSecret(logged, listed string) bool {
	return logged != "" && (strings.EqualFold(logged, listed) || strings.HasSuffix(strings.ToLower(logged), ":"+strings.ToLower(listed)))
}
