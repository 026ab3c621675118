package custody

import (
	"slices"
	"time"

	"resetproof/rules"
)

// absorb makes steps of what an open recovery explains: a factor enrolled, a
// key made or a secret rotated inside its watch is part of it and no case of
// its own (design 3.2).
func (f *Fold) absorb() {
	var kept []*Case
	for _, c := range f.cases {
		explained := false
		if c.Class == rules.Binding || c.Class == rules.Issuance || c.Class == rules.Rotation {
			late := time.Duration(0)
			if !slices.ContainsFunc(c.Steps[Executed], func(a Step) bool { return !f.knownSecret(a.CredentialID) }) {
				late = f.w.Policy(c.Time).Matching.After // a dependent, after its deadline
			}
			for _, r := range f.cases {
				if r.Class == rules.Recovery && r.Time <= c.Time && within(r.Time, c.Time, f.longest(r)+late) {
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
