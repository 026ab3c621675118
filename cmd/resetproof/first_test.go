package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// aboutApprovals are the groups of checks that logs of directories alone cannot
// answer.
var aboutApprovals = []string{"request", "reason", "approval"}

// TestDirectoriesAlone holds that Entra's, Okta's and Windows' logs without any
// ticket give a report worth reading, and say nothing of requests and approvals
// but which log would show them.
func TestDirectoriesAlone(t *testing.T) {
	for _, c := range []struct {
		name    string
		folders []string
		must    []string // checks that must find something
		screen  []string
	}{
		{"acme", []string{acme + "/logs/okta", acme + "/logs/windows/dc01", acme + "/logs/windows/dc02"}, []string{"reset-then-privilege"},
			[]string{"gave ACME\\ann.okoye the role Domain Admins", "servicenow sysapproval_approver"}},
		{"org", []string{"../../../shared/data/org/logs/entra", "../../../shared/data/org/logs/okta", "../../../shared/data/org/logs/windows"},
			[]string{"reset-then-privilege", "changed-contact-then-reset", "log-cleared"},
			[]string{"the role Domain Admins", "servicenow sysapproval_approver"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := os.Stat(c.folders[0]); err != nil {
				t.Skip("skipped: shared data not present")
			}
			screen, findings := scanBare(t, c.folders)
			about := map[string]string{}
			checks, err := rules.LoadChecks()
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range checks {
				about[check.ID] = check.About
			}
			found := map[string]int{}
			for _, f := range findings {
				found[f.Check]++
				if slices.Contains(aboutApprovals, about[f.Check]) {
					t.Errorf("without a ticket system it says %s: %s", f.Check, f.Message)
				}
			}
			for _, check := range c.must {
				if found[check] == 0 {
					t.Errorf("no finding of %s", check)
				}
			}
			if found["step-without-source"] == 0 {
				t.Error("it does not say that no log could show the approval")
			}
			for _, text := range c.screen {
				if !strings.Contains(screen, text) {
					t.Errorf("the screen lacks %q:\n%s", text, screen)
				}
			}
			known, _, _ := strings.Cut(screen, "\nunknown")
			if strings.Contains(known, "approv") {
				t.Errorf("the screen speaks of approvals before it comes to what is unknown:\n%s", screen)
			}
		})
	}
}

// TestDraftsChangeNoVerdict holds that init's files, as they are, give the same
// resets and the same findings as the logs alone.
func TestDraftsChangeNoVerdict(t *testing.T) {
	folders := []string{acme + "/logs/okta", acme + "/logs/windows/dc01", acme + "/logs/windows/dc02"}
	for i, f := range folders {
		abs, err := filepath.Abs(f)
		if err != nil {
			t.Fatal(err)
		}
		folders[i] = abs
	}
	_, bare := scanBare(t, folders)
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	if code := run(append([]string{"init", "--quiet"}, folders...), nil, &out, &errs); code != 0 {
		t.Fatalf("init ends with %d: %s", code, errs.String())
	}
	if code := run([]string{"scan", "--quiet", "--now", "2026-08-01", "--fail-on", "none"}, nil, &out, &errs); code != 0 {
		t.Fatalf("scan ends with %d: %s", code, errs.String())
	}
	drafted := readFindings(t, defaultOut)
	if a, b := verdicts(bare), verdicts(drafted); !slices.Equal(a, b) {
		t.Errorf("with the drafts the findings are\n%s\nwithout\n%s", strings.Join(b, "\n"), strings.Join(a, "\n"))
	}
}

// verdicts names the findings without the names that policy and sources lend them.
func verdicts(findings []judge.Finding) []string {
	var all []string
	for _, f := range findings {
		if f.Time != nil {
			all = append(all, f.Check+" "+*f.Time+" "+f.Severity)
		}
	}
	slices.Sort(all)
	return all
}

// scanBare scans folders of logs as somebody new would: no config, no roster.
func scanBare(t *testing.T, folders []string) (screen string, findings []judge.Finding) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	var out, errs bytes.Buffer
	args := append([]string{"scan", "--quiet", "--now", "2026-08-01", "--fail-on", "none", "--out", dir}, folders...)
	if code := run(args, nil, &out, &errs); code != 0 {
		t.Fatalf("scan ends with %d: %s", code, errs.String())
	}
	return out.String(), readFindings(t, dir)
}

func readFindings(t *testing.T, dir string) (findings []judge.Finding) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, "findings.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(src)); d.More(); {
		var f judge.Finding
		if err := d.Decode(&f); err != nil {
			t.Fatal(err)
		}
		findings = append(findings, f)
	}
	return findings
}

func TestNextCommandCanBePasted(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"logs/", "resetproof init logs/"},
		{"a b|c's", `resetproof init 'a b' 'c'\''s'`},
		{"-", "resetproof init SOURCE…"},
		{strings.Repeat("long/", 30), "resetproof init SOURCE…"},
	} {
		got, _, _ := strings.Cut(nextCommand(strings.Split(c.args, "|")), "  ")
		if got != c.want {
			t.Errorf("after %q comes %q, want %q", c.args, got, c.want)
		}
	}
}
