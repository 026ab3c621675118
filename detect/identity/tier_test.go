package identity

import (
	"testing"

	"resetproof/rules"
)

func TestTierAt(t *testing.T) {
	pol := &rules.Policy{
		PrivilegedRoles: []string{"Global Administrator", "Domain Admins", "AdministratorAccess"},
		ExecutiveRoles:  []string{"ceo"},
		SensitiveData:   []string{"production", "customer", "regulated"},
	}
	act, resets := Observed{PrivilegedAct: true}, Observed{ResetOthers: true}
	for _, c := range []struct {
		name  string
		row   *Identity
		seen  Observed
		tier  rules.Tier
		basis string
	}{
		{"break-glass before all else", &Identity{Kind: BreakGlass, Roles: []string{"Domain Admins"}}, act, rules.BreakGlass, BasisRoster},
		{"a machine with a listed role", &Identity{Kind: Service, Roles: []string{"AdministratorAccess"}}, Observed{}, rules.PrivilegedMachine, BasisGroup},
		{"a machine with a listed group", &Identity{Kind: Workload, Groups: []string{`ACME\Domain Admins`}}, Observed{}, rules.PrivilegedMachine, BasisGroup},
		{"a machine the roster calls privileged", &Identity{Kind: Shared, Tier: "privileged"}, Observed{}, rules.PrivilegedMachine, BasisRoster},
		{"twin: a machine without", &Identity{Kind: Shared, Roles: []string{"reader"}}, act, rules.Machine, BasisRoster},
		{"the tier column", &Identity{Kind: Person, Tier: "privileged"}, Observed{}, rules.Privileged, BasisRoster},
		{"a listed role, in any case", &Identity{Kind: Person, Tier: "ordinary", Roles: []string{"global-administrator"}}, Observed{}, rules.Privileged, BasisGroup},
		{"a listed group by its distinguished name", &Identity{Kind: Person, Groups: []string{"CN=Domain Admins,CN=Users,DC=acme,DC=example"}}, Observed{}, rules.Privileged, BasisGroup},
		{"a listed policy by its ARN", &Identity{Kind: Person, Roles: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}, Observed{}, rules.Privileged, BasisGroup},
		{"twin: a role that only sounds like one", &Identity{Kind: Person, Roles: []string{"Global Administrator Assistant"}}, Observed{}, rules.Ordinary, BasisDefault},
		{"privilege seen in use", &Identity{Kind: Person, Tier: "sensitive"}, act, rules.Privileged, BasisObserved},
		{"sensitive by the tier column", &Identity{Kind: Person, Tier: "sensitive"}, resets, rules.Sensitive, BasisRoster},
		{"sensitive by data", &Identity{Kind: Person, Tier: "ordinary", DataAccess: []string{"Regulated"}}, Observed{}, rules.Sensitive, BasisRoster},
		{"twin: other data", &Identity{Kind: Person, Tier: "ordinary", DataAccess: []string{"test"}}, Observed{}, rules.Ordinary, BasisRoster},
		{"an executive", &Identity{Kind: Person, Roles: []string{"CEO"}}, Observed{}, rules.Sensitive, BasisGroup},
		{"seen resetting others", &Identity{Kind: Person, Tier: "ordinary"}, resets, rules.Sensitive, BasisObserved},
		{"nobody the roster knows", nil, Observed{}, rules.Ordinary, BasisDefault},
		{"nobody the roster knows, seen with privilege", nil, act, rules.Privileged, BasisObserved},
		{"nobody the roster knows, with an emergency credential", nil, Observed{BreakGlass: true}, rules.BreakGlass, BasisObserved},
		{"nobody the roster knows, and no person", nil, Observed{Machine: true, PrivilegedAct: true}, rules.Machine, BasisObserved},
		{"twin: a person by the roster", &Identity{Kind: Person, Tier: "ordinary"}, Observed{Machine: true}, rules.Ordinary, BasisRoster},
		{"nobody the roster knows, seen resetting", nil, resets, rules.Sensitive, BasisObserved},
	} {
		if tier, basis := TierAt(pol, c.row, c.seen); tier != c.tier || basis != c.basis {
			t.Errorf("%s: %s by %s, want %s by %s", c.name, tier, basis, c.tier, c.basis)
		}
	}
}

func TestHasRole(t *testing.T) {
	listed := []string{"Global Administrator", "Domain Admins", "AdministratorAccess", "Organization Administrator"}
	for role, want := range map[string]bool{
		"global administrator": true, `ACME\Domain Admins`: true, "CN=Domain Admins,CN=Users,DC=acme,DC=example": true,
		"arn:aws:iam::aws:policy/AdministratorAccess":                       true,
		"Application administrator (all), Organization administrator (all)": true,
		"Application administrator (all)":                                   false, "Global Reader": false, "Domain Users": false, "Not Domain Admins": false, "": false,
	} {
		if got := HasRole(listed, role); got != want {
			t.Errorf("HasRole(%q) = %v", role, got)
		}
	}
}
