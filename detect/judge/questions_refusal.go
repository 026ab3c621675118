package judge

import (
	"slices"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// refusalQuestions ask whether somebody who was turned away got the reset all
// the same.
var refusalQuestions = []question{
	{"turned_away", cel.BoolType, func(s *sitting) (any, error) { return len(s.c.TurnedAway) > 0, nil }},
	{"shopped", cel.StringType, func(s *sitting) (any, error) { return s.shopped() }},
}

// shopped says how a refusal was got round, "" if none was: the reset came about
// through another agent, or by a method that is not stronger. One that the same
// agent answered with the same method or a stronger one is a second try
// (policy.md, rulings). The newest that was got round is told.
func (s *sitting) shopped() (string, error) {
	var unknown error
	for _, r := range slices.Backward(s.c.TurnedAway) {
		how, err := s.gotRound(r)
		if how != "" {
			return s.refusal(r) + "; " + how, nil
		}
		if err != nil {
			unknown = err
		}
	}
	return "", unknown
}

// agent is who ran a verification or decided on an approval: "" where the owner
// tried it himself, a product did it, or nobody is named.
func (s *sitting) agent(st custody.Step) string {
	if st.Kind == event.ResetApproved || st.Kind == event.ResetDenied {
		if who := approver(st); who != s.c.Identity {
			return who
		}
		return ""
	}
	if st.ActorID == s.c.Identity || st.Actor.Type == "system" {
		return ""
	}
	return st.ActorID
}

// gotRound tells in words how a reset came about after a refusal, "" where the
// refusal was answered.
func (s *sitting) gotRound(r custody.Step) (string, error) {
	agent := s.agent(r)
	link, kind := custody.Verified, event.IdentityVerified
	if r.Kind == event.ResetDenied && agent != "" {
		link, kind = custody.Approved, event.ResetApproved
	}
	var later []custody.Step
	for _, v := range s.c.Steps[link] {
		if v.Time > r.Time && v.Time <= s.latest(v.Kind) {
			later = append(later, v)
		}
	}
	if len(later) == 0 {
		if s.blind(kind) {
			return "", cannot("something was refused before the reset, and no source shows what came after (%s)", kind)
		}
		return s.unanswered(link)
	}
	if agent == "" {
		return s.otherWay(r, later)
	}
	return s.otherAgent(r, agent, later)
}

// unanswered: nothing came after a refusal. Where nothing came before it either,
// no-verification or missing-approval says what is wrong.
func (s *sitting) unanswered(link custody.Name) (string, error) {
	named := link == custody.Verified
	if link == custody.Approved {
		n, err := s.approvalsRequired()
		if err != nil {
			return "", err
		}
		named = n > 0
	}
	if named && !slices.ContainsFunc(s.c.Steps[link], func(v custody.Step) bool { return v.Time <= s.latest(v.Kind) }) {
		return "", nil
	}
	return "nothing on record answers it", nil
}

// otherAgent: somebody refused, and somebody else let it pass. What the owner
// proved to a product afterwards was at nobody's discretion: there the method
// decides.
func (s *sitting) otherAgent(r custody.Step, agent string, later []custody.Step) (string, error) {
	var same, own []custody.Step
	unnamed := false
	for _, v := range later {
		who := s.agent(v)
		switch {
		case who == agent:
			same = append(same, v)
		case v.Actor.IsZero() && v.Assigned.IsZero():
			unnamed = true
		case who == "":
			own = append(own, v)
		default:
			if err := s.notAlike(who, agent); err != nil {
				return "", err
			}
		}
	}
	switch {
	case len(same) > 0 && r.Kind == event.ResetDenied:
		return "", nil // thought better of it
	case len(same) > 0:
		return s.otherWay(r, same)
	case unnamed:
		return "", cannot("the record of %s names nobody who ran it", later[0].Kind)
	case len(own) == len(later):
		return s.otherWay(r, own)
	}
	return s.passed(later), nil
}

// otherWay: of one agent, or of the owner's own tries, the method decides.
func (s *sitting) otherWay(r custody.Step, later []custody.Step) (string, error) {
	m := s.need.policy.Methods
	failed := m.Canonical(r.Method)
	for _, v := range later {
		again := failed != "" && m.Canonical(v.Method) == failed
		if again && s.agent(v) == s.agent(r) {
			return "", nil
		}
	}
	bar, known := m.Strength(r.Method)
	reached, told := s.reached(later)
	switch {
	case reached == strongest, known && reached > bar:
		return "", nil
	case known && reached == bar && s.sameFlow(r, later):
		return "", nil
	case !known:
		return "", cannot("the record of what was refused does not say by which method")
	case !told:
		return "", cannot("the record of the verification does not say by which method")
	}
	return s.passed(later), nil
}

// strongest is the top of the scale of verification strength.
const strongest = 4

// sameFlow: one visit to the self-service, in which the owner took another of
// the methods that it offers.
func (s *sitting) sameFlow(r custody.Step, later []custody.Step) bool {
	return s.c.Path == rules.SelfService && r.Correlation != "" && slices.ContainsFunc(later, func(v custody.Step) bool { return v.Correlation == r.Correlation })
}

// refusal says who refused what and when.
func (s *sitting) refusal(r custody.Step) string {
	at := " at " + clock(event.When(r.Time))
	agent, owner := s.agent(r), s.b.Name(s.c.Identity)
	switch {
	case r.Kind == event.ResetDenied && agent != "":
		return s.b.Name(agent) + " denied the reset of " + owner + at
	case r.Kind == event.ResetDenied:
		return "self-service refused " + owner + at
	case agent != "":
		return "a verification of " + owner + " by " + s.b.Name(agent) + by(r.Method) + " failed" + at
	}
	return "a verification of " + owner + by(r.Method) + " failed" + at
}

// passed says who let it pass, and when.
func (s *sitting) passed(later []custody.Step) string {
	v := later[0]
	verb := " verified"
	if v.Kind == event.ResetApproved {
		verb = " approved"
	}
	who := s.b.Name(s.agent(v))
	if who == "" {
		who = s.b.Name(s.c.Identity)
		verb = " was verified"
	}
	return who + verb + by(v.Method) + " at " + clock(event.When(v.Time))
}

func by(method string) string {
	if method == "" {
		return ""
	}
	return " (" + method + ")"
}
