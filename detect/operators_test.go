package detect

import (
	"slices"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// A finding about an operator cites the records of what he did, beside the
// reset itself.
func TestFindingsCiteWhatTheOperatorDid(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		check, scenario string
		kinds           []string
	}{
		{"fresh-operator-right", "two hours after he was made a user administrator he resets an account", []string{"privilege.granted", "reset.executed"}},
		{"held-account", "the desk resets an account on legal hold on the owner's word", []string{"reset.approved", "reset.executed"}},
		{"log-custodian-operator", "an operator who cleared the same log the month before", []string{"log.cleared", "reset.executed"}},
		{"reset-by-reset-account", "an agent's password is reset, two days later the agent resets somebody", []string{"reset.executed", "reset.executed"}},
		{"shared-operator", "the account is at work in Norway and in Nigeria at once", []string{"signin.succeeded", "signin.succeeded", "reset.executed"}},
	} {
		c := checks[slices.IndexFunc(checks, func(c *rules.Check) bool { return c.ID == want.check })]
		i := slices.IndexFunc(c.Scenarios, func(s rules.Scenario) bool { return s.Name == want.scenario })
		if i < 0 {
			t.Fatalf("%s has no example %q", want.check, want.scenario)
		}
		st, err := runScenario(t.Context(), []*rules.Check{c}, c.Scenarios[i], rules.LoadPolicy)
		if err != nil {
			t.Fatal(err)
		}
		j := slices.IndexFunc(st.findings, func(f *judge.Finding) bool { return f.Check == want.check })
		if j < 0 {
			t.Fatalf("%s found nothing", want.check)
		}
		var kinds []string
		for _, e := range st.findings[j].Evidence {
			kinds = append(kinds, e.Kind)
			if e.URI == "" || e.SHA256 == "" || e.Feed == "" {
				t.Errorf("%s cites %s without its origin", want.check, e.Kind)
			}
		}
		if !slices.Equal(kinds, want.kinds) {
			t.Errorf("%s cites %v, want %v", want.check, kinds, want.kinds)
		}
	}
}
