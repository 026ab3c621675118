package report

import (
	"fmt"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// maxFormats bounds the log formats that one line names.
const maxFormats = 6

// change says what would make the verdict another one. It follows from the kind
// of the question: a step that was missing turns up in a record, an act that was
// seen does not become undone.
func (e Explainer) change(v verdictOn) []string {
	if v.check == nil {
		return []string{"the check is not among those loaded; --rules DIR names the folder it came from"}
	}
	rests := v.rests()
	switch v.verdict {
	case judge.NotMet:
		if v.finding == nil {
			return nil
		}
		return append(e.changeUnmet(v), clauses(v.excused(), v.otherPolicy())...)
	case judge.Excepted:
		if v.finding == nil {
			return nil
		}
		return []string{"without waiver " + deref(v.finding.Waiver) + " it would be not met; a waiver is judged as of the time of the reset"}
	case judge.NotDue:
		return clauses(v.notDue(e), "once the time has passed and the logs reach so far, it is met or not met")
	case judge.NotAssessable:
		var lines []string
		for _, kind := range v.blind() {
			if formats := e.formatsLine([]string{kind}, v.systems()); formats != "" {
				lines = append(lines, kind+": "+formats)
			}
		}
		return append(lines, "a log of the whole time, or what the reason above names, lets it be met or not met")
	case judge.Met:
		if v.check.Asks == "step" {
			return []string{"without the record of the step it would be not met, or not assessable where no log covers the time"}
		}
		return clauses(prefixed("a record that shows the opposite: ", strings.Join(v.check.Needs, " or ")), prefixed("or if ", rests))
	}
	return nil
}

// changeUnmet says what would answer the question of a check that is not met.
func (e Explainer) changeUnmet(v verdictOn) []string {
	rests := v.rests()
	switch kinds := v.kinds(); {
	case v.check.ID == stepWithoutSource:
		return e.changeUnsourced(v.finding.Subject)
	case v.check.Asks == "step" && len(kinds) == 0:
		return clauses(prefixed("if ", rests))
	case v.check.Asks == "step":
		return clauses(e.stepShown(v, kinds), e.formatsLine(kinds, v.systems()))
	case len(kinds) > 0 && v.replaceable():
		return clauses("a further one: "+e.stepShown(v, kinds), e.formatsLine(kinds, v.systems()), prefixed("or if ", rests))
	}
	return clauses("what was seen does not become undone; the verdict changes if a record named above turns out to be wrong or about somebody else", prefixed("or if ", rests))
}

// changeUnsourced takes the subject step|system|tier of a step that no source shows.
func (e Explainer) changeUnsourced(subject string) []string {
	step, rest, _ := strings.Cut(subject, "|")
	system, _, _ := strings.Cut(rest, "|")
	var kinds []string
	for _, l := range rules.Links() {
		if l.Name == step {
			for _, k := range l.Kinds {
				kinds = append(kinds, k.String())
			}
		}
	}
	return clauses(prefixed("a source for "+system+" that could show ", strings.Join(kinds, " or ")), e.formatsLine(kinds, nil),
		"or sources_absent: ["+step+"] in the config, which says that there is none: the cases are then not met, one by one")
}

// groupRests says what beside records the answer to the checks of a group hangs on.
var groupRests = map[string]string{
	"request":      "the roster (--identities) says otherwise of who may ask for this account at that time",
	"reason":       "the ticket's own table, given whole, says otherwise of it",
	"verification": "the policy grades the method otherwise (methods, method_names)",
	"approval":     "the roster (--identities) says otherwise of the people, roles and relations at that time",
	"attribution":  "the roster (--identities) names the person or the owned automation behind the actor",
	"execution":    "the roster (--identities) or the policy's lists say otherwise of the account or the operator at that time",
	"delivery":     "the policy allows the channel, or a longer life, for this tier",
	"emergency":    "a declared incident (--incidents) covers that time",
	"closure":      "the old access was one that nobody can end sooner (lifetimes)",
	"dependents":   "the inventory (--secrets) says otherwise of what hangs on the account",
	"takeover":     "older records, or an approved ticket of its own, show the act to be usual or wanted",
	"evidence":     "the missing part of the log is added",
}

// demanded is what a record of the step must be like, by the policy that judged.
func (v verdictOn) demanded(p *rules.Policy) string {
	if p == nil {
		return ""
	}
	line := func(key string) string {
		value, _ := p.Line(p.LineIn("requirements."+rules.TierPart+"."+key, rules.Tier(v.tier()), v.segment()), "")
		return value
	}
	switch v.check.About {
	case "verification":
		least := 0
		switch row := p.Row(rules.Tier(v.tier()), p.Segment(v.segment())); {
		case v.check.Comparative || v.record == nil: // what it is compared with, the finding says
		case strings.HasSuffix(v.check.Rule, ".step_up"):
			least = row.StepUp
		default:
			least = judge.VerificationBar(p, v.record)
		}
		if least > 0 {
			return fmt.Sprintf(", by a method of strength %d or more", least)
		}
	case "approval":
		return ", by one who may approve: " + strings.Trim(line("approvers"), "[]")
	}
	return ""
}

// stepShown is the record that would have answered the question.
func (e Explainer) stepShown(v verdictOn, kinds []string) string {
	text := "a record of " + strings.Join(kinds, " or ") + v.accounts()
	if s := v.finding.Searched; len(s) > 0 {
		text += ", between " + moment(s[0].From) + " and " + moment(s[0].To)
	} else if due := v.finding.Due; due != nil {
		text += ", until " + moment(*due)
	}
	return text + v.demanded(e.policy(v.finding.Policy))
}

func (e Explainer) formatsLine(kinds, systems []string) string {
	if len(kinds) == 0 {
		return ""
	}
	formats := e.formatsFor(kinds, systems)
	if len(formats) == 0 {
		return ""
	}
	more := ""
	if len(formats) > maxFormats {
		more = fmt.Sprintf(" and %d more", len(formats)-maxFormats)
		formats = formats[:maxFormats]
	}
	return "such records come in " + strings.Join(formats, ", ") + more
}

// excused: a waiver would turn a finding about a case into an excepted one.
func (v verdictOn) excused() string {
	if v.finding.Case == nil || v.finding.Time == nil {
		return ""
	}
	return "or a waiver (--exceptions) for " + v.finding.Check + " that was valid on " + moment(*v.finding.Time)
}

func (v verdictOn) otherPolicy() string {
	if v.finding.Policy == nil || v.finding.Policy.Rule == nil || v.finding.Time == nil {
		return ""
	}
	return "or another policy in force then; a reset is judged by the version of its own time"
}

func (v verdictOn) notDue(e Explainer) string {
	if len(v.check.Needs) == 0 {
		return ""
	}
	if v.check.Asks == "step" {
		return "a record of " + strings.Join(v.check.Needs, " or ") + v.limit(e) + " makes it met"
	}
	return "a record of " + strings.Join(v.check.Needs, " or ") + v.limit(e) + " that shows the opposite makes it not met"
}

// limit is the policy's value where the line of the check is a time.
func (v verdictOn) limit(e Explainer) string {
	p := e.policy(v.ref())
	if p == nil || v.check.Rule == "" {
		return ""
	}
	value, ok := p.Line(p.LineIn(v.check.Rule, rules.Tier(v.tier()), v.segment()), "")
	if _, err := rules.ParseDuration(value); !ok || err != nil || value == "0" {
		return ""
	}
	return " within " + value + " of the reset"
}
