package judge

import (
	"slices"
	"testing"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// A key that a cloud gave along with a directory's password is used in the cloud:
// the directory could not show it.
func TestUseOfAKeyIsLookedForWhereItWasGiven(t *testing.T) {
	password := custody.Step{Event: &event.Event{Kind: event.ResetExecuted, System: "okta", Credential: "password"}}
	key := custody.Step{Event: &event.Event{Kind: event.CredentialIssued, System: "aws", Credential: "key"}}
	about := &check{Check: &rules.Check{About: "dependents", Needs: []string{event.SecretAccessed.String()}}}
	for _, one := range []struct {
		acts []custody.Step
		kind event.Kind
		want []string
	}{
		{[]custody.Step{password, key}, event.CredentialUsed, []string{"aws"}},
		{[]custody.Step{password, key}, event.SigninSucceeded, []string{"okta"}},
		{[]custody.Step{password}, event.CredentialUsed, []string{""}},
		{[]custody.Step{password, key}, event.SecretAccessed, []string{""}},
	} {
		c := &custody.Case{Primary: password}
		c.Steps[custody.Executed] = one.acts
		got, ok := (&sitting{c: c}).useSystems(one.kind, &outcome{check: about})
		if !ok || !slices.Equal(got, one.want) {
			t.Errorf("%s after %d acts is looked for in %q, want %q", one.kind, len(one.acts), got, one.want)
		}
	}
}
