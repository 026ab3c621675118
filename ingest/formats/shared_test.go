package formats

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const shared = "../../../shared/data"

// sharedFile reads a file of the shared data, decompressed.
func sharedFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if content, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return content
}

func sharedFiles(t *testing.T, patterns ...string) (files []string) {
	t.Helper()
	if _, err := os.Stat(shared); err != nil {
		t.Skip("skipped: shared data not present")
	}
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(shared, p))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", p, len(found), err)
		}
		files = append(files, found...)
	}
	return files
}

// No format takes another's records, and none refuses its own.
func TestSniffSharedData(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ pattern, want string }{
		{"org/logs/okta/*", "okta-system-log"},
		{"real/okta/*.jsonl", "okta-system-log"},
		{"real/okta/*.ndjson", "okta-system-log"},
		{"samples/okta/permissive.jsonl", "okta-system-log"},
		{"samples/okta/restricted.jsonl", "okta-system-log"},
		{"org/logs/servicenow/*", "servicenow"},
		{"samples/servicenow/*.jsonl", "servicenow"},
		{"org/logs/steps/*", "resetproof-steps"},
		{"org/logs/windows/*.ndjson", "windows-security-winlogbeat"},
		{"org/logs/windows/*.xml", "windows-security-xml"},
		{"samples/windows_winlogbeat_ecs/[pr]*", "windows-security-winlogbeat"},
		{"samples/windows_nxlog_json/[pr]*", "windows-security-nxlog"},
		{"org/logs/entra/*", ""},
		{"org/logs/m365/*", ""},
		{"org/logs/cloudtrail/*", ""},
		{"org/logs/vault/*", ""},
		{"org/logs/jira/*", ""},
		{"org/*.csv", ""},
		{"samples/aws_cloudtrail/*", ""},
		{"samples/auth0/*", ""},
		{"samples/entra_*/*", ""},
		{"samples/keycloak/*", ""},
		{"samples/linux_*/*", ""},
		{"samples/kubernetes_audit/*", ""},
		{"samples/onelogin/*", ""},
		{"samples/github_audit/*", ""},
	} {
		for _, file := range sharedFiles(t, c.pattern) {
			content := sharedFile(t, file)
			got := ""
			f, why := set.Sniff(content[:min(len(content), SniffLen)])
			if f != nil {
				got = f.Table().ID
			}
			if got != c.want || (f == nil) == (why == "") {
				t.Errorf("%s is taken for %q (%s), want %q", file, got, why, c.want)
			}
		}
	}
}

// Every record is digested: the lines of each file are the records, and each is
// mapped, unmapped or malformed for one of the reasons listed.
func TestSharedDataIsDigested(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	const noTime, badTime, noZone = "no time", "time is in a form this format does not read", "local time without zone: set zone in the source's config"
	for _, c := range []struct {
		format, pattern string
		want            string
	}{
		{"okta-system-log", "org/logs/okta/*", "7900 records, 7899 mapped, 1 unmapped"},
		{"okta-system-log", "real/okta/*l", "50 records, 33 mapped, 12 unmapped, 4 " + badTime + ", 1 " + noTime},
		{"okta-system-log", "real/okta/*.ndjson", "14 records, 8 mapped, 6 unmapped"},
		{"okta-system-log", "samples/okta/permissive.jsonl", "19 records, 14 mapped, 2 unmapped, 3 " + badTime},
		{"okta-system-log", "samples/okta/restricted.jsonl", "11 records, 10 mapped, 1 unmapped"},
		{"servicenow", "org/logs/servicenow/*", "381 records, 381 mapped"},
		{"servicenow", "samples/servicenow/restricted.jsonl", "2 records, 1 " + badTime + hintTimeZone + ", 1 " + noZone},
		{"resetproof-steps", "org/logs/steps/*", "623 records, 623 mapped"},
	} {
		n, mapped, unmapped := 0, 0, 0
		var reasons []string
		whys := map[string]int{}
		for _, file := range sharedFiles(t, c.pattern) {
			d := set.Get(c.format).NewDecoder(Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "x"})
			err := d.Decode(t.Context(), bytes.NewReader(sharedFile(t, file)), file, func(rec *Record) error {
				n++
				switch {
				case rec.Malformed != "":
					if whys[rec.Malformed]++; whys[rec.Malformed] == 1 {
						reasons = append(reasons, rec.Malformed)
					}
				case rec.Unmapped:
					unmapped++
				default:
					mapped++
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
		got := fmt.Sprintf("%d records", n)
		if mapped > 0 {
			got += fmt.Sprintf(", %d mapped", mapped)
		}
		if unmapped > 0 {
			got += fmt.Sprintf(", %d unmapped", unmapped)
		}
		for _, why := range reasons {
			got += fmt.Sprintf(", %d %s", whys[why], why)
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.pattern, got, c.want)
		}
	}
}
