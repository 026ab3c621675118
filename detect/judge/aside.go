package judge

import (
	"errors"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// Aside is what judging knows of a case beyond its record. The first screen
// goes by it; no file holds it.
type Aside struct {
	// Blind gives, for each check that is not assessable because no source shows
	// some kinds, those kinds, sorted. Checks whose reason is another (the
	// roster, a gap, an ambiguous name) are absent.
	Blind map[string][]Lack
	// Operator is the display name of the one who carried the reset out, "" where
	// nobody is named.
	Operator string
	// Strength of the verifications on record, taken together, on the policy's
	// scale (0 to 4); nil where none is on record or its method is not known.
	Strength *int
	// Elements are the elements of the lists that checks go over, with what was
	// said of each; those with a finding are left out.
	Elements []Element
	// Name and Unit are the beneficiary's display name, and the unit the roster
	// puts them in.
	Name, Unit string
	// Approvals and Verification are what policy asks of the case: how many must
	// approve, how strong the verification must be; 0 for none, -1 where the
	// records do not tell.
	Approvals, Verification int
}

// Element is one element of the list that a check goes over.
type Element struct {
	Check   string  `json:"check"`
	Key     string  `json:"key"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why"` // of a not-assessable one
}

// Lack is a kind of event that no given source could show.
type Lack struct {
	Kind string
	// System is where the act would be logged; "" for a step of the process,
	// which any source may show.
	System string
}

// aside looks at a case once every check was applied.
func (s *sitting) aside(all []*outcome) Aside {
	a := Aside{Blind: map[string][]Lack{}, Operator: s.b.Name(s.c.Operator), Strength: s.proof(), Name: s.identity.Name, Unit: s.identity.Unit}
	a.Approvals, a.Verification = s.asked()
	for _, o := range all {
		if o.key != "" && o.verdict != NotMet && o.verdict != Excepted {
			a.Elements = append(a.Elements, Element{o.check.ID, o.key, o.verdict, o.why})
		}
		if o.verdict != NotAssessable {
			continue
		}
		lacks := a.Blind[o.check.ID]
		for _, need := range o.check.Needs {
			kind, _ := event.ParseKind(need) // refused at load if unknown
			for _, system := range s.systemsOf(kind, o) {
				lacks = s.lack(lacks, kind, system)
			}
		}
		for _, kind := range o.lacks {
			lacks = s.lack(lacks, kind, s.c.Primary.System)
		}
		if len(lacks) > 0 {
			slices.SortFunc(lacks, Lack.Compare)
			a.Blind[o.check.ID] = lacks
		}
	}
	return a
}

// asked is Aside.Approvals and Aside.Verification.
func (s *sitting) asked() (approvals, verification int) {
	if s.need.judged(s.c.Class, "approval") {
		n, err := s.approvalsRequired()
		if approvals = n; err != nil {
			approvals = -1
		}
	}
	if s.need.judged(s.c.Class, "verification") && !slices.Contains(s.need.policy.SessionVerification, s.c.Class) {
		n, err := s.bar()
		if verification = n; err != nil {
			verification = -1
		}
	}
	return approvals, verification
}

// lack adds a kind that no source could show.
func (s *sitting) lack(to []Lack, kind event.Kind, system string) []Lack {
	l := Lack{kind.String(), system}
	if slices.Contains(processKinds, l.Kind) {
		l.System = ""
	}
	could := s.b.Coverage.Could(Ask{Kind: l.Kind, System: l.System, Path: s.flow()})
	if len(could) > 0 || slices.Contains(to, l) {
		return to
	}
	return append(to, l)
}

// Compare orders by kind, then system.
func (l Lack) Compare(m Lack) int {
	if by := strings.Compare(l.Kind, m.Kind); by != 0 {
		return by
	}
	return strings.Compare(l.System, m.System)
}

// proof is Aside.Strength.
func (s *sitting) proof() *int {
	n, err := s.verificationStrength()
	if err != nil || len(s.c.Steps[custody.Verified]) == 0 {
		return nil
	}
	return &n
}

// cannot notes why a check is not assessable, and the kinds that would help.
func (o *outcome) cannot(err error) {
	o.verdict, o.why = NotAssessable, err.Error()
	var u unassessable
	if errors.As(err, &u) {
		o.lacks = u.lacks
	}
}
