package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Most lines of one kind that an explanation shows; the report holds all.
const (
	maxShownEvidence = 20
	maxShownSearched = 10
	maxShownRivals   = 5
	maxShownSteps    = 5
)

// explainFinding writes one finding; c is its case, nil where it has none.
func (e Explainer) explainFinding(p *prose, f *judge.Finding, c *judge.CaseRecord) {
	check := e.check(f.Check)
	p.para(fmt.Sprintf("%s, %s, %s: %s", f.Check, f.Severity, spaced(f.Verdict), f.Title))
	p.blank()
	p.para(f.Message)
	p.blank()
	p.item("finding", f.ID)
	if f.Case != nil {
		p.item("case", deref(f.Case)+": "+about(f))
	} else {
		p.item("about", strings.Join(clauses(f.Scope+" "+f.Subject, timed(f.Time)), ", "))
	}
	if check != nil {
		p.item("expected", strings.TrimSpace(check.Question))
	}
	e.policyItem(p, f.Policy, deref(f.Path))
	p.item("seen", seen(f)...)
	p.item("searched", searchedTexts(f.Searched)...)
	p.item("rivals", rivalTexts(f.Rivals)...)
	p.item("in place of", strings.Join(f.Supersedes, ", "))
	p.item("waiver", deref(f.Waiver))
	p.item("status", deref(f.Status))
	if f.Classification == "design" {
		p.item("one of many", "the control is not in operation: most cases of this tier, path and system fail the check")
	}
	p.item("to change", e.change(verdictOn{finding: f, record: c, check: check, verdict: f.Verdict})...)
	p.item("to mend", f.Fix)
	p.item("controls", e.byFramework(f.Controls, f.Check)...)
	if check != nil {
		var kinds []string
		for _, ev := range f.Evidence {
			kinds = append(kinds, ev.Kind)
		}
		p.item("like", example(check, resembling(check, f.Verdict, kinds, deref(f.Tier))))
	}
}

func example(c *rules.Check, name string) string {
	if name == "" {
		return ""
	}
	return strconv.Quote(name) + ", an example of resetproof rules show " + c.ID
}

func spaced(v judge.Verdict) string { return strings.ReplaceAll(string(v), "-", " ") }

// about says whose reset a finding is about.
func about(f *judge.Finding) string {
	who := deref(f.Identity)
	if tier := deref(f.Tier); tier != "" {
		who += ", tier " + tier + " (by " + deref(f.TierBasis) + ")"
	}
	return strings.Join(clauses("the reset of "+who, joined(deref(f.Path), deref(f.Class)), prefixed("by ", deref(f.Operator)), timed(f.Time), prefixed("cause ", known(deref(f.Cause)))), ", ")
}

