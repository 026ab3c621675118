package identity

import (
	"slices"
	"strings"

	"resetproof/rules"
)

// Observed is what the logs show of an identity in the policy's look-back
// before a reset.
type Observed struct {
	PrivilegedAct bool // an act on the policy's list privileged_acts
	ResetOthers   bool // executed a recovery of another identity
	BreakGlass    bool // what is reset opens the system in an emergency only
	// Machine: of one no roster knows, the logs tell that no person is behind it:
	// the type of its principal, a service principal name, log-on types 4 and 5.
	Machine bool
}

// Bases of a tier: what decided it.
const (
	BasisRoster   = "roster"   // kind, tier or data_access of the roster
	BasisGroup    = "group"    // a role or group on the policy's lists
	BasisObserved = "observed" // acts in the logs
	BasisDefault  = "default"  // nothing: ordinary
)

// facts are what the tier table asks about an identity at one time.
type facts struct {
	kind, tier  string
	privileged  bool // holds a role or group on the policy's list
	executive   bool
	sensitive   bool // data_access names production, customer or regulated
	observed    Observed
	machineKind bool
}

// tierTable is policy.md, "Tiers: the first that matches". A machine that the
// roster itself calls privileged is one, whatever its roles.
var tierTable = []struct {
	tier  rules.Tier
	basis string
	holds func(f *facts) bool
}{
	{rules.BreakGlass, BasisRoster, func(f *facts) bool { return f.kind == BreakGlass }},
	{rules.BreakGlass, BasisObserved, func(f *facts) bool { return f.observed.BreakGlass }},
	{rules.PrivilegedMachine, BasisGroup, func(f *facts) bool { return f.machineKind && f.privileged }},
	{rules.PrivilegedMachine, BasisRoster, func(f *facts) bool {
		return f.machineKind && (f.tier == string(rules.PrivilegedMachine) || f.tier == string(rules.Privileged))
	}},
	{rules.Machine, BasisRoster, func(f *facts) bool { return f.machineKind }},
	{rules.Machine, BasisObserved, func(f *facts) bool { return f.kind == "" && f.observed.Machine }},
	{rules.Privileged, BasisRoster, func(f *facts) bool { return f.tier == string(rules.Privileged) }},
	{rules.Privileged, BasisGroup, func(f *facts) bool { return f.privileged }},
	{rules.Privileged, BasisObserved, func(f *facts) bool { return f.observed.PrivilegedAct }},
	{rules.Sensitive, BasisRoster, func(f *facts) bool { return f.tier == string(rules.Sensitive) || f.sensitive }},
	{rules.Sensitive, BasisGroup, func(f *facts) bool { return f.executive }},
	{rules.Sensitive, BasisObserved, func(f *facts) bool { return f.observed.ResetOthers }},
	{rules.Ordinary, BasisRoster, func(f *facts) bool { return f.tier == string(rules.Ordinary) }},
	{rules.Ordinary, BasisDefault, func(*facts) bool { return true }},
}

// TierAt gives the tier of an identity by the row in force (Resolver.At; nil
// for one no roster knows) and what was observed, and what decided it.
func TierAt(pol *rules.Policy, row *Identity, observed Observed) (tier rules.Tier, basis string) {
	f := &facts{observed: observed}
	if row != nil {
		held := slices.Concat(row.Roles, row.Groups)
		f.kind, f.tier = row.Kind, row.Tier
		f.machineKind = row.Kind == Service || row.Kind == Shared || row.Kind == Workload
		f.privileged = sharesRole(held, pol.PrivilegedRoles)
		f.executive = sharesRole(row.Roles, pol.ExecutiveRoles)
		f.sensitive = slices.ContainsFunc(row.DataAccess, func(data string) bool {
			return slices.ContainsFunc(pol.SensitiveData, func(word string) bool { return strings.EqualFold(word, data) })
		})
	}
	for _, line := range tierTable {
		if line.holds(f) {
			return line.tier, line.basis
		}
	}
	return rules.Ordinary, BasisDefault
}

func sharesRole(held, listed []string) bool {
	return slices.ContainsFunc(held, func(role string) bool { return HasRole(listed, role) })
}

// HasRole tells whether a role or group is on a list, however the two are
// written: case, dashes and underscores do not count, and ACME\Domain Admins,
// CN=Domain Admins,CN=Users,… and arn:aws:iam::aws:policy/… are the names in
// them. Okta writes several roles into one field, each with its scope:
// "Organization administrator, Application administrator (all)".
func HasRole(list []string, role string) bool {
	parts := []string{role}
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(role)), "cn=") {
		parts = strings.Split(role, ",")
	}
	return slices.ContainsFunc(parts, func(part string) bool {
		if name, _, scoped := strings.Cut(part, " ("); scoped {
			part = name
		}
		part = foldRole(part)
		return part != "" && slices.ContainsFunc(list, func(listed string) bool { return foldRole(listed) == part })
	})
}

var roleFold = strings.NewReplacer("-", " ", "_", " ")

func foldRole(role string) string {
	role = strings.ToLower(strings.TrimSpace(role))
	switch {
	case strings.HasPrefix(role, "cn="):
		role, _, _ = strings.Cut(role[len("cn="):], ",")
	case strings.HasPrefix(role, "arn:"):
		role = role[strings.LastIndexByte(role, '/')+1:]
	default:
		role = role[strings.LastIndexByte(role, '\\')+1:]
	}
	return strings.Join(strings.Fields(roleFold.Replace(role)), " ")
}
