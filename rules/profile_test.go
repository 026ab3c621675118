package rules

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// bases are the bundled policies that profiles are added to.
var bases = []string{"baseline", "strict"}

// Every profile, on either base and beside every other profile, asks for at
// least what the base asks for, and for all that its own file states.
func TestProfilesOnlyTighten(t *testing.T) {
	all := ProfileNames()
	if want := []string{"cjis", "dora", "hipaa", "nydfs", "pci", "sox"}; !slices.Equal(all, want) {
		t.Fatalf("profiles %v, want %v", all, want)
	}
	for _, base := range bases {
		plain := load(t, base)
		for _, name := range all {
			one := load(t, base+"+"+name)
			if one.Name != base+"+"+name || len(one.Profiles) != 1 || one.Profiles[0].Name != name {
				t.Errorf("%s+%s is called %s and names the profiles %v", base, name, one.Name, one.Profiles)
			}
			noWeaker(t, plain, one)
			for _, other := range all {
				if other == name {
					continue
				}
				both := load(t, base+"+"+name+"+"+other)
				noWeaker(t, one, both)
				noWeaker(t, load(t, base+"+"+other), both)
				for _, l := range policyLines(both, load(t, base+"+"+other+"+"+name)) {
					if l.More() || l.Less() {
						a, b := l.Values()
						t.Errorf("%s+%s and %s: %s is %s the one way round, %s the other", base, name, other, l.Key, a, b)
					}
				}
			}
		}
	}
}

func noWeaker(t *testing.T, than, p *Policy) {
	t.Helper()
	for _, l := range policyLines(than, p) {
		if l.Less() {
			a, b := l.Values()
			t.Errorf("%s weakens %s: %s is %s, was %s", p.Name, than.Name, l.Key, b, a)
		}
	}
}

// What profiles change of the baseline, written down a second time by hand.
const profileTable = `
pci    requirements.ordinary.approval_unless_owner_asked false
pci    requirements.machine.approval_unless_owner_asked  false
pci    requirements.ordinary.forced_change               24h
pci    requirements.privileged.forced_change             1h
pci    issuance_approval_tiers                           [privileged, privileged-machine, break-glass, ordinary, sensitive, machine]
pci    judges.binding                                    [request, verification, attribution, takeover, emergency, evidence, approval]
pci    limits.retention_audit                            365d
pci    requirements.ordinary.verification.assisted       2
pci    requirements.ordinary.channels                    [vault-link, manager-in-person, mail-link, sms-link, voice-callback]
hipaa  raised_data                                       [regulated, phi, ephi]
hipaa  requirements.machine.verification.self-service    0
dora   requirements.ordinary.approval_unless_owner_asked false
dora   requirements.privileged.verification.assisted     4
sox    limits.retention_audit                            2555d
sox    requirements.machine.separate                     [[approver, executor], [approver, requester]]
sox    requirements.machine.review                       30d
sox    requirements.privileged.review                    7d
nydfs  requirements.ordinary.verification.assisted       3
nydfs  requirements.ordinary.verification.automated      0
nydfs  requirements.privileged-machine.review            7d
cjis   requirements.ordinary.step_up                     4
cjis   requirements.sensitive.separate                   [[approver, requester], [approver, beneficiary], [approver, executor], [verifier, executor]]
`

func TestProfilesHoldTheirTable(t *testing.T) {
	baseline := load(t, "baseline")
	for _, line := range strings.Split(strings.TrimSpace(profileTable), "\n") {
		f := strings.Fields(line)
		want := strings.Join(f[2:], " ")
		lines := policyLines(baseline, load(t, "baseline+"+f[0]))
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Key == f[1] })
		if i < 0 {
			if want != "0" {
				t.Errorf("%s has no line %s", f[0], f[1])
			}
			continue
		}
		if _, got := lines[i].Values(); got != want {
			t.Errorf("%s: %s is %q, want %q", f[0], f[1], got, want)
		}
	}
}

// Each field of a policy says which value asks for more, or stands here
// because there is no more or less of it.
func TestEveryRequirementSaysWhatIsStricter(t *testing.T) {
	incomparable := []string{
		"name", "version", "extends", "valid_from", "valid_until", "requirements", "desks", "segments", "pipelines", "reset_tools", "shared_phones", "method_names", "reset_roles", "desk_roles", "log_roles",
		"hold_roles", "response_roles", "jump_hosts", "higher_systems",
		"matching", "verification_of", "unknown_place_history", "unknown_place_signins", "false_discovery_rate",
	}
	for _, s := range []any{Policy{}, Row{}, Limits{}} {
		for _, f := range fieldsOf(reflect.TypeOf(s)) {
			if slices.Contains(incomparable, f.name) != (f.stricter == "") {
				t.Errorf("%T: %s has stricter %q", s, f.name, f.stricter)
			}
			if _, ok := strictness[f.stricter]; f.stricter != "" && f.stricter != "within" && f.stricter != "life" && !ok {
				t.Errorf("%T: %s has the unknown word %q", s, f.name, f.stricter)
			}
		}
	}
}

