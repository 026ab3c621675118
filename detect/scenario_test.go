package detect

import (
	"testing"

	"resetproof/rules"
)

// TestBundledScenarios runs every example of every bundled check.
func TestBundledScenarios(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	results, err := Scenarios(t.Context(), checks, rules.LoadPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Passed {
			t.Errorf("%s: %s\n  want %s %q\n  got  %s %q", r.Check, r.Scenario, r.Want, r.WantMessage, r.Got, r.GotMessage)
		}
	}
}
