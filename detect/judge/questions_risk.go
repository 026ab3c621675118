package judge

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// riskQuestions ask what spoke for caution before a reset, and how the way to
// recover compares with the way to sign in.
var riskQuestions = []question{
	{"risk", cel.StringType, func(s *sitting) (any, error) { return s.risk() }},
	{"step_up_strength", cel.IntType, func(s *sitting) (any, error) { return s.stepUpStrength() }},
	{"recovery_strength", cel.IntType, func(s *sitting) (any, error) { return s.recoveryStrength() }},
	{"login_strength", cel.IntType, func(s *sitting) (any, error) { return s.loginStrength() }},
	{"login", cel.StringType, func(s *sitting) (any, error) { return s.login(), nil }},
}

// signal is one sign that asks for a stronger verification.
type signal struct {
	text string
	time int64 // UTC nanoseconds; 0 for one that holds for the whole case
}

// signalNames say in words what a record before the reset warns of.
var signalNames = map[event.Kind]string{
	event.ContactChanged:     "recovery data were changed",
	event.RiskDetected:       "the product reported a risk",
	event.VerificationFailed: "a verification failed",
	event.ResetDenied:        "a reset was refused",
}

// callersWords in a method say that the number or address came from the caller.
var callersWords = []string{"supplied by caller", "supplied by the caller", "given by caller", "given by the caller", "caller-supplied", "caller supplied", "provided by caller", "provided by the caller"}

// signals lists the risk signals of a case (policy.md, "Risk signals").
func (s *sitting) signals() []signal {
	var out []signal
	for _, r := range s.c.Risks {
		out = append(out, signal{signalNames[r.Kind] + " at " + clock(event.When(r.Time)), r.Time})
	}
	for _, a := range s.c.Asked {
		if a.PlaceKnown == custody.Unfamiliar {
			out = append(out, signal{"it was asked for from " + a.Place + ", new for the owner, at " + clock(event.When(a.Time)), a.Time})
		}
	}
	for _, v := range s.c.Steps[custody.Verified] {
		if v.Time <= s.c.Time && slices.ContainsFunc(callersWords, func(w string) bool { return strings.Contains(strings.ToLower(v.Method), w) }) {
			out = append(out, signal{"the caller gave the number himself at " + clock(event.When(v.Time)), v.Time})
		}
	}
	reach := int64(s.need.policy.Limits.OperatorReset)
	for _, who := range s.c.Executors() {
		if at := s.b.World.Tickets.LastRecovery(who, s.c.Time-reach, s.c.Time-1); at != 0 && who != s.c.Identity {
			out = append(out, signal{"the operator's own account was reset at " + clock(event.When(at)), at})
		}
	}
	if s.replacesAll() {
		out = append(out, signal{"password and factors were replaced at once", 0})
	}
	return out
}

// replacesAll: the case gives the password and the factors anew.
func (s *sitting) replacesAll() bool {
	acts := s.c.Steps[custody.Executed]
	return slices.ContainsFunc(acts, func(a custody.Step) bool { return a.Kind == event.MFAReset }) &&
		slices.ContainsFunc(acts, func(a custody.Step) bool { return a.Kind == event.ResetExecuted && a.Credential == "password" })
}

// newest is the signal that a step-up must answer: the last one.
func newest(all []signal) signal {
	last := all[0]
	for _, g := range all[1:] {
		if g.time > last.time {
			last = g
		}
	}
	return last
}

// risk says what the newest signal is, "" if there is none. A request from a
// place that cannot be compared leaves it open.
func (s *sitting) risk() (string, error) {
	if all := s.signals(); len(all) > 0 {
		return newest(all).text, nil
	}
	for _, a := range s.c.Asked {
		if a.Place != "" && a.PlaceKnown == custody.Untold {
			return "", cannot("too little is known of where the owner signs in to say whether the place of the request is new: %d sign-ins over %s would show it",
				s.need.policy.Limits.UnknownPlaceSignins, span(s.need.policy.Limits.UnknownPlaceHistory))
		}
	}
	return "", nil
}

// stepUpStrength is the strength of what was verified after the newest signal.
func (s *sitting) stepUpStrength() (int, error) {
	all := s.signals()
	if len(all) == 0 {
		return 0, nil
	}
	after := newest(all).time
	var later []custody.Step
	for _, v := range s.c.Steps[custody.Verified] {
		if v.Time > after {
			later = append(later, v)
		}
	}
	n, known := s.reached(later)
	if most, all := s.counted(later, perhaps); all && len(later) > 0 && most < s.need.row.StepUp {
		return most, nil
	}
	if !known && n < s.need.row.StepUp {
		return 0, cannot("the record of the verification does not say by which method")
	}
	if len(later) == 0 && s.blind(event.IdentityVerified) {
		return 0, cannot("no source shows verifications: a record of caller checks would (%s)", event.IdentityVerified)
	}
	return n, nil
}

// reached is the strength of verifications before the execution, taken
// together; known is false if one of them states no method that policy knows.
func (s *sitting) reached(steps []custody.Step) (strength int, known bool) {
	return s.counted(steps, something)
}

// counted is the same of those worth no less than the worst.
func (s *sitting) counted(steps []custody.Step, worst worth) (strength int, known bool) {
	var methods []string
	known = true
	for _, v := range steps {
		if v.Time > s.latest(v.Kind) {
			continue
		}
		_, ok := s.need.policy.Methods.Strength(v.Method)
		switch worth := s.worth(v); {
		case worth == nothing:
		case worth <= worst && ok:
			methods = append(methods, v.Method)
		default:
			known = false
		}
	}
	n, _ := s.need.policy.Methods.Combine(methods)
	return n, known
}

// recoveryStrength is how strong the recovery's own verification was.
func (s *sitting) recoveryStrength() (int, error) {
	n, known := s.reached(s.c.Steps[custody.Verified])
	if login, err := s.loginStrength(); !known && (err != nil || n < login) {
		return 0, cannot("the record of the verification does not say by which method")
	}
	return n, nil
}

// loginStrength is the strength of the strongest sign-in of the owner before.
func (s *sitting) loginStrength() (int, error) {
	if s.c.Login == nil {
		return 0, cannot("no record of a sign-in before the reset says by which method the owner signs in (%s)", event.SigninSucceeded)
	}
	n, _ := s.need.policy.Methods.Strength(s.c.Login.Method)
	return n, nil
}

// login describes that sign-in, "" if there is none.
func (s *sitting) login() string {
	if s.c.Login == nil {
		return ""
	}
	return s.c.Login.Method + " at " + clock(event.When(s.c.Login.Time))
}
