package report

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// sampleExplainer knows the bundled rules, and its policy passes for the one
// that judged the sample.
func sampleExplainer(t *testing.T) Explainer {
	t.Helper()
	checks, err := rules.LoadChecks()
	check(t, err)
	frameworks, err := rules.LoadFrameworks(checks)
	check(t, err)
	policies, err := rules.LoadPolicy("baseline")
	check(t, err)
	policies.Versions[0].SHA256 = samplePolicy.SHA256
	return Explainer{Checks: checks, Frameworks: frameworks, Policies: policies, Width: maxWidth, Logs: []Log{
		{Format: "desk", System: "servicenow", Kinds: []string{"identity.verified", "reset.approved", "case.reviewed"}},
		{Format: "okta-log", System: "okta", Kinds: []string{"session.revoked"}},
		{Format: "by-hand", Kinds: []string{"identity.verified", "session.revoked"}, Native: true},
	}}
}

func explained(t *testing.T, e Explainer, out, id, of string) string {
	t.Helper()
	var b strings.Builder
	check(t, e.Explain(&b, out, id, of))
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > maxWidth {
			t.Errorf("%s: a line of %d columns: %s", id, n, line)
		}
		if strings.ContainsFunc(line, isActive) {
			t.Errorf("%s: a line with active characters: %q", id, line)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func sampleReport(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	return out
}

func TestExplainFinding(t *testing.T) {
	e, out := sampleExplainer(t), sampleReport(t)
	for name, wants := range map[string][]string{
		"no-verificationdana": {
			"no-verification, critical, not met: No completed identity verification",
			"nobody is on record as verifying Dana Ito",
			"expected Does a record show that the identity of the owner was verified",
			"policy baseline 1, requirements.privileged.no-verification SHA-256 5e5e",
			"seen 2026-03-09 17:41:03 UTC reset.executed, windows/dc1.jsonl:812",
			"searched servicenow/acme for identity.verified, 2026-03-02 17:41:03 UTC to 2026-03-09 17:46:03 UTC, 412 records",
			"to change a record of identity.verified for p-dana, between 2026-03-02 17:41:03 UTC and 2026-03-09 17:46:03 UTC, by a method of strength 4 or more such records come in by-hand, desk or a waiver",
			"to mend verify the caller before any change of a factor",
			"controls NIST CSF 2.0: PR.AA-02",
			"an example of resetproof rules show no-verification",
		},
		"sessions-not-revokeddana": {"to change a record of session.revoked for p-dana, between 2026-03-09 17:41:03 UTC and 2026-03-09 17:56:03 UTC such records come in by-hand, okta-log"},
		"late-approvaldana":        {"to change a further one: a record of reset.approved for p-dana, by one who may approve: identity-admin, security-lead"},
		"reset-then-privilegedana": {"to change what was seen does not become undone", "2026-03-09 18:20:09 UTC privilege.granted, windows/dc1.jsonl:901"},
		"waived":                   {"missing-approval, medium, excepted", "to change without waiver W-7 it would be not met", "rivals reset.approved " + id("rival"), "⟨001B⟩[31mred"},
		"unseen":                   {"to change a source for okta that could show identity.verified such records come in by-hand, desk", "sources_absent: [verified]", "one of many the control is not in operation"},
		"cleared":                  {"log-cleared, high, not met", "about source windows-security/dc1.acme.example, 2026-03-09 18:31:00 UTC"},
	} {
		got := explained(t, e, out, id(name), "")
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the explanation lacks %q:\n%s", name, want, got)
			}
		}
	}
	e.Policies = nil
	if got := explained(t, e, out, id("late-approvaldana"), ""); !strings.Contains(got, "the policy given now is another one") {
		t.Errorf("values of a policy that did not judge: %s", got)
	}
}

func TestExplainCase(t *testing.T) {
	e, out := sampleExplainer(t), sampleReport(t)
	for _, c := range []struct {
		id, check string
		wants     []string
	}{
		{id("case-dana"), "", []string{"The reset of p-dana, ", "custody broken", "late-approval (not met, " + id("late-approvaldana") + ")", "executed: 2026-03-09 17:41:03 UTC"}},
		{id("case-dana-okta")[:9], "", []string{"case " + id("case-dana")}}, // by an alias, cut short
		{id("case-dana"), "late-approval", []string{"late-approval, critical, not met", "to change a further one"}},
		{id("case-hostile"), "", []string{"not assessable (1): no-verification", "met (2): no-request, sessions-not-revoked"}},
		{id("case-hostile"), "no-verification", []string{"no-verification, not assessable", "identity.verified: such records come in by-hand, desk"}},
		{id("case-hostile"), "no-request", []string{"no-request, met", "the record of the step stands in the chain above", "without the record of the step it would be not met"}},
		{id("case-hostile"), "wrong-path", []string{"wrong-path was not judged on this case"}},
	} {
		got := explained(t, e, out, c.id, c.check)
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s %s: the explanation lacks %q:\n%s", c.id, c.check, want, got)
			}
		}
	}
}

