package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, spec string) *Policy {
	t.Helper()
	set, err := LoadPolicy(spec)
	if err != nil {
		t.Fatal(err)
	}
	return set.Versions[0]
}

func TestStrictIsBaselineHalved(t *testing.T) {
	want := load(t, "baseline")
	for tier, r := range want.Requirements {
		for _, d := range []*time.Duration{&r.ApprovalValid, &r.RequestMayFollow, &r.ApprovalMayFollow, &r.ForcedChange,
			&r.SessionsEnded, &r.TokensRevoked, &r.MFABack, &r.DeviceBack, &r.DependentsRotated, &r.OldSecret,
			&r.DirectoriesReached, &r.Review} {
			*d /= 2
		}
		for what := range r.Life {
			r.Life[what] /= 2
		}
		switch tier {
		case Sensitive, Privileged, BreakGlass:
			r.Approvals[Assisted]++
			r.Approvals[Emergency]++
		}
		want.Requirements[tier] = r
	}
	got := load(t, "strict")
	for _, tier := range Tiers() {
		if diff := difference(want.Requirements[tier], got.Requirements[tier]); diff != "" {
			t.Errorf("%s: %s", tier, diff)
		}
	}
	got.Requirements, want.Requirements = nil, nil
	got.Name, got.Extends, got.SHA256 = want.Name, want.Extends, want.SHA256
	if diff := difference(*want, *got); diff != "" {
		t.Errorf("beside the requirements: %s", diff)
	}
}

func TestSeverityIsRaisedForPrivilegeAndRegulatedData(t *testing.T) {
	p := load(t, "baseline")
	for _, c := range []struct {
		tier Tier
		data []string
		want bool
	}{
		{Privileged, nil, true}, {PrivilegedMachine, nil, true}, {BreakGlass, nil, true},
		{Ordinary, nil, false}, {Sensitive, []string{"customer"}, false}, {Machine, nil, false},
		{Ordinary, []string{"customer", "Regulated"}, true},
	} {
		if got := p.Raised(c.tier, c.data); got != c.want {
			t.Errorf("Raised(%s, %v) = %v", c.tier, c.data, got)
		}
	}
}

func TestAnyMeansThePathsNotNamed(t *testing.T) {
	p := load(t, "baseline")
	sensitive := p.Requirements[Sensitive]
	for path, want := range map[Path]int{SelfService: 3, Assisted: 3, Emergency: 3, UnknownPath: 3, Automated: 0} {
		if got := sensitive.Verification[path]; got != want {
			t.Errorf("verification on %s = %d, want %d", path, got, want)
		}
	}
	if len(sensitive.Request) != len(Paths()) {
		t.Errorf("request on %v, want every path", sensitive.Request)
	}
	if got := p.Requirements[Ordinary].Request; len(got) != 2 {
		t.Errorf("ordinary request on %v, want assisted and emergency", got)
	}
}

// write puts a policy file into a folder of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "acme.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUserPolicyAddsToBaseline(t *testing.T) {
	p := load(t, write(t, `
extends: baseline
name: acme
version: 2026-01
requirements:
  ordinary: {verification: {assisted: 3}, approvers: [identity-admin]}
privileged_roles: [Vault Root]
method_names: {Badge at the desk: photo-id}
desks: [{employer: Helpful, mandates: [ordinary], shift: {zone: Europe/Paris, days: [mon], from: "08:00", to: "18:00"}}]
`))
	base := load(t, "baseline")
	row := p.Requirements[Ordinary]
	if row.Verification[Assisted] != 3 || row.Verification[SelfService] != 2 {
		t.Errorf("verification %v: want 3 assisted, 2 self-service as the baseline", row.Verification)
	}
	if len(row.Approvers) != 1 {
		t.Errorf("approvers %v: a list replaces", row.Approvers)
	}
	if diff := difference(base.Requirements[Privileged], p.Requirements[Privileged]); diff != "" {
		t.Errorf("a tier the file does not name differs: %s", diff)
	}
	if !slices.Equal(p.PrivilegedRoles, []string{"Vault Root"}) {
		t.Error("privileged_roles are not replaced")
	}
	if n, ok := p.Methods.Strength("badge at the DESK"); n != 4 || !ok {
		t.Errorf("own method name has strength %d, known %v", n, ok)
	}
	if _, ok := base.Methods.Strength("badge at the desk"); ok {
		t.Error("one policy's method names are known to another")
	}
	if p.SHA256 == base.SHA256 {
		t.Error("two policies with one hash")
	}
}

