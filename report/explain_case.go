package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// explainCase writes a case with all verdicts, or one of them.
func (e Explainer) explainCase(p *prose, c *judge.CaseRecord, findings []*judge.Finding, only string) {
	if only != "" {
		e.explainVerdict(p, c, findings, only)
		return
	}
	p.para(fmt.Sprintf("The reset of %s, %s: custody %s", c.Identity, moment(c.Time), c.Custody))
	p.blank()
	e.caseItems(p, c)
	p.blank()
	for _, f := range findings {
		p.item(f.Severity, f.Check+" ("+spaced(f.Verdict)+", "+f.ID+")", f.Message)
	}
	label := "verdicts"
	for _, v := range []judge.Verdict{judge.NotDue, judge.NotAssessable, judge.Met, judge.NotApplicable} {
		if texts := e.verdictTexts(c, findings, v); texts != nil {
			p.item(label, texts...)
			label = ""
		}
	}
	p.item("notes", slices.DeleteFunc(slices.Clone(c.Notes), func(n string) bool { return strings.Contains(n, cannotBe) })...)
	p.blank()
	p.para("With --check CHECK it says what would change a verdict.")
}

// cannotBe is what a case's notes on not-assessable checks hold.
const cannotBe = " cannot be assessed: "

func (e Explainer) caseItems(p *prose, c *judge.CaseRecord) {
	p.item("case", c.ID)
	p.item("about", e.aboutCase(c), "accounts "+strings.Join(c.Accounts, ", "))
	e.policyItem(p, c.Policy, "")
	p.chain(c)
}

// aboutCase says whose reset a case is.
func (e Explainer) aboutCase(c *judge.CaseRecord) string {
	return about(&judge.Finding{Identity: &c.Identity, Tier: c.Tier, TierBasis: c.TierBasis, Path: c.Path, Class: c.Class, Operator: c.Operator, Time: &c.Time, Cause: c.Cause})
}

// chain writes the eight links of a case.
func (p *prose) chain(c *judge.CaseRecord) {
	label := "chain"
	for _, l := range chainLinks {
		p.item(label, chainTexts(l.name, l.steps(c.Steps))...)
		label = ""
	}
}

// chainTexts writes one link of the chain, a line a step.
func chainTexts(link string, steps []judge.StepRecord) []string {
	if len(steps) == 0 {
		return []string{link + ": nothing on record"}
	}
	var lines []string
	for i, st := range steps {
		if i == maxShownSteps {
			return append(lines, fmt.Sprintf("%s: and %d more", link, len(steps)-i))
		}
		lines = append(lines, link+": "+strings.Join(clauses(moment(st.Time), prefixed("by ", deref(st.Actor)), deref(st.Method), prefixed("ticket ", deref(st.Ticket)), prefixed("through ", deref(st.Channel)), prefixed("linked by ", deref(st.Link))), ", "))
	}
	return lines
}

// verdictTexts lists the checks of one verdict; those that could not be assessed
// with the reason.
func (e Explainer) verdictTexts(c *judge.CaseRecord, findings []*judge.Finding, v judge.Verdict) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(c.Verdicts)) {
		if c.Verdicts[id] == v {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	head := fmt.Sprintf("%s (%d): ", spaced(v), len(ids))
	if v != judge.NotAssessable {
		return []string{head + strings.Join(ids, ", ")}
	}
	texts := []string{head}
	for _, id := range ids {
		texts = append(texts, "  "+id+prefixed(": ", e.reason(c, findings, id)))
	}
	return texts
}

// reason says why a check of a case is not assessable or not applicable, "" if
// nothing more is known.
func (e Explainer) reason(c *judge.CaseRecord, findings []*judge.Finding, id string) string {
	for _, n := range c.Notes {
		if check, why, ok := strings.Cut(n, cannotBe); ok && check == id {
			return why
		}
	}
	if c.Verdicts[id] != judge.NotApplicable {
		return ""
	}
	for _, f := range findings {
		if slices.Contains(f.Supersedes, id) {
			return f.Check + " stands in its place"
		}
	}
	check := e.check(id)
	if check == nil {
		return ""
	}
	class := rules.Class(deref(c.Class))
	if policy := e.policy(c.Policy); policy != nil && !slices.Contains(policy.Judges[class], check.About) {
		return fmt.Sprintf("the policy does not judge %s for a reset of class %s", check.About, class)
	}
	conditions := clauses(prefixed("applies: ", oneLine(check.Applies)), prefixed("each: ", oneLine(check.Each)), prefixed("given: ", oneLine(check.Given)))
	return prefixed("this did not hold, or gave nothing to ask about: ", strings.Join(conditions, "; "))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// explainVerdict writes why one check of a case has its verdict.
func (e Explainer) explainVerdict(p *prose, c *judge.CaseRecord, findings []*judge.Finding, id string) {
	wrote := false
	for _, f := range findings {
		if f.Check == id {
			if wrote {
				p.blank()
			}
			e.explainFinding(p, f, c)
			wrote = true
		}
	}
	verdict, judged := c.Verdicts[id]
	if !judged && !wrote {
		p.para(id + " was not judged on this case")
	}
	if wrote || !judged {
		return
	}
	check := e.check(id)
	v := verdictOn{record: c, check: check, verdict: verdict, why: e.reason(c, findings, id)}
	p.para(id + ", " + spaced(verdict))
	p.blank()
	p.item("case", c.ID+": "+e.aboutCase(c))
	p.chain(c)
	if check != nil {
		p.item("expected", strings.TrimSpace(check.Question))
		e.policyItem(p, e.lineRef(c, check), deref(c.Path))
		p.item("needs", strings.Join(check.Needs, ", "))
	}
	p.item("because", v.because())
	p.item("to change", e.change(v)...)
	if check != nil {
		p.item("like", example(check, resembling(check, verdict, check.Needs, deref(c.Tier))))
	}
}

// lineRef is the policy line of a check on a case that has no finding to cite it.
func (e Explainer) lineRef(c *judge.CaseRecord, check *rules.Check) *judge.PolicyRef {
	if c.Policy == nil {
		return nil
	}
	ref := *c.Policy
	line := rules.LineOf(check.Rule, rules.Tier(deref(c.Tier)))
	if p := e.policy(c.Policy); p != nil {
		line = p.LineIn(check.Rule, rules.Tier(deref(c.Tier)), deref(c.Segment))
	}
	ref.Rule = judge.Text(line)
	return &ref
}

// because gives the reason of a verdict that made no finding.
func (v verdictOn) because() string {
	switch {
	case v.why != "":
		return v.why
	case v.check == nil:
		return ""
	case v.verdict == judge.Met && v.check.Asks == "step":
		return "the record of the step stands in the chain above, in time"
	case v.verdict == judge.Met:
		return "nothing of the kind is on record, and the logs cover the whole time"
	case v.verdict == judge.NotDue:
		return "the logs, or --now, end before the time is out in which it would show"
	}
	return ""
}
