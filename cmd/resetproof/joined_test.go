package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

func acmeFindings(t *testing.T) []judge.Finding {
	t.Helper()
	out := filepath.Join(t.TempDir(), "report")
	args := []string{"scan", "--config", filepath.Join(acme, "resetproof.yaml"), "--out", out, "--write", "json", "--quiet"}
	if code := run(args, strings.NewReader(""), io.Discard, io.Discard); code != exitFindings {
		t.Fatalf("exit %d, want %d: findings", code, exitFindings)
	}
	return readLines[judge.Finding](t, filepath.Join(out, "findings.jsonl"))
}

// TestFindingsCarryControlAndTechnique: a finding is a gap in a control and,
// unless it is a mere weakness of the process, part of an attack.
func TestFindingsCarryControlAndTechnique(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	frameworks, err := rules.LoadFrameworks(checks)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(frameworks, func(f *rules.Framework) bool { return strings.HasPrefix(f.ID, "mitre-attack") })
	if i < 0 {
		t.Fatal("no framework lists techniques")
	}
	both := 0
	for _, f := range acmeFindings(t) {
		if len(f.Controls["nist-csf-2.0"]) == 0 {
			t.Errorf("%s %s names no control", f.Check, f.ID)
		}
		techniques := f.Controls[frameworks[i].ID]
		if len(techniques) > 0 {
			both++
		}
		if unmapped := frameworks[i].Unmapped[f.Check] != ""; unmapped == (len(techniques) > 0) {
			t.Errorf("%s %s: techniques %v, unmapped %v", f.Check, f.ID, techniques, unmapped)
		}
	}
	if both == 0 {
		t.Error("no finding names a technique")
	}
}

// TestOneCaseJoinsThreeFamilies: what is found on one reset cites the record of
// the caller's check, the identity provider and the ticket side by side.
func TestOneCaseJoinsThreeFamilies(t *testing.T) {
	families := map[string][]string{}
	for _, f := range acmeFindings(t) {
		if f.Case == nil {
			continue
		}
		for _, e := range f.Evidence {
			format, _, _ := strings.Cut(e.Feed, "/")
			if !slices.Contains(families[*f.Case], format) {
				families[*f.Case] = append(families[*f.Case], format)
			}
		}
	}
	for _, formats := range families {
		if slices.Contains(formats, "servicenow") && slices.Contains(formats, "okta-system-log") && slices.Contains(formats, "resetproof-steps") {
			return
		}
	}
	t.Errorf("no case cites ticket, identity provider and caller check: %v", families)
}
