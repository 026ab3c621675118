package judge

import (
	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// automationQuestions ask who answers for the automations that had a part in a
// reset.
var automationQuestions = []question{
	{"automated_parts", cel.BoolType, func(s *sitting) (any, error) { return len(s.automations()) > 0, nil }},
	{"ownerless", cel.StringType, func(s *sitting) (any, error) { return s.ownerless() }},
}

// automation is an app, a service or an agent that had a part in a case.
type automation struct {
	id       string
	part     string // in words
	approved bool
	time     int64
}

// parts are the links of a chain that somebody must answer for, in words.
var parts = []struct {
	name custody.Name
	verb string
}{{custody.Executed, "carried out"}, {custody.Approved, "approved"}, {custody.Verified, "verified the owner for"}}

// automations lists them, each part of each once. Synchronisation accounts and
// listed reset tools pass on what somebody else did, a product's own name says
// nothing of who runs it, and what replaces its own secret is asked about only
// where the roster knows it.
func (s *sitting) automations() []automation {
	var out []automation
	seen := map[[2]string]bool{}
	needed, err := s.approvalsRequired()
	for _, p := range parts {
		if p.name == custody.Approved && err == nil && needed == 0 {
			continue // what nobody has to decide is no decision
		}
		for _, st := range s.c.Steps[p.name] {
			id := st.ActorID
			if id == "" || st.Actor.Type == "system" || seen[[2]string{id, p.verb}] || custody.Synchronises(st.Actor) || s.b.World.ResetTool(st.Actor, st.Time) ||
				!s.automatic(st) || id == s.c.Identity && s.row == nil {
				continue
			}
			seen[[2]string{id, p.verb}] = true
			out = append(out, automation{id, p.verb, p.name == custody.Approved, st.Time})
		}
	}
	return out
}

// automatic: the roster calls the actor a service or workload, or no roster
// knows it and its record calls it an app or service.
func (s *sitting) automatic(st custody.Step) bool {
	if row := s.b.World.Row(st.ActorID, st.Time); row != nil {
		return row.Kind == identity.Service || row.Kind == identity.Workload
	}
	return st.Actor.Type == "app" || st.Actor.Type == "service"
}

// ownerless says which automation nobody answers for, "" for none: one without
// an owner, or one that decided alone and that policy does not list.
func (s *sitting) ownerless() (string, error) {
	var unknown error
	for _, a := range s.automations() {
		what, err := s.unowned(a)
		if what != "" {
			return what, nil
		}
		if err != nil {
			unknown = err
		}
	}
	if unknown == nil && s.approversUnseen() {
		unknown = cannot("whether an automation approved the reset no source shows (%s)", event.ResetApproved)
	}
	return "", unknown
}

func (s *sitting) unowned(a automation) (string, error) {
	name, row := s.b.Name(a.id), s.b.World.Row(a.id, a.time)
	registered := s.b.pipeline(a.id, a.time)
	switch {
	case row == nil && !registered:
		return "", cannot("no roster says who owns %s", name)
	case row != nil && row.Owner == "":
		return name + ", an automation that nobody owns, " + a.part, nil
	case row != nil && s.gone(row.Owner, a.time):
		return name + ", an automation whose owner " + s.b.Name(s.b.Identify(row.Owner)) + " had left, " + a.part, nil
	case a.approved && !registered && !s.personApproved():
		return name + ", an automation that the policy does not list, alone " + a.part, nil
	}
	return "", nil
}

// gone: the roster knows somebody, and his engagement had ended.
func (s *sitting) gone(name string, t int64) bool {
	row := s.b.World.Row(s.b.Identify(name), t)
	return row != nil && !row.InForce
}

// personApproved: some approval is a person's.
func (s *sitting) personApproved() bool {
	for _, a := range s.c.Steps[custody.Approved] {
		who := approver(a)
		if who != "" && (who != a.ActorID || !s.automatic(a)) {
			return true
		}
	}
	return false
}
