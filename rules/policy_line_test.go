package rules

import "testing"

func TestPolicyLines(t *testing.T) {
	set, err := LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule string
		tier Tier
		path Path
		want string
	}{
		{"requirements.<tier>.approval_valid", Sensitive, Assisted, "24h"},
		{"requirements.<tier>.approval_valid", BreakGlass, Emergency, "no limit"},
		{"requirements.<tier>.sessions_ended", Privileged, "", "15m"},
		{"requirements.<tier>.sessions_ended", Machine, "", "not demanded"},
		{"requirements.<tier>.dependents_rotated", Ordinary, "", "7d"},
		{"requirements.<tier>.old_secret", Ordinary, "", "0"},
		{"requirements.<tier>.verification", Privileged, Assisted, "4 on the assisted path"},
		{"requirements.<tier>.verification", Privileged, "", "{any: 4, automated: 0}"},
		{"requirements.<tier>.approvals", Ordinary, SelfService, "none on the self-service path"},
		{"requirements.<tier>.request", Privileged, "", "[any]"},
		{"requirements.<tier>.approvers", Ordinary, "", "[manager, service-desk-lead]"},
		{"requirements.<tier>.separate", Machine, "", "[[approver, executor]]"},
		{"requirements.<tier>.every_dependent", Machine, "", "true"},
		{"requirements.<tier>", Machine, "", ""},
		{"limits.contact_changed", "", "", "72h"},
	} {
		if got, ok := set.Versions[0].Line(LineOf(c.rule, c.tier), c.path); got != c.want || !ok {
			t.Errorf("%s of %s, path %q: %q %v, want %q", c.rule, c.tier, c.path, got, ok, c.want)
		}
	}
	own := load(t, write(t, "extends: baseline\nname: a\nversion: 1\nsegments: [{name: the board, requirements: {approvals: {assisted: 2}}}]\n"))
	for rule, want := range map[string][2]string{
		"requirements.<tier>.approvals":      {"segments.the board.privileged.approvals", "2 on the assisted path"},
		"requirements.<tier>.approval_valid": {"requirements.privileged.approval_valid", "8h"},
		"limits.contact_changed":             {"limits.contact_changed", "72h"},
	} {
		line := own.LineIn(rule, Privileged, "the board")
		if value, ok := own.Line(line, Assisted); line != want[0] || value != want[1] || !ok {
			t.Errorf("%s of the board is %s: %q", rule, line, value)
		}
		if line := own.LineIn(rule, Privileged, ""); line != LineOf(rule, Privileged) {
			t.Errorf("%s of nobody in particular is %s", rule, line)
		}
	}
	for _, rule := range []string{"segments.nobody.privileged.approvals", "segments.", "", "requirements.nobody.request", "requirements.ordinary.nothing", "requirements.ordinary.approval_valid.more", "limits"} {
		if got, ok := set.Versions[0].Line(rule, Assisted); ok && got != "" {
			t.Errorf("%q is no line with a value, but gives %q", rule, got)
		}
	}
}

// The line a bundled check hangs on exists in the bundled policy, for some tier.
func TestChecksHangOnPolicyLines(t *testing.T) {
	set, err := LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range bundledChecks(t) {
		found := c.Rule == ""
		for _, tier := range Tiers() {
			_, ok := set.Versions[0].Line(LineOf(c.Rule, tier), "")
			found = found || ok
		}
		if !found {
			t.Errorf("%s: the policy has no line %s", c.File, c.Rule)
		}
	}
}
