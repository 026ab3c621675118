package report

import (
	"cmp"
	"fmt"
	"slices"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Summary counts what a report says, for the exit code, the terminal and the
// head of the page.
type Summary struct {
	Cases     int
	ByPath    map[string]int // "unknown" where the path is null
	ByClass   map[string]int
	ByCustody map[judge.Custody]int
	// Verdicts counts the verdicts of all checks on all cases.
	Verdicts map[judge.Verdict]int
	// Findings counts what is not met, by severity; Excepted what a waiver covers.
	Findings [rules.Critical + 1]int
	Excepted int
	Checks   []CheckCount // those not met first; gravest first, then most frequent, then by id
	Look     []LookAt     // at most maxLook cases worth a look first
	Policies []string     // "name version", of those that judged

	// Designs are the controls that are not in operation; their findings count
	// once each.
	Designs []Deficiency

	// Held says what a baseline did; nil without one.
	Held *Held

	folded   [rules.Critical + 1]int          // findings that belong to Designs
	hidden   [rules.Critical + 1]int          // findings that a baseline hides
	apart    [rules.Critical + 1]int          // of them, those that belong to Designs
	judged   map[string]map[judge.Verdict]int // check -> verdict -> cases
	controls map[string]map[string]*controlCount
	checks   map[string]*CheckCount
	cases    map[[16]byte]*standing
	unshown  map[string]int // subjects of step-without-source, "step|system|tier"

	// First is what somebody reads who has given nothing but logs.
	First  FirstContact
	survey *survey
}

// CheckCount is how often one check is not met.
type CheckCount struct {
	ID, Title string
	Severity  rules.Severity // that of its gravest finding, see rank
	Count     int            // not met
	Design    int            // of them, those of a control that is not in operation at all
	Excepted  int
	Hidden    int // of Count, those that a baseline hides
	// BySeverity counts those that are not met and that no baseline hides.
	BySeverity [rules.Critical + 1]int
}

// open is how many findings of the check are not met and not hidden.
func (c CheckCount) open() int { return c.Count - c.Hidden }

// rank gives the check the severity of its gravest open finding; only where
// none is open does an excepted or a hidden one speak for it.
func (c *CheckCount) rank() {
	for sev := rules.Critical; sev >= rules.Info; sev-- {
		if c.BySeverity[sev] > 0 {
			c.Severity = sev
			return
		}
	}
}

// LookAt is a case worth a look and the sentence of its gravest finding.
type LookAt struct {
	Case, Check, Subject, Time, Message string
	Severity                            rules.Severity
	Findings                            int
}

// controlCount is how often checks of one control are not met.
type controlCount struct {
	Count  int
	BySev  [rules.Critical + 1]int
	checks map[string]int
}

// standing is what makes one case worth a look before another.
type standing struct {
	lead     line  // its gravest finding
	followed bool  // the lead is of a takeover check: something was done with the reset
	after    *line // its gravest finding of a takeover check; nil without one
	findings int
}

// first is the finding that speaks for the case to somebody new: what was done
// with the reset, where something was.
func (s *standing) first() line {
	if s.after != nil {
		return *s.after
	}
	return s.lead
}

const maxLook = 4

// AtOrAbove counts the findings that are not met and at least of the severity,
// those of a control that is not in operation as one.
func (s Summary) AtOrAbove(sev rules.Severity) int {
	n := 0
	for i := max(sev, rules.Info); int(i) < len(s.Findings); i++ {
		n += s.Findings[i] - s.folded[i]
	}
	for _, d := range s.Designs {
		if d.Severity >= sev {
			n++
		}
	}
	return n
}

// Failing counts as AtOrAbove does, what a baseline hides left out: the findings
// that make a run fail.
func (s Summary) Failing(sev rules.Severity) int {
	n := 0
	for i := max(sev, rules.Info); int(i) < len(s.Findings); i++ {
		n += s.Findings[i] - s.folded[i] - (s.hidden[i] - s.apart[i])
	}
	for _, d := range s.Designs {
		if d.fails && d.gravest >= sev {
			n++
		}
	}
	return n
}

// NotMet counts all findings that are not met.
func (s Summary) NotMet() int {
	n := 0
	for _, f := range s.Findings {
		n += f
	}
	return n
}

// Hidden counts the findings that are not met and that a baseline hides.
func (s Summary) Hidden() int {
	n := 0
	for _, h := range s.hidden {
		n += h
	}
	return n
}

func newSummary() Summary {
	return Summary{
		ByPath: map[string]int{}, ByClass: map[string]int{}, ByCustody: map[judge.Custody]int{}, Verdicts: map[judge.Verdict]int{},
		judged:   map[string]map[judge.Verdict]int{},
		controls: map[string]map[string]*controlCount{}, checks: map[string]*CheckCount{},
		cases: map[[16]byte]*standing{}, unshown: map[string]int{}, survey: newSurvey(),
	}
}

func (s *Summary) addCase(c *judge.CaseRecord) {
	s.Cases++
	s.ByPath[orUnknown(c.Path)]++
	s.ByClass[orUnknown(c.Class)]++
	s.ByCustody[c.Custody]++
	for check, v := range c.Verdicts {
		s.Verdicts[v]++
		if s.judged[check] == nil {
			s.judged[check] = map[judge.Verdict]int{}
		}
		s.judged[check][v]++
	}
	s.addPolicy(c.Policy)
	s.survey.addCase(c)
}

func (s *Summary) addPolicy(p *judge.PolicyRef) {
	if p == nil {
		return
	}
	name := p.Name + " " + p.Version
	if !slices.Contains(s.Policies, name) {
		s.Policies = append(s.Policies, name)
		slices.Sort(s.Policies)
	}
}

// stepWithoutSource is the check whose subject names a step no log could show.
const stepWithoutSource = "step-without-source"

func (s *Summary) addFinding(f *judge.Finding, at line, followed bool) {
	sev := rules.Severity(at.rank)
	check := s.checks[f.Check]
	if check == nil {
		check = &CheckCount{ID: f.Check, Title: f.Title, Severity: sev}
		s.checks[f.Check] = check
	}
	check.Title = min(check.Title, f.Title) // one title whatever the order of arrival
	check.Severity = max(check.Severity, sev)
	s.addPolicy(f.Policy)
	if f.Verdict == judge.Excepted {
		s.Excepted++
		check.Excepted++
		return
	}
	s.Findings[sev]++
	check.Count++
	check.BySeverity[sev]++
	if f.Check == stepWithoutSource {
		s.unshown[f.Subject]++
	}
	for framework, ids := range f.Controls {
		for _, id := range ids {
			s.addControl(framework, id, f.Check, sev)
		}
	}
	if at.about != [16]byte{} {
		s.addStanding(at, followed)
	} else {
		s.survey.addFinding(f.Check)
	}
}

func (s *Summary) addControl(framework, id, check string, sev rules.Severity) {
	if s.controls[framework] == nil {
		s.controls[framework] = map[string]*controlCount{}
	}
	c := s.controls[framework][id]
	if c == nil {
		c = &controlCount{checks: map[string]int{}}
		s.controls[framework][id] = c
	}
	c.Count++
	c.BySev[sev]++
	c.checks[check]++
}

func (s *Summary) addStanding(at line, followed bool) {
	c := s.cases[at.about]
	if c == nil {
		c = &standing{lead: at, followed: followed}
		s.cases[at.about] = c
	} else if next := (&standing{lead: at, followed: followed}); graver(next, c) < 0 {
		c.lead, c.followed = at, followed
	}
	if followed && (c.after == nil || graver(&standing{lead: at}, &standing{lead: *c.after}) < 0) {
		c.after = &at
	}
	c.findings++
}

// graver orders by severity, then by what followed the reset, then by the
// finding's time and id; the number of findings is not yet final here.
func graver(a, b *standing) int {
	followed := func(s *standing) int {
		if s.followed {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(b.lead.rank, a.lead.rank),
		cmp.Compare(followed(b), followed(a)),
		cmp.Compare(a.lead.time, b.lead.time),
		slices.Compare(a.lead.id[:], b.lead.id[:]),
	)
}

// sortChecks fills Checks.
func (s *Summary) sortChecks() {
	s.Checks = s.Checks[:0]
	for _, c := range s.checks {
		check := *c
		check.rank()
		s.Checks = append(s.Checks, check)
	}
	slices.SortFunc(s.Checks, byGravity)
}

// byGravity puts checks with open findings before those without, then the
// gravest first, then the most frequent.
func byGravity(a, b CheckCount) int {
	return cmp.Or(cmp.Compare(min(b.open(), 1), min(a.open(), 1)), cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(b.BySeverity[b.Severity], a.BySeverity[a.Severity]), cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
}

// bySeverity lists counts, gravest first, zeros left out.
func bySeverity(of [rules.Critical + 1]int) []string {
	var parts []string
	for sev := rules.Critical; sev >= rules.Info; sev-- {
		if of[sev] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", of[sev], sev))
		}
	}
	return parts
}

// lookFirst picks the cases to look at: the gravest first, and among equally
// grave ones one for each check before a second of the same, so that five lines
// say five things.
func (s *Summary) lookFirst() []*standing {
	all := make([]*standing, 0, len(s.cases))
	for _, c := range s.cases {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(b.lead.rank, a.lead.rank), cmp.Compare(b.findings, a.findings), graver(a, b))
	})
	turn := map[*standing]int{} // how many cases of its lead's check stand before it
	seen := map[[2]int32]int{}
	for _, c := range all {
		key := [2]int32{int32(c.lead.rank), c.lead.check}
		turn[c] = seen[key]
		seen[key]++
	}
	slices.SortStableFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(b.lead.rank, a.lead.rank), cmp.Compare(turn[a], turn[b]))
	})
	return all[:min(len(all), maxLook)]
}

func orUnknown(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}
