package identity

import (
	"slices"
	"strings"

	"resetproof/rules"
)

// Reset is what the table of segments asks of a reset beside its identity.
type Reset struct {
	Tier     rules.Tier
	Path     rules.Path
	Observed Observed
	// ForOther: a named identity, no automation, did it for somebody else.
	ForOther bool
	Operator *Identity // the operator's row in force, nil if no roster knows one
}

// SegmentOf gives the first segment of the policy that a reset falls into, nil
// for none; row is that of the identity whose credential was reset.
func SegmentOf(pol *rules.Policy, row *Identity, r Reset) *rules.Segment {
	if row == nil {
		row = &Identity{}
	}
	for i := range pol.Segments {
		if s := &pol.Segments[i]; concerns(pol, s, row, r) && operatedBy(pol, s.Operator, r) {
			return s
		}
	}
	return nil
}

func concerns(pol *rules.Policy, s *rules.Segment, row *Identity, r Reset) bool {
	held := slices.Concat(row.Roles, row.Groups)
	return oneOf(s.Tiers, r.Tier) && oneOf(s.Paths, r.Path) && anyWord(s.DataAccess, row.DataAccess...) &&
		(len(s.Roles) == 0 || sharesRole(held, s.Roles)) && anyWord(s.Units, row.Unit) &&
		(!s.Executive || sharesRole(row.Roles, pol.ExecutiveRoles)) && (!s.ResetsOthers || r.Observed.ResetOthers)
}

func operatedBy(pol *rules.Policy, want *rules.SegmentOperator, r Reset) bool {
	if want == nil {
		return true
	}
	op := r.Operator
	if op == nil {
		op = &Identity{}
	}
	return r.ForOther && anyWord(want.Employment, op.Employment) && anyWord(want.Employers, op.Employer) &&
		(len(want.Roles) == 0 || sharesRole(slices.Concat(op.Roles, op.Groups), want.Roles)) && anyWord(want.Units, op.Unit) &&
		(!want.Desk || atDesk(pol, op))
}

// atDesk tells whether somebody works at a desk that the policy lists; a policy
// that lists none says nothing of who does.
func atDesk(pol *rules.Policy, who *Identity) bool {
	return len(pol.Desks) == 0 || slices.ContainsFunc(pol.Desks, func(d rules.Desk) bool {
		return (d.Unit == "" || strings.EqualFold(d.Unit, who.Unit)) && (d.Employer == "" || strings.EqualFold(d.Employer, who.Employer))
	})
}

func oneOf[T comparable](list []T, item T) bool { return len(list) == 0 || slices.Contains(list, item) }

// anyWord tells whether one of the words held is on a list, whatever its case;
// an empty list asks for none.
func anyWord(list []string, held ...string) bool {
	return len(list) == 0 || slices.ContainsFunc(held, func(word string) bool {
		return word != "" && slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, word) })
	})
}
