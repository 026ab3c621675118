package custody

import (
	"slices"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// keyMade: a key of the account itself was made or replaced, upon which the
// secrets that hang on the account are. Between two secrets neither is known to
// be the reason for the other.
func keyMade(c *Case) bool {
	return (c.Class == rules.Issuance || c.Class == rules.Rotation) && slices.ContainsFunc(c.Steps[Executed], func(a Step) bool {
		return a.Kind == event.CredentialIssued && opens(a.Credential)
	})
}

// absorb makes steps of what an open recovery explains: a factor enrolled, a
// key made or a secret rotated inside its watch is part of it and no case of
// its own (design 3.2).
func (f *Fold) absorb() {
	var kept []*Case
	for _, c := range f.cases {
		explained := false
		if c.Class == rules.Binding || c.Class == rules.Issuance || c.Class == rules.Rotation {
			late := time.Duration(0)
			dependent := !slices.ContainsFunc(c.Steps[Executed], func(a Step) bool { return !f.knownSecret(a.CredentialID) })
			if dependent {
				late = f.w.Policy(c.Time).Matching.After // after its deadline
			}
			for _, r := range f.cases {
				if r == c || r.Time > c.Time || !within(r.Time, c.Time, f.longest(r)+late) {
					continue
				}
				if r.Class == rules.Recovery || dependent && keyMade(r) {
					explained = true
				}
			}
		}
		if !explained {
			kept = append(kept, c)
		}
	}
	f.cases = kept
}
