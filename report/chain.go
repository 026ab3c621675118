package report

import (
	"slices"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// chainLinks are the eight links of a chain in order, with the groups of checks
// (rules.Check.About) that say whether a link is needed and good. Groups that
// speak of no link (takeover, evidence) are absent.
var chainLinks = []struct {
	name   string
	groups []string
	steps  func(judge.Steps) []judge.StepRecord
}{
	{"requested", []string{"request", "reason"}, func(s judge.Steps) []judge.StepRecord { return s.Requested }},
	{"verified", []string{"verification"}, func(s judge.Steps) []judge.StepRecord { return s.Verified }},
	{"approved", []string{"approval"}, func(s judge.Steps) []judge.StepRecord { return s.Approved }},
	{"executed", []string{"attribution", "execution", "emergency"}, func(s judge.Steps) []judge.StepRecord { return s.Executed }},
	{"delivered", []string{"delivery"}, func(s judge.Steps) []judge.StepRecord { return s.Delivered }},
	{"closed", []string{"closure"}, func(s judge.Steps) []judge.StepRecord { return s.Closed }},
	{"dependents", []string{"dependents"}, func(s judge.Steps) []judge.StepRecord { return s.Dependents }},
	{"reviewed", nil, func(s judge.Steps) []judge.StepRecord { return s.Reviewed }},
}

// reviewed is the last link; its checks belong to the group closure and are
// told by the kind they need.
const reviewed, reviewKind = "reviewed", "case.reviewed"

// linkOf tells which link a check speaks of, "" for none.
func linkOf(c *rules.Check) string {
	if slices.Contains(c.Needs, reviewKind) {
		return reviewed
	}
	for _, l := range chainLinks {
		if slices.Contains(l.groups, c.About) {
			return l.name
		}
	}
	return ""
}

// The states of a link on the page.
const (
	linkShown         = "shown"          // a record shows it and no check objects
	linkFaulty        = "faulty"         // a record shows it and a check is not met
	linkMissing       = "missing"        // required and not on record
	linkNotDue        = "not-due"        // not on record, its time has not run out
	linkNotAssessable = "not-assessable" // no log could show it
	linkExcepted      = "excepted"       // a waiver covers its absence
	linkNotRequired   = "not-required"   // policy does not ask for it here
	linkNotJudged     = "not-judged"     // no check of this version speaks of it
)

// absent gives the state of a link without a step by the gravest verdict of the
// checks that speak of it, gravest first.
var absent = []struct {
	verdict judge.Verdict
	state   string
}{
	{judge.NotMet, linkMissing},
	{judge.NotDue, linkNotDue},
	{judge.NotAssessable, linkNotAssessable},
	{judge.Excepted, linkExcepted},
	{judge.Met, linkNotRequired},
	{judge.NotApplicable, linkNotRequired},
}

// linkState is one link of a case's chain as drawn.
type linkState struct {
	State  string   `json:"state"`
	Checks []string `json:"checks"` // those whose verdict gave the state
}

// chainOf gives the states of the eight links of a case, in chain order.
// links names the link of each check.
func chainOf(c *judge.CaseRecord, links map[string]string) []linkState {
	byLink := map[string][]string{}
	for check := range c.Verdicts {
		byLink[links[check]] = append(byLink[links[check]], check)
	}
	with := func(link string, v judge.Verdict) []string {
		return sorted(slices.DeleteFunc(slices.Clone(byLink[link]), func(check string) bool { return c.Verdicts[check] != v }))
	}
	chain := make([]linkState, 0, len(chainLinks))
	for _, l := range chainLinks {
		state := linkState{State: linkNotJudged}
		if len(l.steps(c.Steps)) > 0 {
			state.State = linkShown
			if bad := with(l.name, judge.NotMet); len(bad) > 0 {
				state = linkState{linkFaulty, bad}
			}
		} else {
			for _, a := range absent {
				if checks := with(l.name, a.verdict); len(checks) > 0 {
					state = linkState{a.state, checks}
					break
				}
			}
		}
		chain = append(chain, state)
	}
	return chain
}
