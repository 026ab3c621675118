package judge

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// waiver is an exception with its selector compiled, and what became of it.
type waiver struct {
	*identity.Waiver
	selector cel.Program // nil where none is stated
	blanket  bool        // the selector asks nothing of the case or the identity …
	personal bool        // … or of the identity alone
	approver string      // identity, "" where nobody signed
	ledger   waiverLedger
}

// CompileWaivers type-checks the selectors of the exceptions file, CEL over
// `identity` and `case`, all faults at once. Compile comes first.
func (b *Bench) CompileWaivers(file string) error {
	var errs []error
	b.waivers = nil
	for i := range b.Waivers {
		w := &waiver{Waiver: &b.Waivers[i], approver: b.Identify(b.Waivers[i].ApprovedBy)}
		b.waivers = append(b.waivers, w)
		if w.Selector == "" {
			continue // a defect, not a fault: it covers nothing
		}
		rule := &rules.Check{ID: w.ID, File: file, Lines: map[string]int{"selector": w.Line}}
		ast, prg, err := b.program(b.caseEnv, overCase, rule, "selector", w.Selector, cel.BoolType)
		if e := (*rules.Error)(nil); errors.As(err, &e) {
			_, msg, _ := strings.Cut(e.Msg, "selector: ")
			at := *w.Waiver
			at.File = cmp.Or(at.File, file)
			err = at.Mistake("selector", e.Col-1, "waiver %s, selector: %s: hint: %s", w.ID, msg, e.Hint)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ofIdentity, ofCase := asks(ast, "identity"), asks(ast, "case")
		w.selector, w.blanket, w.personal = prg, !ofIdentity && !ofCase, ofIdentity && !ofCase
	}
	return joined(errs)
}

// asks tells whether an expression names a variable.
func asks(a *cel.Ast, variable string) bool {
	for _, r := range a.NativeRep().ReferenceMap() {
		if r.Name == variable {
			return true
		}
	}
	return false
}

// waived finds the first waiver that covers a check on a case, judged as of
// the time of the reset. A waiver without end or reason covers nothing, nor
// does one signed by its beneficiary. The error is that of one which may be.
func (b *Bench) waived(s *sitting, check string) (*waiver, error) {
	if check == undeclared && s.emergency != nil {
		return s.emergency, nil
	}
	var doubt error
	for _, w := range b.waivers {
		if w.Defect != "" || !slices.Contains(w.Checks, check) || !b.selects(w, s) {
			continue
		}
		err := s.notAlike(w.approver, s.c.Identity)
		if err == nil {
			return w, nil
		}
		if doubt == nil {
			doubt = cannot("the waiver %s holds only if its beneficiary did not sign it: %s", w.ID, err)
		}
	}
	return nil, doubt
}

// undeclared is the check whose waiver declares an emergency.
const undeclared = "undeclared-emergency"

// waivedEmergency gives the waiver that lists undeclared-emergency: it makes the
// path an emergency, the one exception to execution evidence (design.md,
// section 2). It is asked for before the path changes, since its selector may
// speak of the path that the acts show.
func (b *Bench) waivedEmergency(s *sitting) *waiver {
	probe := *s
	probe.identity = probe.person()
	probe.facts = &caseFacts{
		ID: s.c.ID.String(), Time: event.When(s.c.Time), Class: string(s.c.Class), Path: string(s.c.Path), Cause: s.c.Cause,
		System: s.c.Primary.System, Credential: s.c.Primary.Credential, Operator: s.c.Operator, Executors: s.c.Executors(),
		Tier: string(s.tier), s: &probe,
	}
	w, _ := b.waived(&probe, undeclared) // a doubtful one does not change the path
	return w
}

func (b *Bench) selects(w *waiver, s *sitting) bool {
	return s.c.Time >= w.ValidFrom && s.c.Time < w.ValidUntil && b.speaksOf(w, s)
}

// speaksOf: the waiver means this case, whenever it is in force, and was not
// signed by its beneficiary.
func (b *Bench) speaksOf(w *waiver, s *sitting) bool {
	return !w.signedBy(s.c.Identity) && b.picks(w, s)
}

func (w *waiver) signedBy(id string) bool { return w.approver != "" && w.approver == id }

// picks: the selector holds for the case.
func (b *Bench) picks(w *waiver, s *sitting) bool {
	if w.selector == nil {
		return false
	}
	v, _, err := w.selector.Eval(map[string]any{"case": s.facts, "identity": s.identity})
	if err != nil {
		b.fault("waiver " + w.ID + ", selector: " + firstLine(err.Error()))
		return false
	}
	return v.Value() == true
}
