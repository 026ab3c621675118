package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuality judges one generated organisation in which everything is planted
// once: what is planted must be found, and nothing else. make quality does it
// often enough to put a number on it.
func TestQuality(t *testing.T) {
	var out strings.Builder
	if code := run([]string{"quality", "--seeds", "1", "--each", "1", "--sets=false", "--quiet"}, strings.NewReader(""), &out, io.Discard); code != exitFindings {
		t.Fatalf("exit %d: one seed cannot plant a check 100 times\n%s", code, out.String())
	}
	for _, l := range strings.Split(out.String(), "\n") {
		// Lines of the table end in recall and precision; everything wrong has a line of its own.
		if f := strings.Fields(l); len(f) >= 2 && f[0] != "check" && !strings.HasPrefix(l, "below") && !strings.HasSuffix(l, " 1.0000    1.0000") {
			t.Error(l)
		}
	}
}

// TestScoreSeesWhatIsWrong turns the truth over: a score that cannot fail is none.
func TestScoreSeesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	org := filepath.Join(dir, "org-1")
	var out strings.Builder
	args := []string{"quality", "--seeds", "1", "--each", "1", "--check", "late-approval", "--keep", dir, "--quiet"}
	if code := run(args, strings.NewReader(""), &out, io.Discard); code != 0 {
		t.Fatalf("exit %d\n%s", code, out.String())
	}
	truth, err := os.ReadFile(filepath.Join(org, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"late-approval":"not-met"`, `"missing-approval":"not-met"`, "missing-approval must be not-met and is not-applicable"},
		{`"late-approval":"not-met"`, `"late-approval":"excepted"`, "late-approval must be excepted and is not-met"},
		{`"identity":"p0`, `"identity":"q0`, "no case for q0"},
	} {
		if err := os.WriteFile(filepath.Join(org, "truth.jsonl"), []byte(strings.ReplaceAll(string(truth), c.from, c.to)), 0o600); err != nil {
			t.Fatal(err)
		}
		s := newScore()
		if err := s.add(org, org+"-report", nil); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		if short := s.print(&said, false); len(short) == 0 || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s for %s: %d below the bar, want %q in\n%s", c.to, c.from, len(short), c.want, said.String())
		}
	}
}
