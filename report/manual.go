package report

import (
	"slices"
	"strings"

	"resetproof/rules"
)

// Manual says in words what a check is.
type Manual struct {
	Checks     []*rules.Check
	Frameworks []*rules.Framework
	Policies   *rules.PolicySet
}

// Of is the page of one check, at most maxWidth columns wide.
func (m Manual) Of(c *rules.Check) string {
	p := &prose{width: maxWidth}
	p.para(c.ID + ": " + c.Title)
	p.blank()
	p.para(strings.TrimSpace(c.Question))
	p.blank()
	p.item("severity", m.severity(c)...)
	p.item("about", c.About+", once per "+c.Scope+chained(c))
	p.item("expected", expected(c))
	p.item("condition", prefixed("applies where ", oneLine(c.Applies)), prefixed("once it is given that ", oneLine(c.Given)), prefixed("for each of ", oneLine(c.Each)), "met where "+oneLine(c.Met))
	p.item("window", window(c))
	p.item("needs", strings.Join(c.Needs, ", "), prefixed("context files: ", strings.Join(c.Files, ", ")))
	p.item("policy line", m.policyLines(c)...)
	p.item("in place of", strings.Join(c.Supersedes, ", "))
	p.item("yields to", strings.Join(m.supersededBy(c.ID), ", "))
	p.item("to mend", strings.TrimSpace(c.Fix))
	p.item("controls", m.controls(c.ID)...)
	p.blank()
	p.para("examples")
	for _, s := range c.Scenarios {
		p.example(s)
	}
	return p.String()
}

func (m Manual) severity(c *rules.Check) []string {
	text := c.Ordinary.String()
	if c.Raised != c.Ordinary {
		text += "; " + c.Raised.String() + " for raised identities"
	}
	lines := []string{text}
	for _, s := range c.SeverityWhen {
		lines = append(lines, s.Severity.String()+" where "+oneLine(s.When))
	}
	return lines
}

func chained(c *rules.Check) string {
	if c.Chain {
		return "; a link of the chain of custody"
	}
	return ""
}

// expected says what makes the verdict, by the table of verdicts.
func expected(c *rules.Check) string {
	switch {
	case c.Scope != "case":
		return "that it did not happen; judged over all logs of a run"
	case c.Asks == "step":
		return "a step that must be on record: in time it is met; missing where the logs cover the time it is not met, before its deadline not due, without coverage not assessable"
	}
	return "that it did not happen: seen it is not met at once; met where the logs cover the time, else not due or not assessable"
}

func window(c *rules.Check) string {
	from, due := oneLine(c.From), oneLine(c.Due)
	if from == "" && due == "" {
		return ""
	}
	if from == "" {
		from = "matching.before before the reset"
	}
	if due == "" {
		due = "the reset"
	}
	return "from " + from + " until " + due
}

// policyLines gives the line a check hangs on, and its value by tier.
func (m Manual) policyLines(c *rules.Check) []string {
	if c.Rule == "" {
		return nil
	}
	last := m.Policies.Versions[len(m.Policies.Versions)-1]
	lines := []string{c.Rule + ", in " + last.Name + " " + last.Version + ":"}
	byTier := rules.Tiers()
	if slices.Reverse(byTier); !strings.Contains(c.Rule, rules.TierPart) {
		byTier = byTier[:1]
	}
	tiers, values := map[string][]string{}, []string{}
	for _, tier := range byTier { // ordinary first; tiers of one value share a line
		value, ok := last.Line(rules.LineOf(c.Rule, tier), "")
		if !ok || value == "" {
			continue
		}
		if tiers[value] == nil {
			values = append(values, value)
		}
		tiers[value] = append(tiers[value], string(tier))
	}
	for _, value := range values {
		if len(byTier) > 1 {
			value = strings.Join(tiers[value], ", ") + ": " + value
		}
		lines = append(lines, value)
	}
	if len(lines) == 1 {
		return []string{c.Rule}
	}
	return lines
}

func (m Manual) supersededBy(id string) []string {
	var ids []string
	for _, c := range m.Checks {
		if slices.Contains(c.Supersedes, id) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// controls says a line a framework which controls a check speaks of, those that
// a person should confirm in brackets.
func (m Manual) controls(check string) []string {
	var lines []string
	for _, f := range m.Frameworks {
		ids := f.Marked(check, nil)
		only := map[string]string{"non-human": " (non-human subjects only)", "automated": " (automated actors only)"}[f.Only]
		switch reason := f.Unmapped[check]; {
		case len(ids) > 0:
			lines = append(lines, f.Title+only+": "+strings.Join(ids, ", "))
		case reason != "":
			lines = append(lines, f.Title+": none, "+reason)
		}
	}
	return lines
}

// example writes a scenario: its verdict, its name, who takes part and what
// was logged.
func (p *prose) example(s rules.Scenario) {
	lines := []string{s.Name}
	for _, list := range []struct {
		of    string
		lines []string
	}{{"", s.Roster}, {"secret ", s.Secrets}, {"waiver ", s.Waivers}, {"incident ", s.Incidents}, {"", s.Log}} {
		for _, line := range list.lines {
			lines = append(lines, "  "+list.of+line)
		}
	}
	p.labelled(exampleWidth, "  "+s.Expect, lines...)
}

// exampleWidth is proseLabel beside the longest verdict.
const exampleWidth = 18
