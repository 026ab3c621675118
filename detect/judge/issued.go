package judge

import (
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// issuedFacts is a key, secret or password that the case gave and that has a
// limit, with what became of it.
type issuedFacts struct {
	ID      string        `cel:"id"`   // "" for a password
	What    string        `cel:"what"` // key, secret, password …
	System  string        `cel:"system"`
	Since   time.Time     `cel:"since"`
	Limit   time.Duration `cel:"limit"`
	Basis   string        `cel:"basis"` // of the limit: inventory or policy
	Due     time.Time     `cel:"due"`
	Ended   bool          `cel:"ended"` // revoked, replaced or run out, on record
	EndedAt time.Time     `cel:"ended_at"`

	given *custody.Issued
}

// kept are the kinds of what is delivered that live on; how long the others may
// live the checks of delivery ask.
var kept = []string{"key", "secret"}

// issued lists what the case gave and how long it may live: as the inventory
// says of its row (of a password: of the row that bears the account's name), or
// else the policy of its kind.
func (s *sitting) issued() []*issuedFacts {
	var out []*issuedFacts
	for i := range s.c.Given {
		g := &s.c.Given[i]
		limit, basis := s.limit(g)
		if limit == 0 {
			continue
		}
		f := &issuedFacts{
			ID: g.CredentialID, What: g.Credential, System: g.System, Since: event.When(g.Time), Limit: limit, Basis: basis,
			Due: event.When(g.Time + int64(limit)), EndedAt: event.When(0), given: g,
		}
		end := g.Expires
		if g.Ended != nil && (end == 0 || g.Ended.Time < end) {
			end = g.Ended.Time
		}
		if end != 0 {
			f.Ended, f.EndedAt = true, event.When(end)
		}
		out = append(out, f)
	}
	return out
}

func (s *sitting) limit(g *custody.Issued) (limit time.Duration, basis string) {
	rows := s.b.Listed(s.c.Identity)
	if g.CredentialID != "" {
		rows = s.b.Secrets(g.CredentialID)
	}
	for _, d := range rows {
		if d.MaxAge > 0 && (limit == 0 || d.MaxAge < limit) {
			limit, basis = d.MaxAge, byInventory
		}
	}
	if limit != 0 {
		return limit, basis
	}
	m := s.need.policy.Methods
	for _, word := range []string{g.Credential, g.Method} {
		if kind := m.Delivered(word); slices.Contains(kept, kind) && s.need.row.Life[kind] > 0 {
			return s.need.row.Life[kind], "policy"
		}
	}
	return 0, ""
}

// endKinds are the kinds that end a password, or anything else that was given.
func (f *issuedFacts) endKinds() []event.Kind {
	if f.ID == "" {
		return []event.Kind{event.ResetExecuted}
	}
	return []event.Kind{event.SecretRotated, event.SecretRevoked, event.CredentialRevoked}
}

// endSystems says where the end of what was given is looked for: by a kind that
// some source shows of its system, else by any fitting one.
func (s *sitting) endSystems(f *issuedFacts, k event.Kind) []string {
	could := func(k event.Kind) bool {
		return len(s.b.Coverage.Could(Ask{Kind: k.String(), System: f.System, Path: s.flow()})) > 0
	}
	kinds := f.endKinds()
	if !slices.Contains(kinds, k) || !could(k) && slices.ContainsFunc(kinds, could) {
		return nil
	}
	return []string{f.System}
}
