package report

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The rules of accessibility that the page is held to: axe-core, fetched by
// make test and not part of this repository. Makefile names the same version.
const (
	axeFile = "axe-core-4.14.1.min.js"
	axeSum  = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
)

// axeSource reads axe-core where make test put it and refuses any other.
func axeSource(t testing.TB) string {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	text, err := os.ReadFile(filepath.Join(cache, "resetproof-test", axeFile))
	if err != nil {
		lacks(t, "no "+axeFile+" here to test accessibility with")
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != axeSum {
		t.Fatalf("%s has SHA-256 %s, want %s", axeFile, got, axeSum)
	}
	return string(text)
}

// holdToAxe fails the test for every issue that axe-core calls serious or
// critical.
func holdToAxe(b *tab, source string) {
	b.t.Helper()
	type node struct {
		HTML string `json:"html"`
	}
	type issue struct {
		ID     string `json:"id"`
		Impact string `json:"impact"`
		Help   string `json:"help"`
		Nodes  []node `json:"nodes"`
	}
	b.run(source + "; 0")
	for _, issue := range ask[[]issue](b, `axe.run().then((r) => r.violations)`) {
		where := []string{}
		for _, n := range issue.Nodes[:min(len(issue.Nodes), 3)] {
			where = append(where, n.HTML)
		}
		if issue.Impact == "serious" || issue.Impact == "critical" {
			b.t.Errorf("%s (%s): %s, %d times: %s", issue.ID, issue.Impact, issue.Help, len(issue.Nodes), strings.Join(where, "\n"))
		} else {
			b.t.Logf("%s (%s): %s, %d times: %s", issue.ID, issue.Impact, issue.Help, len(issue.Nodes), strings.Join(where, "\n"))
		}
	}
}