func TestVersionInForceAtItsTime(t *testing.T) {
	asList := `
extends: baseline
name: acme
versions:
  - {version: "2", valid_from: 2026-03-01, mfa_verification: 4}
  - {version: "1", valid_from: 2026-01-01}
`
	asDocuments := `
extends: baseline
name: acme
version: "1"
valid_from: 2026-01-01
---
extends: baseline
name: acme
version: "2"
valid_from: 2026-03-01T00:00:00Z
mfa_verification: 4
`
	for _, text := range []string{asList, asDocuments} {
		set, err := LoadPolicy(write(t, text))
		if err != nil {
			t.Fatal(err)
		}
		for day, want := range map[string]string{"2025-06-01": "1", "2026-02-28": "1", "2026-03-01": "2", "2027-01-01": "2"} {
			at, _ := time.Parse(time.DateOnly, day)
			if got := set.At(at); got.Version != want {
				t.Errorf("on %s version %s, want %s", day, got.Version, want)
			}
		}
		if one, two := set.Versions[0].MFAVerification, set.Versions[1].MFAVerification; one != 3 || two != 4 {
			t.Errorf("mfa_verification is %d, then %d; want the baseline's 3, then 4", one, two)
		}
	}
}

func TestGapsBetweenVersions(t *testing.T) {
	const head = "extends: baseline\nname: acme\nversions:\n"
	for _, c := range []struct{ name, text, want string }{
		{"gap", "  - {version: 1, valid_until: 2026-02-01}\n  - {version: 2, valid_from: 2026-03-01}\n",
			`acme.yaml:4:18: a gap between policy versions: 1 ends 2026-02-01, 2 comes into force 2026-03-01 (leave valid_until away: a version is in force until the next one)` +
				"\n      - {version: 1, valid_until: 2026-02-01}\n                     ^"},
		{"overlap", "  - {version: 1, valid_until: 2026-03-01T00:00:01Z}\n  - {version: 2, valid_from: 2026-03-01}\n",
			`acme.yaml:4:18: policy versions overlap: 1 ends 2026-03-01T00:00:01Z, 2 comes into force 2026-03-01`},
		{"backwards", "  - {version: 1, valid_from: 2026-03-01, valid_until: 2026-03-01}\n", `acme.yaml:4:42: version 1 ends before it comes into force`},
		{"seamless", "  - {version: 1, valid_until: 2026-03-01}\n  - {version: 2, valid_from: 2026-03-01}\n", ""},
	} {
		_, err := LoadPolicy(write(t, head+c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v\nwant one with %s", c.name, err, c.want)
		}
	}

	set, err := LoadPolicy(write(t, head+"  - {version: 1, valid_from: 2026-01-01}\n  - {version: 2, valid_from: 2026-03-01, valid_until: 2026-04-01}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2025-12-31": "acme.yaml:4:18: the reset of ann (2025-12-31T00:00:00Z) lies before the first version of the policy comes into force",
		"2026-01-01": "", "2026-03-31": "",
		"2026-04-01": "acme.yaml:5:42: the reset of ann (2026-04-01T00:00:00Z) lies after the last version of the policy ends",
	} {
		at, _ := time.Parse(time.DateOnly, day)
		err := set.Uncovered("the reset of ann", at)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v\nwant one with %s", day, err, want)
		}
	}
	if err := (&PolicySet{Versions: []*Policy{load(t, "baseline")}}).Uncovered("the reset of ann", time.Unix(0, 0)); err != nil {
		t.Errorf("a policy without dates: %v", err)
	}
}

func TestPolicyMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"misspelt key", "extends: baseline\nname: a\nversion: 1\nrequirements:\n  ordinary:\n    aprovals: {assisted: 1}\n",
			`acme.yaml:6:5: unknown key "aprovals" (did you mean approvals?)` + "\n        aprovals\n        ^"},
		{"unknown tier", "extends: baseline\nname: a\nversion: 1\nrequirements:\n  ordinry: {}\n", `:5:3: unknown requirements key "ordinry" (did you mean ordinary?)`},
		{"bad duration", "extends: baseline\nname: a\nversion: 1\nmatching: {before: 7 days}\n", `:4:20: before "7 days": not a duration such as 10m, 72h or 7d`},
		{"negative duration", "extends: baseline\nname: a\nversion: 1\nmatching: {before: -1h}\n", `before "-1h": not a duration`},
		{"strength above 4", "extends: baseline\nname: a\nversion: 1\nmfa_verification: 5\n", `mfa_verification "5": above 4`},
		{"wrong type", "extends: baseline\nname: a\nversion: 1\nprivileged_roles: Domain Admins\n", `:4:19: privileged_roles wants a list, is text`},
		{"unknown channel", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinary: {channels: [pigeon]}}\n", `unknown channels "pigeon"`},
		{"unknown life", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinary: {life: {code@pigeon: 1h}}}\n", `unknown life key "code@pigeon"`},
		{"no name", "extends: baseline\nversion: 1\n", `:1:1: key "name" is missing`},
		{"no version", "extends: baseline\nname: a\nversions: [{valid_from: 2026-01-01}]\n", `key "version" is missing`},
		{"nothing extended", "name: a\nversion: 1\nversions: [{version: 2}]\n", `versions need a policy they extend (add extends: baseline)`},
		{"not complete", "name: a\nversion: 1\n", `key "requirements" is missing`},
		{"unknown base", "extends: baselin\nname: a\nversion: 1\n", `:1:10: extends: unknown policy "baselin" (did you mean baseline?)`},
		{"one time twice", "extends: baseline\nname: a\nversions: [{version: 1}, {version: 2}]\n", `versions 1 and 2 come into force at the same time`},
		{"desk of nobody", "extends: baseline\nname: a\nversion: 1\ndesks: [{mandates: [ordinary]}]\n", `desk 1 names neither unit nor employer`},
		{"no zone", "extends: baseline\nname: a\nversion: 1\ndesks: [{unit: x, mandates: [ordinary], shift: {zone: Moon/Base, days: [mon], from: '08:00', to: '9'}}]\n", `zone "Moon/Base": not a time zone`},
		{"anchor", "extends: &b baseline\nname: a\nversion: 1\n", `an anchor or alias, which this file may not use`},
		{"key twice", "extends: baseline\nname: a\nname: b\nversion: 1\n", `:3:1: `},
		{"broken", "extends: [\n", `:1:`},
		{"empty", "# nothing\n", `holds no policy`},
		{"a list", "- a\n", `a policy wants a mapping, is a list`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadPolicy(write(t, c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant one with %s", err, c.want)
			}
		})
	}
}

func TestUnknownPolicyNamesAreExplained(t *testing.T) {
	for spec, want := range map[string]string{
		"basline":          "did you mean baseline?",
		"lenient":          "known here: baseline, strict",
		"baseline+pic":     `unknown profile "pic" (known here: cjis, dora, hipaa, nydfs, pci, sox)`,
		"baseline+":        `unknown profile ""`,
		"strict+pci+pci":   `profile "pci" is named twice`,
		"acme.yaml+pci":    "acme.yaml: no such file",
		"missing/acme.yml": "no such file",
	} {
		if _, err := LoadPolicy(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", spec, err, want)
		}
	}
}
