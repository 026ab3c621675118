package judge

import (
	"testing"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

const process = "snow shows=reset.requested;identity.verified;reset.approved from=-500 to=500"

// How many must approve hangs on tier, path, who asked and who verified whom.
func TestApprovalsRequired(t *testing.T) {
	for _, c := range []struct {
		tier            string
		path            rules.Path
		asked, verifier string
		method          string
		want            int
	}{
		{"ordinary", rules.SelfService, "ann", "", "", 0},
		{"ordinary", rules.Assisted, "", "", "", 1},
		{"ordinary", rules.Assisted, "ann", "noor", "callback", 0},
		{"ordinary", rules.Assisted, "ann", "noor", "kba", 1},
		{"ordinary", rules.Assisted, "ann", "sam", "callback", 1},
		{"ordinary", rules.Assisted, "ann", "", "", 1},
		{"ordinary", rules.Assisted, "bob", "noor", "callback", 1},
		{"sensitive", rules.Assisted, "ann", "noor", "fido2", 1},
		{"sensitive", rules.SelfService, "ann", "ann", "fido2", 0},
		{"privileged", rules.Assisted, "ann", "noor", "fido2", 1},
	} {
		k := reset(rules.Recovery, c.path, 50)
		if c.asked != "" {
			k.Steps[custody.Requested] = []custody.Step{stepAt(event.ResetRequested, 49, c.asked)}
		}
		if c.verifier != "" {
			v := stepAt(event.IdentityVerified, 49.5, c.verifier)
			v.Method = c.method
			k.Steps[custody.Verified] = []custody.Step{v}
		}
		b := newBench(t, map[string]*identity.Identity{"ann": {ID: "ann", Kind: "person", Tier: c.tier, InForce: true}}, process)
		if got, err := b.sit(k).approvalsRequired(); err != nil || got != c.want {
			t.Errorf("%+v: %d approvals (%v)", c, got, err)
		}
	}
}

// A session alive at the reset must be ended in its own system, after the reset
// and in time; a log-out that is always recorded proves by its absence.
func TestSessions(t *testing.T) {
	for _, c := range []struct {
		name   string
		alive  bool
		kind   event.Kind
		at     float64
		system string
		want   string
	}{
		{"ended by nothing", true, event.Other, 0, "", "alive"},
		{"ended in time", true, event.SessionRevoked, 50.5, "okta", "revoked"},
		{"in a record of no one system", true, event.SessionRevoked, 50.5, "", "revoked"},
		{"within the clock tolerance before", true, event.SessionRevoked, 49.95, "okta", "revoked"},
		{"ended before the reset", true, event.SessionRevoked, 49.5, "okta", "alive"},
		{"ended too late", true, event.SessionRevoked, 52, "okta", "late"},
		{"in another system", true, event.SessionRevoked, 50.5, "ad", "alive"},
		{"a token is no session", true, event.TokenRevoked, 50.5, "okta", "alive"},
		{"none known alive, none ended", false, event.Other, 0, "", "unknown"},
		{"none known alive, all ended", false, event.SessionRevoked, 50.5, "okta", "revoked"},
	} {
		k := reset(rules.Recovery, rules.Assisted, 50)
		if c.alive {
			k.Alive = []custody.Session{{System: "okta", ID: "s1", Seen: start + 49*hour}}
		}
		if c.at != 0 {
			st := stepAt(c.kind, c.at, "sam")
			st.System = c.system
			k.Steps[custody.Closed] = []custody.Step{st}
		}
		b := newBench(t, nil, "okta system=okta shows=session.revoked always=session.revoked from=-500 to=500")
		if got := b.sit(k).sessions(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
