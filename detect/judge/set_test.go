package judge

import (
	"slices"
	"strings"
	"testing"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Findings over the set name their subject, and those about one subject at two
// moments are two.
func TestFindingsOverTheSet(t *testing.T) {
	b := newBench(t, nil)
	cleared := tiny(rules.Check{ID: "cleared", About: "evidence", Asks: "absence", Each: "logs", EachKey: "each.feed", Met: `each.kind != "log.cleared"`})
	cleared.Scope = "source"
	cleared.Message = `each.feed + " was cleared at " + clock(each.time)`
	if err := b.Compile([]*rules.Check{cleared}); err != nil {
		t.Fatal(err)
	}
	for hour, kind := range map[float64]event.Kind{5: event.LogCleared, 2: event.LogCleared, 3: event.LogStopped} {
		e := stepAt(kind, hour, "eve").Event
		e.Feed = "dc01"
		b.Log(e)
	}
	found := b.Set(start + 1000*hour)
	var said []string
	for _, f := range found {
		said = append(said, f.Message)
		if f.Subject != "dc01" || f.Scope != "source" || f.Case != nil || f.Operator == nil || *f.Operator != "eve" || len(f.Evidence) != 1 {
			t.Errorf("finding %+v", f)
		}
	}
	if want := []string{"dc01 was cleared at 2026-03-02 02:00:00 UTC", "dc01 was cleared at 2026-03-02 05:00:00 UTC"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if len(found) == 2 && found[0].ID == found[1].ID {
		t.Error("two clearings are one finding")
	}
}

// Of a step that is on record nobody says that no source could show it, and a
// raised tier raises the finding.
func TestUnsourcedSteps(t *testing.T) {
	unsourced := tiny(rules.Check{ID: "unsourced", Asks: "absence", Each: "unsourced", EachKey: `each.step + "|" + each.system + "|" + each.tier`, Met: "false"})
	unsourced.Scope = "set"
	row := func(tier string) map[string]*identity.Identity {
		return map[string]*identity.Identity{"ann": {ID: "ann", Kind: "person", Tier: tier, InForce: true}}
	}
	for _, c := range []struct {
		tier     string
		verified bool
		want     string
	}{
		{"ordinary", false, "verified|okta|ordinary low"},
		{"privileged", false, "verified|okta|privileged high"},
		{"ordinary", true, ""},
	} {
		b := newBench(t, row(c.tier), "snow shows=reset.requested;reset.approved from=-500 to=500", "okta system=okta shows=credential.delivered;session.revoked;token.revoked;case.reviewed from=-500 to=500")
		if err := b.Compile([]*rules.Check{unsourced}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			k := reset(rules.Recovery, rules.Assisted, 50)
			if c.verified {
				k.Steps[custody.Verified] = []custody.Step{stepAt(event.IdentityVerified, 49, "noor")}
			}
			b.Judge(k)
		}
		var said []string
		for _, f := range b.Set(start + 1000*hour) {
			said = append(said, f.Subject+" "+f.Severity)
		}
		if got := strings.Join(said, ", "); got != c.want {
			t.Errorf("%s, verified %v: found %q, want %q", c.tier, c.verified, got, c.want)
		}
	}
}
