package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/rules"
)

const acme = "../../testdata/orgs/acme"

// expectation is one entry of expected.yaml: what an auditor derived by hand.
type expectation struct {
	Account       string    `yaml:"account,required"`
	Time          time.Time `yaml:"time,required"`
	Why           string    `yaml:"why,required"`
	Tier          string    `yaml:"tier,required"`
	Class         string    `yaml:"class,required"`
	Path          string    `yaml:"path,required"`
	System        string    `yaml:"system"`
	Acts          int       `yaml:"acts"`
	Custody       string    `yaml:"custody,required"`
	NotMet        []string  `yaml:"not_met"`
	NotDue        []string  `yaml:"not_due"`
	NotAssessable []string  `yaml:"not_assessable"`
	Excepted      []string  `yaml:"excepted"`
	Met           []string  `yaml:"met"`
}

type expectations struct {
	Cases    []expectation  `yaml:"cases,required"`
	NotCases map[string]int `yaml:"not_cases,required"`
	Set      []struct {
		Check   string    `yaml:"check,required"`
		Subject string    `yaml:"subject,required"`
		Time    time.Time `yaml:"time"`
		Cases   int       `yaml:"cases"`
		Why     string    `yaml:"why,required"`
	} `yaml:"set,required"`
}

// TestAcme holds every verdict on the invented organisation to what was derived
// from the policy by hand.
func TestAcme(t *testing.T) {
	var want expectations
	name := filepath.Join(acme, "expected.yaml")
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := rules.Decode(name, src, &want); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "report")
	if code := run([]string{"scan", "--config", filepath.Join(acme, "resetproof.yaml"), "--out", out, "--quiet"}, strings.NewReader(""), io.Discard, io.Discard); code != exitFindings {
		t.Fatalf("exit %d, want %d: findings", code, exitFindings)
	}
	cases := readLines[judge.CaseRecord](t, filepath.Join(out, "cases.jsonl"))
	findings := readLines[judge.Finding](t, filepath.Join(out, "findings.jsonl"))
	roster, err := identity.Load(identity.Paths{Identities: filepath.Join(acme, "identities.csv")})
	if err != nil {
		t.Fatal(err)
	}
	resolver := identity.NewBuilder(roster.Roster, nil).Build()

	var got, wanted []string
	byKey := map[string]judge.CaseRecord{}
	for _, c := range cases {
		key := caseKey(c.Identity, c.Time)
		byKey[key] = c
		got = append(got, key)
	}
	for _, w := range want.Cases {
		key := caseKey(resolver.Lookup(w.Account, w.Time.UnixNano()).ID, w.Time.UTC().Format(time.RFC3339Nano))
		wanted = append(wanted, key)
		if c, ok := byKey[key]; ok {
			compareCase(t, w, c)
		}
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		t.Errorf("cases:\n got  %s\n want %s", strings.Join(got, "\n      "), strings.Join(wanted, "\n      "))
	}
	compareSet(t, want, findings)
	var coverage struct {
		NotCases map[string]int `json:"not_cases"`
	}
	readJSON(t, filepath.Join(out, "coverage.json"), &coverage)
	if !maps.Equal(coverage.NotCases, want.NotCases) {
		t.Errorf("not cases: got %v, want %v", coverage.NotCases, want.NotCases)
	}
}

func caseKey(identity, at string) string { return at + " " + identity }

// compareCase compares facts and verdicts; checks that are not listed must be
// met or not applicable.
func compareCase(t *testing.T, w expectation, c judge.CaseRecord) {
	t.Helper()
	facts := fmt.Sprintf("tier=%s class=%s path=%s custody=%s", *c.Tier, *c.Class, *c.Path, c.Custody)
	wanted := fmt.Sprintf("tier=%s class=%s path=%s custody=%s", w.Tier, w.Class, w.Path, w.Custody)
	if facts != wanted {
		t.Errorf("%s: %s\n got  %s\n want %s\n notes %q", w.Account, w.Why, facts, wanted, c.Notes)
	}
	if w.Acts != 0 && len(c.Acts) != w.Acts {
		t.Errorf("%s: %d acts, want %d", w.Account, len(c.Acts), w.Acts)
	}
	expected := map[string]judge.Verdict{}
	for verdict, checks := range map[judge.Verdict][]string{
		judge.NotMet: w.NotMet, judge.NotDue: w.NotDue, judge.NotAssessable: w.NotAssessable, judge.Excepted: w.Excepted, judge.Met: w.Met,
	} {
		for _, id := range checks {
			expected[id] = verdict
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Verdicts)) {
		got := c.Verdicts[id]
		if exp, listed := expected[id]; listed && got != exp || !listed && got != judge.Met && got != judge.NotApplicable {
			t.Errorf("%s: %s is %s, want %s\n  %s\n  notes %q", w.Account, id, got, expected[id], w.Why, c.Notes)
		}
	}
}

func compareSet(t *testing.T, want expectations, findings []judge.Finding) {
	t.Helper()
	var got, wanted []string
	for _, f := range findings {
		if f.Scope != "case" {
			line := f.Check + " " + f.Subject
			if f.Time != nil {
				line += " " + *f.Time
			}
			got = append(got, line)
		}
	}
	for _, w := range want.Set {
		line := w.Check + " " + w.Subject
		if !w.Time.IsZero() {
			line += " " + w.Time.UTC().Format(time.RFC3339Nano)
		}
		wanted = append(wanted, line)
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		t.Errorf("findings over the whole set:\n got  %s\n want %s", strings.Join(got, "\n      "), strings.Join(wanted, "\n      "))
	}
}

func readLines[T any](t *testing.T, name string) []T {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	lines := bufio.NewScanner(bytes.NewReader(src))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