func TestStrictest(t *testing.T) {
	d := func(s string) any { v, _ := ParseDuration(s); return v }
	type lives = map[string]time.Duration
	for _, c := range []struct {
		word       string
		a, b, want any
	}{
		{"higher", 2, 3, 3}, {"higher", 3, 2, 3},
		{"lower", d("24h"), d("4h"), d("4h")}, {"lower", d("24h"), d("0"), d("0")}, {"lower", 0.05, 0.1, 0.05},
		{"sooner", d("24h"), d("4h"), d("4h")}, {"sooner", d("24h"), d("0"), d("24h")}, {"sooner", d("0"), d("4h"), d("4h")},
		{"true", false, true, true}, {"true", true, false, true}, {"false", true, false, false}, {"false", false, true, false},
		{"more", []string{"a"}, []string{"B", "A"}, []string{"a", "B"}},
		{"more", [][2]string{{"x", "y"}}, [][2]string{{"y", "x"}, {"x", "z"}}, [][2]string{{"x", "y"}, {"x", "z"}}},
		{"fewer", []string{"a", "b"}, []string{"b", "c"}, []string{"b"}},
		{"recovery", "reset", "new-secret-old-revoked", "new-secret-old-revoked"},
		{"recovery", "reset-with-mfa-reenrolment", "reset", "reset-with-mfa-reenrolment"},
		{"higher", map[Path]int{Assisted: 1}, map[Path]int{Assisted: 0, Emergency: 2}, map[Path]int{Assisted: 1, Emergency: 2}},
		// A limit on codes holds for those by mail, which have none of their own.
		{"life", lives{"code": 4}, lives{"code@mail": 24}, lives{"code": 4, "code@mail": 4}},
		{"life", lives{"code@mail": 24}, lives{"code": 4}, lives{"code": 4, "code@mail": 4}},
		{"life", lives{"code@mail": 24}, lives{"code@sms": 10}, lives{"code@mail": 24, "code@sms": 10}},
	} {
		got := strictest(c.word, reflect.ValueOf(c.a), reflect.ValueOf(c.b)).Interface()
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s of %v and %v is %v, want %v", c.word, c.a, c.b, got, c.want)
		}
	}
}

// A profile of a standard names the control of each demand, one of judgement
// names none.
func TestProfilesNameTheirControls(t *testing.T) {
	checks, err := LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	frameworks, err := LoadFrameworks(checks)
	if err != nil {
		t.Fatal(err)
	}
	// A number of the policy that no bundled check judges yet.
	known := map[string]bool{"pci-dss-4.0.1 10.5.1": true}
	for _, f := range frameworks {
		for _, c := range f.Controls {
			known[f.ID+" "+c.ID] = true
		}
	}
	for _, name := range ProfileNames() {
		p, err := LoadProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != name {
			t.Errorf("profile %s lies in %s.yaml", p.Name, name)
		}
		if standard := slices.Contains([]string{"pci", "hipaa", "dora"}, name); (p.Framework != "") != standard || (p.Judgement != "") == standard {
			t.Errorf("%s: framework %q, judgement %q", name, p.Framework, p.Judgement)
		}
		for _, a := range p.Additions {
			if a.Control != "" && !known[p.Framework+" "+a.Control] {
				t.Errorf("%s names the control %s, which %s does not have", name, a.Control, p.Framework)
			}
		}
	}
}

