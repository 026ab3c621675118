package report

import (
	"strings"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// reviews finds the decision that somebody took on a finding or on its case.
type reviews struct {
	byID     map[[16]byte][]*identity.Review
	now      int64
	identify func(name string) string
}

// newReviews takes those decisions that hold at now, UTC nanoseconds.
func newReviews(list []identity.Review, now int64, identify func(string) string) *reviews {
	v := &reviews{byID: map[[16]byte][]*identity.Review{}, now: now, identify: identify}
	for i := range list {
		r := &list[i]
		id, err := parseID("review", strings.ToLower(r.CaseOrFinding))
		if err == nil && r.Decision != "" && r.Reviewer != "" && r.Time <= now && (r.Until == 0 || now < r.Until) {
			v.byID[id] = append(v.byID[id], r)
		}
	}
	return v
}

// of gives the latest decision on a finding by somebody who neither carried the
// reset out nor gained by it, nil for none.
func (v *reviews) of(f *savedFinding) *identity.Review {
	var last *identity.Review
	if len(v.byID) == 0 {
		return nil
	}
	for _, id := range namesOf(f) {
		for _, r := range v.byID[id] {
			if !selfish(v.identify, r.Reviewer, &f.Finding) && (last == nil || r.Time > last.Time) {
				last = r
			}
		}
	}
	return last
}

// namesOf are the ids by which a finding may be spoken of: its own, those it
// has by its case's other ids, and those of its case.
func namesOf(f *savedFinding) [][16]byte {
	ids := [][16]byte{idOf(f.ID)}
	for _, a := range f.CaseAliases {
		ids = append(ids, event.Hash(f.Check, a, f.Key))
	}
	return append(ids, caseIDs(&f.Finding)...)
}

// selfish tells that somebody speaks in his own cause: whose account was reset,
// or who reset it.
func selfish(identify func(string) string, who string, f *judge.Finding) bool {
	id := who
	if identify != nil {
		id = identify(who)
	}
	for _, other := range []*string{f.Identity, f.Operator} {
		if other != nil && (strings.EqualFold(*other, id) || strings.EqualFold(*other, who)) {
			return true
		}
	}
	return false
}

// atTime is " at" and a time to the second, "" for none.
func atTime(ns int64) string {
	if ns == 0 {
		return ""
	}
	return " at " + event.When(ns).Format("2006-01-02 15:04:05 UTC")
}
