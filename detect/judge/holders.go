package judge

import (
	"slices"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// holderFacts is somebody, or some place, that began to use a credential after
// the reset.
type holderFacts struct {
	Secret string    `cel:"secret"` // the dependent used, "" for the account's own credential
	Name   string    `cel:"name"`   // who, "" where only the place is new
	Place  string    `cel:"place"`
	System string    `cel:"system"`
	Time   time.Time `cel:"time"`

	use *event.Event
}

// holders lists those that are new, and tells whether some could not be told.
func (s *sitting) holders() (news []*holderFacts, untold bool) {
	news = []*holderFacts{}
	for _, h := range s.c.Holders {
		if !s.inWatch(h.Use.Time) || s.expected(h) {
			continue
		}
		if !h.Told && !(h.Principal != "" && s.users(h.Secret) && s.recorded(custody.Step{Event: h.Use}, s.need.policy.Limits.UnknownPlaceHistory)) {
			untold = true
			continue
		}
		f := &holderFacts{Secret: h.Secret, Place: h.Place, System: h.Use.System, Time: event.When(h.Use.Time), use: h.Use}
		if h.Principal != "" {
			f.Name = s.b.Name(h.Principal)
		}
		news = append(news, f)
	}
	return news, untold
}

// expected: who carried the reset out tries what he gave, the owner holds it,
// and the inventory or the roster may list the user or the place.
func (s *sitting) expected(h custody.Holder) bool {
	if h.Principal == "" {
		return s.row != nil && slices.ContainsFunc(slices.Concat(s.row.Devices, s.row.HomePlaces), func(p string) bool { return strings.EqualFold(p, h.Place) })
	}
	if slices.Contains(s.c.Executors(), h.Principal) {
		return true
	}
	rows, named := s.b.Listed(s.c.Identity), []string{}
	if h.Secret != "" {
		rows = s.b.Secrets(h.Secret)
	}
	if s.row != nil {
		named = append(named, s.row.Owner)
		named = append(named, s.row.Delegates...)
	}
	for _, d := range rows {
		named = append(named, d.Owner, d.MintedBy, d.Rotator)
		named = append(named, d.UsedBy...)
	}
	return slices.ContainsFunc(named, func(who string) bool { return who != "" && s.b.Identify(who) == h.Principal })
}

// users tells whether the inventory lists who uses a secret.
func (s *sitting) users(secret string) bool {
	return secret != "" && slices.ContainsFunc(s.b.Secrets(secret), func(d identity.Secret) bool { return len(d.UsedBy) > 0 })
}

// holdersKnown: every use after the reset could be compared with those before.
func (s *sitting) holdersKnown() (bool, error) {
	if news, untold := s.holders(); untold && len(news) == 0 {
		l := s.need.policy.Limits
		return false, cannot("too little is known of who used the credential before to say whether its use after the reset is new: %d uses over %s would show it", l.UnknownPlaceSignins, span(l.UnknownPlaceHistory))
	}
	return true, nil
}

// useSystems says where a check on the use of a program's credential looks: for
// sign-ins in the system of the reset, for the use of a key in the system that
// the reset gave it in, for the reading of secrets and of other keys everywhere.
func (s *sitting) useSystems(k event.Kind, o *outcome) (systems []string, ok bool) {
	if o.check.About != "dependents" || !slices.Contains(o.check.Needs, event.SecretAccessed.String()) {
		return nil, false
	}
	if k == event.SigninSucceeded {
		return []string{s.c.Primary.System}, true
	}
	if k == event.CredentialUsed {
		for _, a := range s.c.Steps[custody.Executed] {
			if keyKind(a.Credential) {
				systems = insert(systems, a.System)
			}
		}
	}
	if len(systems) > 0 {
		return systems, true
	}
	return []string{""}, true
}
