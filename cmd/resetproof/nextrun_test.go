package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/report"
)

// TestTheNextRunKnowsBetter: what arrives late, and what the organisation says
// anew about itself, takes effect at the next run over the same lake.
func TestTheNextRunKnowsBetter(t *testing.T) {
	const (
		requested = "2026-03-02T08:30:00Z,reset.requested,ann@acme.example,ann@acme.example,REQ-1,,,\n"
		executed  = "2026-03-02T09:00:00Z,reset.executed,ann@acme.example,sam@acme.example,REQ-1,,,okta\n"
		asked     = "id,kind,name,accounts,tier,manager,roles\nann,person,Ann,ann@acme.example,sensitive,mia,\nmia,person,Mia,mia@acme.example,,,manager\nsam,person,Sam,sam@acme.example,,,\n"
	)
	approved := func(at, by string) string {
		return at + ",reset.approved,ann@acme.example," + by + "@acme.example,REQ-1,,,\n"
	}
	type files map[string]string
	type verdicts map[string]judge.Verdict
	for _, c := range []struct {
		name   string
		first  files
		want   verdicts
		second files
		then   verdicts
	}{
		{
			"an approval that is recorded late",
			files{"logs/a.csv": requested + executed}, verdicts{"missing-approval": judge.NotMet},
			files{"logs/b.csv": approved("2026-03-02T08:45:00Z", "mia")}, verdicts{"missing-approval": judge.Met, "late-approval": judge.Met},
		},
		{
			"an approval that came late: missing gives way to late",
			files{"logs/a.csv": requested + executed}, verdicts{"missing-approval": judge.NotMet},
			files{"logs/b.csv": approved("2026-03-02T11:00:00Z", "mia")}, verdicts{"missing-approval": judge.NotApplicable, "late-approval": judge.NotMet},
		},
		{
			"a request that is recorded late",
			files{"logs/a.csv": strings.ReplaceAll(executed, "REQ-1", "")}, verdicts{"no-request": judge.NotMet},
			files{"logs/b.csv": requested}, verdicts{"no-request": judge.Met},
		},
		{
			"a verdict that was not due closes itself: done",
			files{"logs/a.csv": requested + executed, "until": "2026-03-02"}, verdicts{"no-forced-change": judge.NotDue},
			files{"logs/b.csv": "2026-03-02T12:00:00Z,credential.changed,ann@acme.example,ann@acme.example,,,,okta\n"}, verdicts{"no-forced-change": judge.Met},
		},
		{
			"a verdict that was not due closes itself: not done",
			files{"logs/a.csv": requested + executed, "until": "2026-03-02"}, verdicts{"no-forced-change": judge.NotDue},
			files{}, verdicts{"no-forced-change": judge.NotMet},
		},
		{
			"an alias: the approver turns out to be the operator",
			files{"logs/a.csv": requested + executed + approved("2026-03-02T08:45:00Z", "adm.sam"), "people.csv": asked + "adm,person,Adm,adm.sam@acme.example,,,\n"}, verdicts{"approver-executed": judge.Met},
			files{"people.csv": strings.Replace(asked, "sam@acme.example", "sam@acme.example;adm.sam@acme.example", 1)}, verdicts{"approver-executed": judge.NotMet},
		},
		{
			"a roster: the account is no person's",
			files{"logs/a.csv": requested + executed}, verdicts{"missing-approval": judge.NotMet, "no-forced-change": judge.NotMet},
			files{"people.csv": strings.Replace(asked, "ann,person", "ann,service", 1)}, verdicts{"no-forced-change": judge.NotApplicable},
		},
		{
			"a waiver",
			files{"logs/a.csv": requested + executed}, verdicts{"missing-approval": judge.NotMet},
			files{"exceptions.yaml": "- {id: W-1, checks: [missing-approval], selector: 'identity.id == \"ann\"', reason: the manager was ill, approved_by: mia, owner: mia, valid_from: 2026-03-01, valid_until: 2026-03-05}\n"},
			verdicts{"missing-approval": judge.Excepted},
		},
		{
			"a policy",
			files{"logs/a.csv": requested + executed}, verdicts{"missing-approval": judge.NotMet},
			files{"policy.yaml": "extends: baseline\nname: lenient\nversion: '1'\nvalid_from: 2026-01-01\nrequirements:\n  sensitive: {approvals: {assisted: 0}}\n"}, verdicts{"missing-approval": judge.NotApplicable},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.Mkdir("logs", 0o700); err != nil {
				t.Fatal(err)
			}
			now := files{"people.csv": asked}
			for i, step := range []struct {
				files files
				want  verdicts
			}{{c.first, c.want}, {c.second, c.then}} {
				until := "2026-03-12"
				for name, content := range step.files {
					if name == "until" {
						until = content
						continue
					}
					now[name] = content
				}
				now["logs/other-"+until+".csv"] = heartbeat(t, until)
				got := verdictsOf(t, i, now)
				for check, want := range step.want {
					if got[check] != want {
						t.Errorf("run %d: %s is %q, want %q", i+1, check, got[check], want)
					}
				}
			}
		})
	}
}

