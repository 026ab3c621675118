package identity

import (
	"testing"

	"resetproof/rules"
)

func TestSegmentOf(t *testing.T) {
	set, err := rules.LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	pol := set.Versions[0]
	vendor, agent := &Identity{Employment: "vendor", Unit: "night desk"}, &Identity{Employment: "employee", Unit: "service desk"}
	ann := &Identity{Kind: Person}
	by := func(tier rules.Tier, operator *Identity) Reset {
		return Reset{Tier: tier, Path: rules.Assisted, ForOther: true, Operator: operator}
	}
	alone := func(tier rules.Tier, path rules.Path) Reset { return Reset{Tier: tier, Path: path} }
	for _, c := range []struct {
		name string
		row  *Identity
		of   Reset
		want string
	}{
		{"an executive, whoever resets", &Identity{Kind: Person, Roles: []string{"Chief Financial Officer"}}, by(rules.Sensitive, vendor), "executive"},
		{"twin: an executive's group is no role", &Identity{Kind: Person, Groups: []string{"CEO"}}, alone(rules.Ordinary, rules.SelfService), ""},
		{"a machine that touches production", &Identity{Kind: Service, DataAccess: []string{"Production"}}, by(rules.Machine, vendor), "production automation"},
		{"twin: a machine that does not", &Identity{Kind: Service, DataAccess: []string{"test"}}, alone(rules.Machine, rules.Automated), ""},
		{"twin: a person who touches production", &Identity{Kind: Person, DataAccess: []string{"production"}}, alone(rules.Sensitive, rules.SelfService), ""},
		{"a vendor resets", ann, by(rules.Privileged, vendor), "vendor desk"},
		{"twin: a vendor resets his own", &Identity{Kind: Person, Employment: "vendor"}, alone(rules.Ordinary, rules.SelfService), ""},
		{"a service desk agent resets", ann, by(rules.Ordinary, agent), "service desk"},
		{"an operator whom no roster knows", nil, by(rules.Sensitive, nil), "service desk"},
		{"twin: the desk does not serve administrators", ann, by(rules.Privileged, agent), ""},
	} {
		got := ""
		if s := SegmentOf(pol, c.row, c.of); s != nil {
			got = s.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Each condition of a segment alone, met and not met.
func TestSegmentConditions(t *testing.T) {
	row := &Identity{Roles: []string{"night-operator"}, Groups: []string{`ACME\Desk`}, Unit: "Care", DataAccess: []string{"customer"}}
	other := Reset{
		Tier: rules.Sensitive, Path: rules.Assisted, Observed: Observed{ResetOthers: true}, ForOther: true,
		Operator: &Identity{Roles: []string{"agent"}, Unit: "Desk North", Employer: "Helpful", Employment: "contractor"},
	}
	for _, c := range []struct {
		name     string
		yes, not rules.Segment
	}{
		{"tiers", rules.Segment{Tiers: []rules.Tier{rules.Ordinary, rules.Sensitive}}, rules.Segment{Tiers: []rules.Tier{rules.Ordinary}}},
		{"paths", rules.Segment{Paths: []rules.Path{rules.Assisted}}, rules.Segment{Paths: []rules.Path{rules.SelfService}}},
		{"data", rules.Segment{DataAccess: []string{"Customer"}}, rules.Segment{DataAccess: []string{"production"}}},
		{"roles and groups", rules.Segment{Roles: []string{"desk"}}, rules.Segment{Roles: []string{"operator"}}},
		{"units", rules.Segment{Units: []string{"care"}}, rules.Segment{Units: []string{"car"}}},
		{"resets others", rules.Segment{ResetsOthers: true}, rules.Segment{Executive: true}},
		{"employment", rules.Segment{Operator: &rules.SegmentOperator{Employment: []string{"contractor"}}}, rules.Segment{Operator: &rules.SegmentOperator{Employment: []string{"vendor"}}}},
		{"employer", rules.Segment{Operator: &rules.SegmentOperator{Employers: []string{"helpful"}}}, rules.Segment{Operator: &rules.SegmentOperator{Employers: []string{"acme"}}}},
		{"operator's roles", rules.Segment{Operator: &rules.SegmentOperator{Roles: []string{"Agent"}}}, rules.Segment{Operator: &rules.SegmentOperator{Roles: []string{"lead"}}}},
		{"operator's unit", rules.Segment{Operator: &rules.SegmentOperator{Units: []string{"desk north"}}}, rules.Segment{Operator: &rules.SegmentOperator{Units: []string{"desk"}}}},
		{"all of them", rules.Segment{Units: []string{"care"}, ResetsOthers: true}, rules.Segment{Units: []string{"care"}, Executive: true}},
	} {
		for _, s := range []struct {
			segment rules.Segment
			want    bool
		}{{c.yes, true}, {c.not, false}} {
			pol := &rules.Policy{Segments: []rules.Segment{s.segment}}
			if got := SegmentOf(pol, row, other) != nil; got != s.want {
				t.Errorf("%s: fits %v, want %v", c.name, got, s.want)
			}
		}
	}
	desk := &rules.Policy{Segments: []rules.Segment{{Operator: &rules.SegmentOperator{Desk: true}}}, Desks: []rules.Desk{{Employer: "Helpful", Unit: "desk north"}}}
	if SegmentOf(desk, row, other) == nil {
		t.Error("a member of the desk is not at it")
	}
	desk.Desks[0].Unit = "desk south"
	if SegmentOf(desk, row, other) != nil {
		t.Error("a member of another desk is at it")
	}
}
