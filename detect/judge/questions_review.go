package judge

import (
	"slices"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// reviewQuestions ask whether somebody who had no part in a reset looked at it
// afterwards.
var reviewQuestions = []question{
	{"validated", cel.BoolType, func(s *sitting) (any, error) { return s.validated() }},
	{"review_defect", cel.StringType, func(s *sitting) (any, error) { return s.reviewDefect(), nil }},
}

// part says what part somebody had in the case, "" for none: a reviewer is
// independent who neither executed nor approved it nor benefits from it
// (policy.md, rulings).
func (s *sitting) part(who string) string {
	switch {
	case who == s.c.Identity:
		return "owns the account"
	case slices.Contains(s.c.Executors(), who):
		return "carried the reset out"
	case slices.ContainsFunc(s.c.Steps[custody.Approved], func(a custody.Step) bool { return approver(a) == who }):
		return "approved the reset"
	}
	return ""
}

// validated: somebody independent reviewed the case in time, which counts from
// the execution.
func (s *sitting) validated() (bool, error) {
	var unknown error
	for _, r := range s.c.Steps[custody.Reviewed] {
		if r.Time < s.c.Time || r.Time > s.c.Time+int64(s.need.row.Review) {
			continue
		}
		err := s.independent(r)
		switch {
		case err != nil:
			unknown = err
		case s.part(r.ActorID) == "" && s.approversUnseen():
			unknown = cannot("who approved the reset, and so whether %s did, no source shows (%s)", s.b.Name(r.ActorID), event.ResetApproved)
		case s.part(r.ActorID) == "":
			return true, nil
		}
	}
	return false, unknown
}

// approversUnseen: an approval was needed, and none is on record where none
// could be.
func (s *sitting) approversUnseen() bool {
	n, err := s.approvalsRequired()
	return (n > 0 || err != nil) && len(s.c.Steps[custody.Approved]) == 0 && s.blind(event.ResetApproved)
}

// independent refuses to tell where the reviewer is not named, or may be one
// person with somebody who had a part.
func (s *sitting) independent(r custody.Step) error {
	if r.ActorID == "" {
		return cannot("the record of the review names nobody who made it")
	}
	involved := append(s.c.Executors(), s.c.Identity)
	for _, a := range s.c.Steps[custody.Approved] {
		involved = append(involved, approver(a))
	}
	for _, who := range involved {
		if err := s.notAlike(r.ActorID, who); err != nil {
			return err
		}
	}
	return nil
}

// reviewDefect says what is wrong with the reviews on record.
func (s *sitting) reviewDefect() string {
	text := "nobody's review of it is on record"
	for _, r := range s.c.Steps[custody.Reviewed] {
		part := s.part(r.ActorID)
		switch at := clock(event.When(r.Time)); {
		case r.Time < s.c.Time:
			continue
		case part != "":
			text = s.b.Name(r.ActorID) + ", who reviewed it at " + at + ", " + part
		default:
			return s.b.Name(r.ActorID) + " reviewed it only at " + at
		}
	}
	return text
}
