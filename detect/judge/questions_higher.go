package judge

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// higherQuestions ask whether a reset was the way into a system of a higher
// tier.
var higherQuestions = []question{
	{"higher_known", cel.BoolType, func(s *sitting) (any, error) { return s.higherKnown() }},
}

// rank orders tiers by what can be done with them.
var rank = map[rules.Tier]int{
	rules.Ordinary: 0, rules.Machine: 0, rules.Sensitive: 1, rules.Privileged: 2, rules.PrivilegedMachine: 2, rules.BreakGlass: 2,
}

// higherFacts is the first sign-in to a system of a higher tier.
type higherFacts struct {
	Name   string    `cel:"name"` // application, host or system
	Tier   string    `cel:"tier"`
	System string    `cel:"system"` // whose log tells of it
	Time   time.Time `cel:"time"`
}

// climbed lists the sign-ins in the tier's own watch to systems of a tier above
// the account's. One at which privilege was used for the first time is
// reset-then-privilege's.
func (s *sitting) climbed() []custody.HigherSignin {
	return slices.DeleteFunc(slices.Clone(s.c.Higher), func(h custody.HigherSignin) bool {
		return !s.inWatch(h.Time) || rank[h.Tier] <= rank[s.tier] || s.usedAtOnce(h)
	})
}

// oneLogon is how far apart the records of one log-on lie at most.
const oneLogon = int64(time.Minute)

func (s *sitting) usedAtOnce(h custody.HigherSignin) bool {
	return s.historyKnown() && slices.ContainsFunc(s.c.Uses, func(u custody.Step) bool {
		return strings.EqualFold(u.Host, h.Host) && u.System == h.System && max(u.Time-h.Time, h.Time-u.Time) <= oneLogon
	})
}

// firstClimbs leaves out those of which too little is known of the weeks before
// to call them the first. As with secrets, a fortnight on record must be known.
func (s *sitting) firstClimbs() []custody.HigherSignin {
	return slices.DeleteFunc(s.climbed(), func(h custody.HigherSignin) bool {
		return !s.recorded(h.Step, s.need.policy.Limits.UnknownPlaceHistory)
	})
}

func (s *sitting) higherFacts() []*higherFacts {
	out := []*higherFacts{}
	for _, h := range s.firstClimbs() {
		out = append(out, &higherFacts{h.Name, string(h.Tier), h.System, event.When(h.Time)})
	}
	return out
}

func (s *sitting) higherKnown() (bool, error) {
	if len(s.firstClimbs()) < len(s.climbed()) {
		return false, cannot("a system of a higher tier was signed in to after the reset, and the logs of the %s before it would show whether for the first time (%s)",
			span(s.need.policy.Limits.UnknownPlaceHistory), event.SigninSucceeded)
	}
	return true, nil
}
