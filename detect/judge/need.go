package judge

import (
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// need is what policy asks of one case: its tier's row, with what its segment
// states, adjusted for its class.
type need struct {
	row    rules.Row
	policy *rules.Policy
}

// factors are the acts that ask for the policy's MFA verification.
var factors = []string{"mfa", "bypass-code", "access-pass"}

func needOf(pol *rules.Policy, tier rules.Tier, segment *rules.Segment, c *custody.Case) need {
	row := pol.Row(tier, segment)
	if replacesFactor(c) {
		bars := make(map[rules.Path]int, len(row.Verification))
		for p, bar := range row.Verification {
			if bar > 0 {
				bar = max(bar, pol.MFAVerification)
			}
			bars[p] = bar
		}
		row.Verification = bars
	}
	if slices.Contains(pol.RequestIfAssisted, c.Class) {
		row.Request = []rules.Path{rules.Assisted}
	}
	if c.Class == rules.Issuance || c.Class == rules.Rotation {
		row.ApprovalUnlessOwnerAsked = false
		if !slices.Contains(pol.IssuanceApprovalTiers, tier) || c.Operator == c.Identity {
			row.Approvals = nil
		}
	}
	return need{row, pol}
}

func replacesFactor(c *custody.Case) bool {
	return slices.ContainsFunc(c.Steps[custody.Executed], func(a custody.Step) bool {
		return a.Kind == event.MFAReset || slices.Contains(factors, a.Credential)
	})
}

// VerificationBar is the least strength of verification that a policy asks of a
// case as its record describes it; 0 for none.
func VerificationBar(pol *rules.Policy, r *CaseRecord) int {
	if r.Tier == nil || r.Path == nil {
		return 0
	}
	var segment *rules.Segment
	if r.Segment != nil {
		segment = pol.Segment(*r.Segment)
	}
	bar := pol.Row(rules.Tier(*r.Tier), segment).Verification[rules.Path(*r.Path)]
	if bar > 0 && slices.ContainsFunc(r.Acts, func(a ActRecord) bool { return slices.Contains(factors, a.Credential) }) {
		bar = max(bar, pol.MFAVerification)
	}
	return bar
}

// judged tells whether the policy judges a group of checks for a class.
func (n need) judged(class rules.Class, group string) bool {
	return slices.Contains(n.policy.Judges[class], group)
}

// facts gives the row and the policy's numbers to CEL.
func (n need) facts() *needFacts {
	r := n.row
	return &needFacts{
		RequestMayFollow: r.RequestMayFollow, ApprovalMayFollow: r.ApprovalMayFollow, ApprovalValid: r.ApprovalValid,
		Approvers: r.Approvers, ForcedChange: r.ForcedChange, SessionsEnded: r.SessionsEnded, TokensRevoked: r.TokensRevoked,
		MFABack: r.MFABack, DeviceBack: r.DeviceBack, DependentsRotated: r.DependentsRotated, OldSecret: r.OldSecret,
		DirectoriesReached: r.DirectoriesReached, Review: r.Review, Watch: r.Watch,
		History: n.policy.Limits.UnknownPlaceHistory,
		Before:  n.policy.Matching.Before, After: n.policy.Matching.After, Policy: n.policy.Name,
		Paths: words(r.Paths), ClockTolerance: n.policy.Matching.ClockTolerance, ContactChanged: n.policy.Limits.ContactChanged,
		RefusedBefore: n.policy.Limits.RefusedBefore, FreshRight: n.policy.Limits.FreshRight, OperatorReach: custody.OperatorReach, OperatorAfter: custody.OperatorAfter,
		RecoveryNeeded: r.RecoveryNeeded, SingleUse: r.SingleUse, StepUp: int64(r.StepUp), VerificationOf: r.VerificationOf,
	}
}

// needFacts is the variable `need` of check expressions. Durations count from
// the execution; 0 means not demanded.
type needFacts struct {
	RequestMayFollow   time.Duration `cel:"request_may_follow"`
	ApprovalMayFollow  time.Duration `cel:"approval_may_follow"`
	ApprovalValid      time.Duration `cel:"approval_valid"`
	Approvers          []string      `cel:"approvers"`
	ForcedChange       time.Duration `cel:"forced_change"`
	SessionsEnded      time.Duration `cel:"sessions_ended"`
	TokensRevoked      time.Duration `cel:"tokens_revoked"`
	MFABack            time.Duration `cel:"mfa_back"`
	DeviceBack         time.Duration `cel:"device_back"`
	DependentsRotated  time.Duration `cel:"dependents_rotated"`
	OldSecret          time.Duration `cel:"old_secret"`
	DirectoriesReached time.Duration `cel:"directories_reached"`
	Review             time.Duration `cel:"review"`
	Watch              time.Duration `cel:"watch"`
	History            time.Duration `cel:"history"` // what must be known of an account before something is new
	Before             time.Duration `cel:"before"`  // where steps are searched before …
	After              time.Duration `cel:"after"`   // … and after the execution
	Policy             string        `cel:"policy"`  // its name
	Paths              []string      `cel:"paths"`
	ClockTolerance     time.Duration `cel:"clock_tolerance"`
	ContactChanged     time.Duration `cel:"contact_changed"` // how long a change of contact data is a risk
	RefusedBefore      time.Duration `cel:"refused_before"`  // how long a refusal is a risk
	SingleUse          bool          `cel:"single_use"`
	RecoveryNeeded     string        `cel:"recovery_needed"` // what a recovery must consist of
	StepUp             int64         `cel:"step_up"`         // least strength after a risk signal; 0: none asked
	VerificationOf     string        `cel:"verification_of"` // beneficiary or owner
	FreshRight         time.Duration `cel:"fresh_right"`     // how long a right to reset is a new one
	ResetByReset       time.Duration `cel:"reset_by_reset"`  // how long a reset of the operator's own account counts
	OperatorReach      time.Duration `cel:"operator_reach"`  // how long before it the operator's sessions and activations count
	OperatorAfter      time.Duration `cel:"operator_after"`  // how long behind it a session that was open at it may show itself
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}