// header is that of the native steps of this test.
const stepsHeader = "time,kind,account,actor,ticket,method,session,system\n"

// heartbeat is a record of no meaning every eight hours up to a day's end, by
// which the source is seen to be alive.
func heartbeat(t *testing.T, until string) string {
	t.Helper()
	end, err := time.Parse(time.DateOnly, until)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for at := end.AddDate(0, 0, -20); at.Before(end.AddDate(0, 0, 1)); at = at.Add(8 * time.Hour) {
		fmt.Fprintf(&b, "%s,signin.succeeded,joe@acme.example,joe@acme.example,,,,okta\n", at.Format(time.RFC3339))
	}
	return b.String()
}

// verdictsOf writes the files, ingests and detects, and gives the verdicts on
// the only case.
func verdictsOf(t *testing.T, nth int, all map[string]string) map[string]judge.Verdict {
	t.Helper()
	config := "lake: lake\nidentities: people.csv\nsources:\n  - name: steps\n    uri: logs\n    format: resetproof-steps\n" +
		"    expect: [reset.requested, identity.verified, reset.approved, credential.changed, session.revoked, token.revoked]\n"
	for name, content := range all {
		switch {
		case strings.HasPrefix(name, "logs/"):
			content = stepsHeader + content
		case name == "exceptions.yaml":
			config += "exceptions: exceptions.yaml\n"
		case name == "policy.yaml":
			config += "policy: policy.yaml\n"
		}
		write(t, name, content)
	}
	write(t, "resetproof.yaml", config)
	for _, args := range [][]string{{"ingest"}, {"detect", "--fail-on", "none", "--write", "json"}} {
		var errs bytes.Buffer
		if code := run(append(args, "--now", "2026-03-20"), strings.NewReader(""), io.Discard, &errs); code != 0 {
			t.Fatalf("run %d: %s: exit code %d:\n%s", nth+1, args[0], code, errs.String())
		}
	}
	cases := readLines[judge.CaseRecord](t, filepath.Join(defaultOut, "cases.jsonl"))
	if len(cases) != 1 {
		t.Fatalf("run %d: %d cases, want 1", nth+1, len(cases))
	}
	return cases[0].Verdicts
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCasesThatBecomeOneStayKnown: a new alias makes one case of two; its findings
// are known to the run before, by the ids of both, and none of them is gone.
func TestCasesThatBecomeOneStayKnown(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("logs", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "resetproof.yaml", "now: 2026-03-20\nlake: lake\nidentities: people.csv\nsources: [{name: steps, uri: logs, expect: [reset.requested, identity.verified, reset.approved]}]\n")
	write(t, "logs/a.csv", stepsHeader+heartbeat(t, "2026-03-12")+
		"2026-03-02T09:00:00Z,reset.executed,ann@acme.example,sam@acme.example,,,,okta\n2026-03-02T09:04:00Z,reset.executed,ann.lee@acme.example,sam@acme.example,,,,ad\n")
	detect := func(people string, cases int, more ...string) []judge.Finding {
		t.Helper()
		write(t, "people.csv", "id,kind,accounts\nsam,person,sam@acme.example\n"+people)
		var errs bytes.Buffer
		if code := run(append([]string{"detect", "--fail-on", "none", "--write", "json"}, more...), strings.NewReader(""), io.Discard, &errs); code != 0 {
			t.Fatalf("exit code %d:\n%s", code, errs.String())
		}
		if got := readLines[judge.CaseRecord](t, filepath.Join(defaultOut, "cases.jsonl")); len(got) != cases {
			t.Fatalf("%d cases, want %d", len(got), cases)
		}
		return readLines[judge.Finding](t, filepath.Join(defaultOut, "findings.jsonl"))
	}
	if code := run([]string{"ingest"}, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
		t.Fatalf("ingest: exit code %d", code)
	}
	detect("ann,person,ann@acme.example\nlee,person,ann.lee@acme.example\n", 2)
	now := detect("ann,person,ann@acme.example;ann.lee@acme.example\n", 1, "--baseline", "last")
	known := 0
	for _, f := range now {
		if f.Case != nil && f.Status != nil && *f.Status == "known" {
			known++
		} else if f.Case != nil {
			t.Errorf("%s is not known: %s", f.Check, f.Message)
		}
	}
	if known == 0 {
		t.Error("there are no findings")
	}
	for _, c := range readLines[report.Change](t, filepath.Join(defaultOut, "changes.jsonl")) {
		if c.Case != nil {
			t.Errorf("gone: %s %s: %s", c.Change, *c.Check, c.Why)
		}
	}
}
