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

// watchOnly are the classes of which little but the watch is asked (policy.md,
// "The other classes").
var watchOnly = []rules.Class{rules.Binding, rules.Unlock}

// watches tells whether a case that is little but a watch explains a key: the
// person himself made it inside the watch, and no approved ticket of its own
// speaks for it. What others make for him, and the keys of programs, stand for
// themselves: more is asked of them than a watch looks at.
func (f *Fold) watches(r, c *Case) bool {
	if !slices.Contains(watchOnly, r.Class) || c.Class != rules.Issuance && c.Class != rules.Rotation || f.w.NonHuman(f.id, c.Time) {
		return false
	}
	watch := time.Duration(0)
	for _, row := range f.w.Policy(r.Time).Rows(f.w.tier(f.id, r.Time)) {
		watch = max(watch, row.Watch)
	}
	return within(r.Time, c.Time, watch) && !slices.ContainsFunc(c.Steps[Executed], func(a Step) bool {
		return !f.byOwner(a) || f.approvedOtherwise(a)
	})
}

// absorb makes steps of what an open case explains: a factor enrolled, a key
// made or a secret rotated inside the watch of a recovery is part of it and no
// case of its own (design 3.2), and so is a key that the owner makes inside the
// watch of a factor or an unlock.
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
				if r.Class == rules.Recovery || dependent && keyMade(r) || slices.Contains(kept, r) && f.watches(r, c) {
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