func TestLinesNameTheControlsThatAskForThem(t *testing.T) {
	p := load(t, write(t, "extends: baseline+pci+sox\nname: a\nversion: 1\nsegments: [{name: board, requirements: {approvals: {assisted: 2}}}]\n"))
	for line, want := range map[string]string{
		"requirements.ordinary.approvals":             "[PCI DSS 4.0.1 8.2.4 Sarbanes-Oxley Act (judgement)]",
		"requirements.break-glass.approvals":          "[PCI DSS 4.0.1 8.2.2 PCI DSS 4.0.1 8.2.4]",
		"requirements.ordinary.verification.assisted": "[PCI DSS 4.0.1 8.3.3]",
		"segments.board.ordinary.approvals":           "[PCI DSS 4.0.1 8.2.4 Sarbanes-Oxley Act (judgement)]",
		"limits.retention_audit":                      "[PCI DSS 4.0.1 10.5.1 Sarbanes-Oxley Act (judgement)]",
		"requirements.ordinary.verification":          "[PCI DSS 4.0.1 8.3.3]",
		"requirements.ordinary.sessions_ended":        "[]",
		"":                                            "[]",
	} {
		if got := fmt.Sprint(p.AskedBy(line)); got != want {
			t.Errorf("%q is asked by %s, want %s", line, got, want)
		}
	}
}

func TestProfilesHoldUnderAUsersFile(t *testing.T) {
	file := write(t, `
extends: baseline+pci
name: acme
version: 1
requirements:
  ordinary:
    approval_unless_owner_asked: true
    forced_change: 72h
    sessions_ended: 2h
  sensitive: {verification: {any: 4}}
limits: {retention_audit: 30d}
`)
	p := load(t, file)
	if p.Name != "acme+pci" {
		t.Errorf("the policy is called %s, which does not tell the profile", p.Name)
	}
	row := p.Requirements[Ordinary]
	if row.ApprovalUnlessOwnerAsked || row.ForcedChange != 24*time.Hour || p.Limits.RetentionAudit != 365*24*time.Hour {
		t.Errorf("the file undercuts the profile it extends: %+v", row)
	}
	if row.SessionsEnded != 2*time.Hour || p.Requirements[Sensitive].Verification[Assisted] != 4 {
		t.Errorf("what the profile says nothing of is not the file's: %+v", row)
	}
	var got []string
	for _, o := range p.Overruled {
		got = append(got, fmt.Sprintf("%d %s %s", o.Line, o.Key, o.Profile))
	}
	want := []string{"7 requirements.ordinary.approval_unless_owner_asked pci", "8 requirements.ordinary.forced_change pci", "11 limits.retention_audit pci"}
	if !slices.Equal(got, want) {
		t.Errorf("overruled %q, want %q", got, want)
	}

	behind := load(t, write(t, "extends: baseline\nname: acme\nversion: 1\n")+"+dora")
	if behind.Name != "acme+dora" || behind.Requirements[Ordinary].ApprovalUnlessOwnerAsked {
		t.Errorf("%s: a profile behind a file does not tighten it", behind.Name)
	}
	plus := write(t, "extends: baseline\nname: acme\nversion: 1\n") + "+x.yaml"
	if err := os.WriteFile(plus, []byte("extends: baseline\nname: plus\nversion: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := load(t, plus).Name; got != "plus" {
		t.Errorf("a file with a plus in its name gives the policy %s", got)
	}
}

func TestProfileMistakes(t *testing.T) {
	const head = "name: p\nversion: 1\ntitle: P\n"
	for text, want := range map[string]string{
		head + "additions: []\n":                                                                          "p.yaml: a profile names either the framework or the judgement",
		head + "judgement: j\nadditions: [{says: s, control: c}]\n":                                       "p.yaml:5:1: an addition names a control if and only if",
		head + "framework: f\nadditions: [{says: s}]\n":                                                   "p.yaml:5:1: an addition names a control if and only if",
		head + "judgement: j\nadditions: [{says: s, row: {review: 1h}}]\n":                                "p.yaml:5:1: row and tiers belong together",
		head + "judgement: j\nadditions: [{says: s, tiers: [ordinary], row: {verification_of: owner}}]\n": `p.yaml:5:48: unknown key "verification_of"`,
		head + "judgement: j\nadditions: [{says: s, policy: {matching: {before: 1d}}}]\n":                 `p.yaml:5:32: unknown key "matching"`,
		head + "judgement: j\nadditions: [{says: s, policy: [x]}]\n":                                      "p.yaml:5:31: policy wants a mapping, is a list",
		head + "judgement: j\nadditions: [{says: s, tiers: [ordinary], row: {channels: [vault]}}]\n":      "p.yaml:5:58: leaves nothing of requirements.ordinary.channels",
		head + "judgement: j\nadditions: [{says: s, policy: {mfa_verification: 9}}]\n":                    `mfa_verification "9": above 4`,
	} {
		p := load(t, "baseline")
		err := p.tighten(ruleFile{name: "p.yaml", src: []byte(text)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nerror %v, want one with %s", text, err, want)
		}
	}
}
