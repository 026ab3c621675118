package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/rules"
)

// TestReadmeTranscript holds the README's demonstration to what the command
// prints.
func TestReadmeTranscript(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const prompt = "$ go run ./cmd/resetproof scan --config testdata/orgs/acme/resetproof.yaml\n"
	_, rest, ok := strings.Cut(string(readme), prompt)
	want, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("the README has no transcript of %q", prompt)
	}
	config, err := filepath.Abs(filepath.Join(acme, "resetproof.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // --out is relative to the working directory
	var out bytes.Buffer
	if code := run([]string{"scan", "--config", config}, strings.NewReader(""), &out, io.Discard); code != exitFindings {
		t.Fatalf("exit %d, want %d", code, exitFindings)
	}
	if out.String() != want {
		t.Errorf("the README shows\n%s\nthe command prints\n%s", want, out.String())
	}
}

// TestReadmeNamesEveryCheck holds the table of checks to the files.
func TestReadmeNamesEveryCheck(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if row := "| `" + c.ID + "` | " + c.Title + " |"; !strings.Contains(string(readme), row) {
			t.Errorf("the README's table of checks lacks %s", row)
		}
	}
}

// TestReadmeNamesEveryFramework holds the table of frameworks to the files, and
// what it says of titles to the licences.
func TestReadmeNamesEveryFramework(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	frameworks, err := rules.LoadFrameworks(checks)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frameworks {
		_, row, ok := strings.Cut(string(readme), "| `"+f.ID+"` | ")
		row, _, _ = strings.Cut(row, "\n")
		if !ok {
			t.Errorf("the README's table of frameworks lacks %s", f.ID)
		} else if idsOnly := f.Controls[0].Title == ""; strings.Contains(row, "; ids only |") != idsOnly {
			t.Errorf("%s is repeated by ids only: %v, the README says %q", f.ID, idsOnly, row)
		}
	}
}
