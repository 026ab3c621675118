package detect

import (
	"testing"

	"resetproof/rules"
)

// TestSelfServiceAttempts holds how attempts are told apart: what led to a
// reset, what was blocked and what was given up.
func TestSelfServiceAttempts(t *testing.T) {
	log := []string{
		// ann gets in at the second attempt
		"2026-03-02T09:00:00Z reset.requested ann by ann system=okta correlation=t1",
		"2026-03-02T09:01:00Z identity.verification_failed ann by ann system=okta correlation=t1",
		"2026-03-02T09:05:00Z reset.requested ann by ann system=okta correlation=t2",
		"2026-03-02T09:06:00Z identity.verified ann by ann system=okta correlation=t2 method=sms",
		"2026-03-02T09:07:00Z reset.executed ann by ann system=okta correlation=t2 credential=password",
		// bob gives up and never has a reset
		"2026-03-03T09:00:00Z reset.requested bob by bob system=entra",
		// eve is stopped
		"2026-03-03T10:00:00Z reset.requested eve by eve system=entra",
		"2026-03-03T10:02:00Z reset.denied eve by eve system=entra",
		// a call to the desk is no attempt at self-service
		"2026-03-04T09:00:00Z reset.requested kim by kim system=servicenow ticket=INC1",
		"2026-03-04T09:10:00Z reset.executed kim by sam system=ad ticket=INC1",
	}
	play, err := read(rules.Scenario{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	policies, err := bundledPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(t.Context(), Options{
		Lake: play, Sorter: func() (Sorter, error) { return &memorySorter{}, nil }, Now: play.until, Policies: policies, Context: play.context,
	}, &stage{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Attempts{"okta": {Completed: 1, Blocked: 1}, "entra": {Blocked: 1, Abandoned: 1}}
	for system, n := range result.SelfService {
		if n != want[system] {
			t.Errorf("%s: %+v, want %+v", system, n, want[system])
		}
	}
	if len(result.SelfService) != len(want) {
		t.Errorf("%d systems, want %d", len(result.SelfService), len(want))
	}
}
