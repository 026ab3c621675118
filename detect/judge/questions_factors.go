package judge

import (
	"slices"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// factorQuestions ask whether a case left nothing of the old ways to sign in.
var factorQuestions = []question{
	{"all_replaced", cel.BoolType, func(s *sitting) (any, error) { return s.allReplaced() }},
	{"proof", cel.IntType, func(s *sitting) (any, error) { return s.strengthShown() }},
}

// allReplaced: one assisted case gave the password and every second factor
// anew. A reset of the factors without an id takes all of its system; of single
// ones that were taken, somebody must know what was left.
func (s *sitting) allReplaced() (bool, error) {
	var whole, single bool
	var systems []string
	for _, st := range slices.Concat(s.c.Steps[custody.Executed], s.c.Lost) {
		switch {
		case st.Kind == event.MFAReset && st.CredentialID == "":
			whole = true
		case st.Kind == event.MFAReset, st.Kind == event.MFARemoved && st.Time <= s.c.Last && !custody.IsDuty(st.Event):
			single, systems = true, insert(systems, st.System)
		}
	}
	if !s.newPassword() || !whole && !single {
		return false, nil
	}
	if !whole {
		left := slices.ContainsFunc(s.c.KeptFactors, func(f custody.Step) bool { return slices.Contains(systems, f.System) })
		if left {
			return false, nil
		}
		return false, cannot("a factor was taken with the password, and no record says whether another one was left")
	}
	if s.c.Path == rules.UnknownPath {
		return false, cannot("no record names who carried the reset out, so the path it took is not known")
	}
	return true, nil
}

// newPassword: the case set a password; to make one expire hands nothing over.
func (s *sitting) newPassword() bool {
	return slices.ContainsFunc(s.c.Steps[custody.Executed], func(a custody.Step) bool {
		return a.Kind == event.ResetExecuted && a.Credential == "password" && a.Method != "expire"
	})
}

// strengthShown is the strength of the verifications before the execution,
// whatever the case's own bar.
func (s *sitting) strengthShown() (int, error) {
	n, known := s.reached(s.c.Steps[custody.Verified])
	switch {
	case n == strongest:
	case !known:
		return 0, cannot("the record of the verification does not say by which method")
	case n == 0 && s.blind(event.IdentityVerified):
		return 0, cannot("no source shows verifications: a record of caller checks would (%s)", event.IdentityVerified)
	}
	return n, nil
}
