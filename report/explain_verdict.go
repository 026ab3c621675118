package report

import (
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// verdictOn is one verdict that is to be explained. finding is nil where the
// verdict gave none, record where it is about no case, check where the check is
// not loaded. why is the case's note on what cannot be assessed.
type verdictOn struct {
	finding *judge.Finding
	record  *judge.CaseRecord
	check   *rules.Check
	verdict judge.Verdict
	why     string
}

// answering are, by group, the links of the chain whose kinds answer its checks.
var answering = map[string]string{"request": "requested", "verification": "verified", "approval": "approved", "delivery": "delivered"}

// kinds are those that were searched, else those that the check needs: of them
// those of the link that the check is about, if there are any.
func (v verdictOn) kinds() []string {
	all := slices.Clone(v.check.Needs)
	if v.finding != nil && len(v.finding.Searched) > 0 {
		all = nil
		for _, s := range v.finding.Searched {
			all = append(all, s.Kinds...)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	var answer []string
	for _, l := range rules.Links() {
		for _, k := range l.Kinds {
			if l.Name == answering[v.check.About] && slices.Contains(all, k.String()) {
				answer = append(answer, k.String())
			}
		}
	}
	if answer != nil {
		return answer
	}
	return all
}

// blind are the kinds that the reason of a not-assessable verdict names, else
// those that the check needs.
func (v verdictOn) blind() []string {
	var named []string
	for _, k := range v.check.Needs {
		if strings.Contains(v.why, k) {
			named = append(named, k)
		}
	}
	if named == nil {
		return v.check.Needs
	}
	return named
}

// systems whose logs would show what is asked: that of the reset for its
// execution, delivery and closure, those of the identity's accounts for what
// follows it; nil for what the logs of any desk may show.
func (v verdictOn) systems() []string {
	if v.record == nil {
		return nil
	}
	var all []string
	switch v.check.About {
	case "execution", "delivery", "closure":
		for _, a := range v.record.Acts {
			all = append(all, a.System)
		}
	case "takeover", "dependents":
		for _, a := range v.record.Accounts {
			if system, _, ok := strings.Cut(a, ":"); ok {
				all = append(all, system)
			}
		}
	}
	return all
}

func (v verdictOn) tier() string {
	if v.finding != nil {
		return deref(v.finding.Tier)
	}
	return deref(v.record.Tier)
}

func (v verdictOn) segment() string {
	if v.record == nil {
		return ""
	}
	return deref(v.record.Segment)
}

func (v verdictOn) ref() *judge.PolicyRef {
	if v.finding != nil {
		return v.finding.Policy
	}
	return v.record.Policy
}

// accounts names whom the record must be about.
func (v verdictOn) accounts() string {
	accounts, who := v.finding.Accounts, deref(v.finding.Identity)
	switch {
	case who == "" && len(accounts) == 1:
		return " for " + accounts[0]
	case who == "":
		return ""
	case len(accounts) > 1:
		return fmt.Sprintf(" for %s (any of %d accounts)", who, len(accounts))
	}
	return " for " + who
}

// replaceable tells whether a verification or an approval is there and not good
// enough, so that a better one would do.
func (v verdictOn) replaceable() bool {
	return (v.check.About == "verification" || v.check.About == "approval") && (len(v.check.Supersedes) > 0 || strings.Contains(v.check.Met, ">="))
}

// rests is what beside records the answer hangs on, a clause after "if".
func (v verdictOn) rests() string {
	if v.check.ChangedBy != "" {
		return strings.TrimSpace(v.check.ChangedBy)
	}
	return groupRests[v.check.About]
}