func TestExplainUnclearIDs(t *testing.T) {
	e, out := sampleExplainer(t), sampleReport(t)
	near := id("cleared")[:7] + "zzz"
	for typed, want := range map[string][]string{near: {id("cleared")}, "": nil, "abc": nil, "nobody": nil, "\x1b[2J": nil} {
		var unclear *UnclearID
		if err := e.Explain(&strings.Builder{}, out, typed, ""); !errors.As(err, &unclear) || unclear.Many || !slices.Equal(unclear.Near, want) || strings.ContainsFunc(err.Error(), isActive) {
			t.Errorf("%q: error %v, near %v, want %v", typed, err, unclear, want)
		}
	}
	if err := e.Explain(&strings.Builder{}, t.TempDir(), "abcd", ""); !errors.Is(err, ErrNoReport) {
		t.Errorf("a folder without a report: error %v", err)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"one two three", "one two|three"},
		{"a-word-that-fits-no-line", "a-word-that-|fits-no-li|ne"},
		{"in folder/a/b/c.json", "in|folder/a/|b/c.json"},
		{"é é é é é é é", "é é é é é é|é"},
	} {
		if got := strings.Join(wrap(c.text, 12), "|"); got != c.want {
			t.Errorf("%q breaks into %q, want %q", c.text, got, c.want)
		}
	}
}

func TestManualOfEveryCheck(t *testing.T) {
	e := sampleExplainer(t)
	m := Manual{Checks: e.Checks, Frameworks: e.Frameworks, Policies: e.Policies}
	for _, c := range e.Checks {
		page := m.Of(c)
		for line := range strings.Lines(page) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > maxWidth {
				t.Errorf("%s: a line of %d columns: %s", c.ID, n, line)
			}
		}
		flat := strings.Join(strings.Fields(page), " ")
		for _, want := range append([]string{c.ID + ": " + c.Title, oneLine(c.Question), "to mend " + oneLine(c.Fix)}, titles(m.Frameworks)...) {
			if !strings.Contains(flat, want) {
				t.Errorf("%s: the page lacks %q", c.ID, want)
			}
		}
		for _, s := range c.Scenarios {
			if !strings.Contains(flat, s.Expect+" "+oneLine(s.Name)) {
				t.Errorf("%s: the page lacks the example %q", c.ID, s.Name)
			}
		}
	}
}

func titles(frameworks []*rules.Framework) []string {
	var all []string
	for _, f := range frameworks {
		all = append(all, f.Title)
	}
	return all
}

// A case asks for the bar that judged it: an MFA reset for more than its tier's
// row, a comparison for what it is compared with.
func TestExplainAsksForTheBarThatJudged(t *testing.T) {
	e := sampleExplainer(t)
	for _, c := range []struct{ check, credential, want string }{
		{"weak-verification", "password", "strength 2 or more"},
		{"weak-verification", "mfa", "strength 3 or more"},
		{"no-step-up", "password", "strength 3 or more"},
		{"weaker-than-login", "password", "a further one"},
		{"tokens-not-revoked", "password", "a record of credential.revoked or secret.revoked or token.revoked for ann"},
		{"ticket-without-reset", "password", "or if a log of the directory that was not given shows the reset"},
		{"redeemed-elsewhere", "password", "or if older sign-ins of the owner show the place"},
		{"service-account-reset", "password", "what was seen does not become undone"},
		{"waiver-defective", "", "or if the waivers (--exceptions) state what is missing"},
		{"wrong-path", "password", "if the roster (--identities)"},
		{"approver-executed", "password", "what was seen does not become undone"},
	} {
		about := e.check(c.check)
		f := &judge.Finding{Check: c.check, Scope: about.Scope, Case: text("c"), Identity: text("ann"), Tier: text("ordinary"), Path: text("assisted"),
			Time: text("2026-03-02T09:10:00Z"), Policy: samplePolicy}
		r := &judge.CaseRecord{Identity: "ann", Tier: f.Tier, Path: f.Path, Acts: []judge.ActRecord{{Credential: c.credential, System: "okta"}}}
		got := strings.Join(e.change(verdictOn{finding: f, record: r, check: about, verdict: judge.NotMet}), "\n")
		if !strings.Contains(got, c.want) || c.check == "weaker-than-login" && strings.Contains(got, "strength") {
			t.Errorf("%s of a %s: to change\n%s\nwant %s", c.check, c.credential, got, c.want)
		}
	}
}
