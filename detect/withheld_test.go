package detect

import (
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Where an example's log lacks a kind that its check needs, and no source shows
// that kind, the verdict stays or cannot be told.
func TestExamplesWithoutAKindAcquitNobody(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	baseline, err := rules.LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, c := range checks {
		if c.Scope != "case" || c.Each != "" {
			continue // what a check over a list looks at is itself read from the log
		}
		few := slices.DeleteFunc(slices.Clone(checks), func(o *rules.Check) bool { return o != c && !slices.Contains(o.Supersedes, c.ID) })
		for _, s := range c.Scenarios {
			for _, kind := range c.Needs {
				less := s
				less.Log = slices.DeleteFunc(slices.Clone(s.Log), func(line string) bool { return strings.Contains(line, " "+kind+" ") })
				less.Unseen = append(slices.Clone(s.Unseen), kind)
				if len(less.Log) == 0 || s.Policy != "" {
					continue
				}
				if whole, err := read(s); err == nil {
					less.Until = whole.until
				}
				st, err := runScenario(t.Context(), few, less, func(string) (*rules.PolicySet, error) { return baseline, nil })
				if err != nil {
					t.Fatalf("%s, %s without %s: %v", c.ID, s.Name, kind, err)
				}
				tried++
				got, _ := st.verdict(c, s)
				if c.ID == "old-secret-used" && got == string(judge.NotApplicable) {
					continue // an old secret that no log shows in use is not known to exist
				}
				if got != s.Expect && got != string(judge.NotAssessable) && got != "no case" {
					t.Errorf("%s: %q without %s turns from %s into %s", c.ID, s.Name, kind, s.Expect, got)
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d examples were tried", tried)
	}
}
