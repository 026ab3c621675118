package judge

import (
	"slices"

	"cel.dev/cel-go/cel"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// waiver is an exception with its selector compiled.
type waiver struct {
	*identity.Waiver
	selector cel.Program
}

// CompileWaivers type-checks the selectors of the exceptions file, CEL over
// `identity` and `case`. Compile comes first.
func (b *Bench) CompileWaivers(file string) error {
	b.waivers = nil
	for i := range b.Waivers {
		w := &b.Waivers[i]
		rule := &rules.Check{ID: w.ID, File: file, Lines: map[string]int{"selector": w.Line}}
		_, prg, err := b.program(b.caseEnv, rule, "selector", w.Selector, cel.BoolType)
		if err != nil {
			return err
		}
		b.waivers = append(b.waivers, &waiver{w, prg})
	}
	return nil
}

// waived finds the first waiver that covers a check on a case, judged as of
// the time of the reset. A waiver without end or reason covers nothing, nor
// does one signed by its beneficiary.
func (b *Bench) waived(s *sitting, check string) *waiver {
	if check == undeclared && s.emergency != nil {
		return s.emergency
	}
	for _, w := range b.waivers {
		if w.Defect == "" && slices.Contains(w.Checks, check) && b.selects(w, s) {
			return w
		}
	}
	return nil
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
	return b.waived(&probe, undeclared)
}

func (b *Bench) selects(w *waiver, s *sitting) bool {
	return s.c.Time >= w.ValidFrom && s.c.Time < w.ValidUntil && b.speaksOf(w, s)
}

// speaksOf: the waiver means this case, whenever it is in force, and was not
// signed by its beneficiary.
func (b *Bench) speaksOf(w *waiver, s *sitting) bool {
	if w.ApprovedBy != "" && b.Identify(w.ApprovedBy) == s.c.Identity {
		return false
	}
	v, _, err := w.selector.Eval(map[string]any{"case": s.facts, "identity": s.identity})
	if err != nil {
		b.fault("waiver " + w.ID + ", selector: " + firstLine(err.Error()))
		return false
	}
	return v.Value() == true
}