func known(cause string) string {
	if cause == "unknown" {
		return ""
	}
	return cause
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func joined(words ...string) string { return strings.Join(clauses(words...), " ") }

func timed(t *string) string {
	if t == nil {
		return ""
	}
	return moment(*t)
}

// clauses leaves out empty ones.
func clauses(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// policyItem writes the policy line that judged, and its value if that policy is given.
func (e Explainer) policyItem(p *prose, ref *judge.PolicyRef, path string) {
	if ref == nil {
		return
	}
	text := ref.Name + " " + ref.Version
	if rule := deref(ref.Rule); rule != "" {
		text += ", " + rule
		policy := e.policy(ref)
		switch value, ok := "", false; {
		case policy == nil:
			text += " (the policy given now is another one: --policy names the one that judged)"
		default:
			if value, ok = policy.Line(rule, rules.Path(path)); ok && value != "" {
				text += ": " + value
			}
			if by := policy.AskedBy(rule); len(by) > 0 {
				text += "; asked by " + strings.Join(by, ", ")
			}
		}
	}
	p.item("policy", text, "SHA-256 "+ref.SHA256)
}

func seen(f *judge.Finding) []string {
	var all []string
	for i, ev := range f.Evidence {
		if i == maxShownEvidence {
			all = append(all, fmt.Sprintf("and %d more records in %s", len(f.Evidence)-i, FindingsFile))
			break
		}
		all = append(all, fmt.Sprintf("%s %s, %s", moment(ev.Time), ev.Kind, place(ev)))
	}
	if len(all) == 0 {
		all = append(all, "no record of its own")
	}
	if link := deref(f.Link); link != "" {
		all = append(all, "weakest link used: "+linkWords[link])
	}
	return all
}

// linkWords say how a record was found to belong to a case.
var linkWords = map[string]string{
	"explicit": "explicit (it names the ticket or case)", "correlated": "correlated (by correlation or transaction id)",
	"session": "session (the same session)", "window": "window (the same identity, near in time)", "ambiguous": "ambiguous (see rivals)",
}

func searchedTexts(searched []judge.Searched) []string {
	var all []string
	for i, s := range searched {
		if i == maxShownSearched {
			return append(all, fmt.Sprintf("and %d more feeds", len(searched)-i))
		}
		all = append(all, fmt.Sprintf("%s for %s, %s to %s, %s", visible(s.Feed, maxShownText), strings.Join(s.Kinds, ", "), moment(s.From), moment(s.To), plural(int(s.Records), "record")))
	}
	return all
}

func rivalTexts(rivals []judge.Rival) []string {
	var all []string
	for i, r := range rivals {
		if i == maxShownRivals {
			return append(all, fmt.Sprintf("and %d more", len(rivals)-i))
		}
		all = append(all, fmt.Sprintf("%s %s: %s", r.Kind, r.Event, r.Why))
	}
	return all
}

// resembling is the scenario of a check that is most like what happened: one of
// the same verdict that shares most kinds of events, and names the same tier.
func resembling(c *rules.Check, verdict judge.Verdict, kinds []string, tier string) string {
	if verdict == judge.Excepted && !slices.ContainsFunc(c.Scenarios, func(s rules.Scenario) bool { return s.Expect == string(verdict) }) {
		verdict = judge.NotMet // which it would be without its waiver
	}
	best, most := "", -1
	for _, s := range c.Scenarios {
		if s.Expect != string(verdict) {
			continue
		}
		var shown []string
		for _, line := range s.Log {
			if words := strings.Fields(line); len(words) > 1 {
				shown = append(shown, words[1])
			}
		}
		like := 0
		for _, k := range kinds {
			if slices.Contains(shown, k) {
				like += 2
			}
		}
		for _, k := range shown {
			if !slices.Contains(kinds, k) {
				like--
			}
		}
		if tier != "" && slices.ContainsFunc(s.Roster, func(line string) bool {
			return strings.Contains(line, "tier="+tier) || strings.Contains(line, "kind="+tier)
		}) {
			like++
		}
		if like = max(like, 0); like > most {
			best, most = s.Name, like
		}
	}
	return best
}

// deref gives what a nullable text says, "" for null.
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// place is where a record stands: file and line, else the offset in it.
func place(e judge.Evidence) string {
	at := visible(e.URI, maxShownText)
	switch {
	case e.Line != nil:
		return fmt.Sprintf("%s:%d", at, *e.Line)
	case e.Offset != nil:
		return fmt.Sprintf("%s at byte %d", at, *e.Offset)
	}
	return at
}

// moment shows a time of the report to the second.
func moment(rfc3339 string) string {
	date, clock, ok := strings.Cut(rfc3339, "T")
	if !ok || len(clock) < len("15:04:05") {
		return visible(rfc3339, idLength)
	}
	return date + " " + clock[:len("15:04:05")] + " UTC"
}

// byFramework writes the controls of a finding, a line a framework.
func (e Explainer) byFramework(controls map[string][]string, check string) []string {
	var lines []string
	known := map[string]bool{}
	for _, f := range e.Frameworks {
		known[f.ID] = true
		if ids := controls[f.ID]; len(ids) > 0 {
			lines = append(lines, f.Title+": "+strings.Join(f.Marked(check, ids), ", "))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(controls)) {
		if !known[id] {
			lines = append(lines, id+": "+strings.Join(controls[id], ", "))
		}
	}
	return lines
}
