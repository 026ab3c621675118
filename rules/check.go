package rules

import (
	"slices"
	"time"
)

// Severity of a finding, ordered.
type Severity int

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity finds a severity by name.
func ParseSeverity(name string) (Severity, bool) {
	for s, n := range severityNames {
		if n == name {
			return Severity(s), true
		}
	}
	return 0, false
}

// UnmarshalText takes a severity's name and refuses any other.
func (s *Severity) UnmarshalText(name []byte) error {
	*s, _ = ParseSeverity(string(name))
	return oneOf(string(name), "severity")
}

// Check is one defect, as its YAML file states it. Expressions are CEL source;
// they are compiled and type-checked in detect/judge.
type Check struct {
	ID       string `yaml:"id,required"`
	Title    string `yaml:"title,required"`
	Question string `yaml:"question,required"`
	// About is the group the check belongs to: request, reason, verification,
	// approval, attribution, execution, delivery, emergency, closure,
	// dependents, takeover, evidence. A policy's class judges whole groups.
	About string `yaml:"about,required" in:"group"`
	// Scope is what a finding is about: case (judged once per case), ticket,
	// operator, waiver, source or set (judged once per run over the facts that Each lists).
	Scope string `yaml:"scope,required" in:"case|ticket|operator|waiver|source|set"`
	// Asks is "step" where a required step must be found, "absence" where
	// something must not have happened.
	Asks         string `yaml:"asks,required" in:"step|absence"`
	Grades       `yaml:"severity,required"`
	SeverityWhen []SeverityWhen `yaml:"severity_when"`
	Chain        bool           `yaml:"chain"`
	// Comparative, for checks of the chain: it compares a link with what is usual
	// or on record elsewhere; where that is not known the link itself still stands.
	Comparative bool     `yaml:"comparative"`
	Supersedes  []string `yaml:"supersedes"`
	Needs       []string `yaml:"needs" in:"kind"` // kinds the verdict hangs on
	// Files are the context files without which the check cannot be assessed.
	Files   []string `yaml:"files" in:"identities|secrets|state|incidents|reviews|topology|exceptions"`
	Each    string   `yaml:"each"`     // optional CEL list; one finding per element
	EachKey string   `yaml:"each_key"` // CEL string that names an element in the finding's id
	Applies string   `yaml:"applies"`
	Met     string   `yaml:"met,required"`
	// Given, optional, is what must have been found for the question to arise.
	// Where it was not found the check is not applicable if the window is
	// covered; where it was, Met decides between met and not-met at once.
	Given string `yaml:"given"`
	// Provable, optional, for checks that ask for a step: where Met does not
	// hold, the step is called missing only if Provable holds, else the check
	// is not assessable.
	Provable string `yaml:"provable"`
	// From and Due bound the window searched; CEL timestamps.
	From    string `yaml:"from"`
	Due     string `yaml:"due"`
	Message string `yaml:"message,required"`
	Rule    string `yaml:"rule"` // the policy line it hangs on, such as "requirements.<tier>.approvals"
	Fix     string `yaml:"fix,required"`
	// ChangedBy says what beside a record would change the verdict where it is not
	// met, after "if": explain has a sentence for each group where it is empty.
	ChangedBy string     `yaml:"changed_by"`
	Replaces  bool       `yaml:"replaces"` // takes the place of the bundled check of the same id
	Scenarios []Scenario `yaml:"scenarios,required"`

	// File and the lines on which the text of each key begins, for error messages.
	File  string
	Lines map[string]int `yaml:",lines"`
	// Bundled tells the checks of this package from users' own.
	Bundled bool
}

// Grades are a check's ordinary severity and the one for raised subjects
// (Policy.Raised).
type Grades struct {
	Ordinary Severity `yaml:"ordinary,required"`
	Raised   Severity `yaml:"raised,required"`
}

// Severities lists those that a finding of the check may have.
func (c *Check) Severities() []Severity {
	all := []Severity{c.Ordinary, c.Raised}
	for _, s := range c.SeverityWhen {
		all = append(all, s.Severity, min(s.Severity+1, Critical)) // raised lifts it one step
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// SeverityWhen overrides the ordinary severity where When holds.
type SeverityWhen struct {
	When     string         `yaml:"when,required"`
	Severity Severity       `yaml:"severity,required"`
	Lines    map[string]int `yaml:",lines"`
}

// Scenario is an example with its expected verdict: a few lines an auditor can read.
type Scenario struct {
	Name string `yaml:"name,required"`
	// Roster: one line a person, "ann: tier=privileged manager=bob".
	Roster []string `yaml:"roster"`
	// Secrets: one line a secret, "db-password: owner=ann shared=true".
	Secrets []string `yaml:"secrets"`
	// Waivers: one line a waiver, "W-1: checks=no-request identity=ann reason=… owner=lea
	// approved_by=lea valid_from=… valid_until=…", or selector="…" for whom.
	Waivers   []string `yaml:"waivers"`
	Incidents []string `yaml:"incidents"`
	// State: one line an account, "ann: observed_at=… password_last_set=… mfa_methods=otp;sms enabled=true keys=…".
	State []string `yaml:"state"`
	// Reviews: one line a review, "ann: reviewer=bob time=… decision=accepted", of
	// every case of that person; a case or finding id will do as well.
	Reviews []string `yaml:"reviews"`
	// Topology: one line a directory, "entra: authority=ad mechanism=hash-sync deadline=1h".
	Topology []string `yaml:"topology"`
	// Lacks lists context files that were not given. An inventory of secrets is
	// given otherwise, the other files where the scenario has lines of theirs.
	Lacks []string `yaml:"lacks" in:"identities|secrets|state|incidents|reviews|topology|exceptions"`
	// Log: one line an event, "2026-03-02T09:00:00Z reset.executed ann by sam system=ad ticket=T-1".
	Log []string `yaml:"log"`
	// Unseen lists kinds no source of the scenario can show.
	Unseen []string `yaml:"unseen" in:"kind"`
	// Silent is a time FROM/TO in which the source, which writes every hour
	// otherwise, wrote nothing.
	Silent string `yaml:"silent"`
	// Unmapped lists fields for which the source's format has no place at all.
	Unmapped []string `yaml:"unmapped" in:"actor|ticket|session|method|channel|ip|place|device|correlation|credential id"`
	// History is full where the source was read from its oldest record on, which
	// is 120 days before the first line.
	History string `yaml:"history" in:"full"`
	// Numbers: one line a stretch of the numbers that the source gave its
	// records, "1-4000: FROM/TO", with the times of its first and last.
	Numbers []string `yaml:"numbers"`
	// Until is where the logs end (and so the run's now); default 120 days after the last line.
	Until  time.Time `yaml:"until"`
	Policy string    `yaml:"policy"` // baseline where empty
	// Adds is YAML laid over the policy, such as "desks: [{unit: desk, mandates: [ordinary]}]".
	Adds string `yaml:"adds"`
	// Case names the person whose case is meant, the first one where empty.
	Case string `yaml:"case"`
	// Expect is the verdict of the check for that case.
	Expect  string `yaml:"expect,required" in:"met|not-met|not-due|not-assessable|excepted|not-applicable"`
	Message string `yaml:"message"` // exact sentence, where stated
	Line    int    `yaml:",line"`
}
