package custody

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// duty is the credential of records by which a directory lays the use of a
// second factor on an account, or lifts it (Entra, per-user authentication).
const duty = "mfa-requirement"

// IsDuty tells whether an event is about the duty to use a factor, not about a
// factor.
func IsDuty(e *event.Event) bool { return e.Credential == duty }

// keptFactors lists the factors of the identity that were enrolled before a
// case and that neither anything before nor the case itself took away, in order
// of enrolment. Only factors whose records carry an id can be followed.
func (f *Fold) keptFactors(c *Case) {
	type factor struct{ system, id string }
	kept := map[factor]Step{}
	for _, s := range f.steps {
		if s.AccountID != f.id || s.Outcome == event.Failure || s.Time > c.Last || IsDuty(s.Event) {
			continue
		}
		key := factor{s.System, strings.ToLower(s.CredentialID)}
		switch s.Kind {
		case event.MFAEnrolled:
			if s.Time < c.Time && s.CredentialID != "" {
				kept[key] = s
			}
		case event.MFARemoved:
			delete(kept, key)
		case event.MFAReset:
			if s.CredentialID != "" {
				delete(kept, key)
				continue
			}
			for k := range kept {
				if k.system == s.System {
					delete(kept, k)
				}
			}
		}
	}
	for _, s := range kept {
		c.KeptFactors = append(c.KeptFactors, s)
	}
	slices.SortFunc(c.KeptFactors, func(a, b Step) int {
		return cmp.Or(byTime(a, b), strings.Compare(a.CredentialID, b.CredentialID))
	})
}
