package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"resetproof/ingest/lake"
)

// TestKilledIngestIsCompletedByTheNext kills ingest at every named point of a
// commit and runs it again: the same rows, the same ledger root and, byte for
// byte, the same findings and cases as without the kill.
func TestKilledIngestIsCompletedByTheNext(t *testing.T) {
	want := lakeAndReport(t, t.TempDir(), "")
	for _, point := range lake.CommitPoints {
		t.Run(point, func(t *testing.T) {
			got := lakeAndReport(t, t.TempDir(), point)
			for name, content := range want {
				if !bytes.Equal(got[name], content) {
					t.Errorf("%s differs from a run that was not killed", name)
				}
			}
		})
	}
}

// TestKilledDetectKeepsNoHalfRun kills detect at every point of keeping what it
// found beside the lake: the run is there whole or not at all, and the next one
// goes on from it.
func TestKilledDetectKeepsNoHalfRun(t *testing.T) {
	steps, err := filepath.Abs(filepath.Join(acme, "logs", "steps"))
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range lake.RunPoints {
		t.Chdir(t.TempDir())
		command := func(want int, failAt func(string) error, args ...string) {
			t.Helper()
			var errs bytes.Buffer
			a := &app{args: args, in: bytes.NewReader(nil), out: io.Discard, log: newLogger(&errs), failAt: failAt}
			if code := execute(a, &errs); code != want {
				t.Fatalf("killed at %q: %s: exit %d, want %d\n%s", point, args[0], code, want, errs.String())
			}
		}
		detect := []string{"detect", "--lake", "lake", "--now", "2026-04-17", "--write", "json", "--fail-on", "none"}
		command(0, nil, "ingest", "--lake", "lake", "--now", "2026-04-17", steps)
		command(exitUnfinished, func(p string) error {
			if p == point {
				return errors.New("killed")
			}
			return nil
		}, detect...)
		runs, err := lake.Runs("lake")
		if err != nil || len(runs) != map[bool]int{true: 1}[point == "run stored"] {
			t.Errorf("killed at %q: %d runs are kept, %v", point, len(runs), err)
		}
		command(0, nil, detect...)
		command(0, nil, append(detect, "--baseline", "last")...)
		command(0, nil, "diff", "last~1", "last", "--lake", "lake")
		command(0, nil, "lake", "check", "--lake", "lake")
	}
}

// lakeAndReport ingests acme's tickets and steps into a lake, killed once at point ("" for not at
// all), detects, and gives what was written.
func lakeAndReport(t *testing.T, dir, point string) map[string][]byte {
	t.Helper()
	sources := []string{filepath.Join(acme, "logs", "servicenow"), filepath.Join(acme, "logs", "steps"), filepath.Join(acme, "logs", "okta", "system-log-2026-03.jsonl")}
	const now = "2026-04-17T00:00:00Z"
	lakeDir, out := filepath.Join(dir, "lake"), filepath.Join(dir, "out")
	command := func(want int, failAt func(string) error, args ...string) {
		t.Helper()
		var errs bytes.Buffer
		a := &app{args: args, in: bytes.NewReader(nil), out: io.Discard, log: newLogger(&errs), failAt: failAt}
		if code := execute(a, &errs); code != want {
			t.Fatalf("%s: exit %d, want %d\n%s", args[0], code, want, errs.String())
		}
	}
	if point != "" {
		killed := errors.New("killed")
		command(exitUnfinished, func(p string) error {
			if p == point {
				return killed
			}
			return nil
		}, append([]string{"ingest", "--lake", lakeDir, "--now", now}, sources...)...)
	}
	command(0, nil, append([]string{"ingest", "--lake", lakeDir, "--now", now}, sources...)...)
	command(exitFindings, nil, "detect", "--identities", filepath.Join(acme, "identities.csv"), "--lake", lakeDir, "--now", now, "--out", out, "--write", "json")
	l, err := lake.Open(lakeDir, lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	got := map[string][]byte{}
	for _, name := range []string{"findings.jsonl", "cases.jsonl"} {
		if got[name], err = os.ReadFile(filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	batches := l.Batches()
	got["ledger root"] = []byte(batches[len(batches)-1].Ledger.Root)
	for _, f := range l.Files() {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(lakeDir, f)
		if err != nil {
			t.Fatal(err)
		}
		got[rel] = content
	}
	return got
}
