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
		{"real/windows-evtx/*/*.evtx", evtxFormat},
		{"sequences/*.evtx", evtxFormat},
		{"samples/windows_winlogbeat_ecs/[pr]*", "windows-security-winlogbeat"},
		{"samples/windows_nxlog_json/[pr]*", "windows-security-nxlog"},
		{"org/logs/entra/directoryAudits*", "entra-audit"},
		{"org/logs/entra/signIns*", "entra-signin"},
		{"org/logs/m365/*", "m365-ual"},
		{"samples/entra_azuremonitor/[pr]*", "entra-monitor"},
		{"samples/m365_ual/[pr]*", "m365-ual"},
		{"sequences/ual_*", "m365-ual"},
		{"real/entra/splunk-azuread/*", "entra-monitor"},
		{"real/entra/panther*.jsonl", "entra-monitor"},
		{"real/entra/splunk-o365/*", "m365-ual"},
		{"real/entra/o365*", "m365-ual"},
		{"samples/azure_activity_keyvault/*", "azure-keyvault"},
		{"samples/azure_keyvault/restricted.jsonl", "azure-keyvault"},
		{"samples/azure_keyvault/expected.jsonl", ""},
		{"org/logs/cloudtrail/*", "aws-cloudtrail"},
		{"real/cloudtrail/*/*", "aws-cloudtrail"},
		{"real/cloudtrail/*.jsonl", "aws-cloudtrail"},
		{"sequences/aws_*", "aws-cloudtrail"},
		{"samples/aws_cloudtrail/[pr]*", "aws-cloudtrail"},
		{"org/logs/vault/*", "vault-audit"},
		{"samples/vault_audit/*", "vault-audit"},
		{"servers/vault/audit.log", "vault-audit"},
		{"org/logs/jira/*", "jira-service-management"},
		{"servers/ticket/*.json", "request-tracker"},
		{"servers/keycloak/*events.json", "keycloak"},
		{"org/*.csv", ""},
		{"samples/auth0/*", ""},
		// Audits and a sign-in in one file: Graph never mixes them.
		{"samples/entra_graph/restricted.jsonl", ""},
		{"samples/entra_*/expected.jsonl", ""},
		{"samples/keycloak/restricted.jsonl", "keycloak-log"},
		{"samples/keycloak/expected.jsonl", ""},
		{"samples/keycloak/*.txt.jsonl", ""},
		{"servers/samba/[adgp]*_json.log", "samba-ad"},
		{"servers/linux/a*h*.log", "linux-auth"},
		{"servers/linux/syslog-rfc5424.log", "linux-auth"},
		{"servers/linux/audit.log", "linux-auditd"},
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
		{"okta-system-log", "real/okta/*l", "50 records, 36 mapped, 9 unmapped, 4 " + badTime + ", 1 " + noTime},
		{"okta-system-log", "real/okta/*.ndjson", "14 records, 9 mapped, 5 unmapped"},
		{"okta-system-log", "samples/okta/permissive.jsonl", "19 records, 16 mapped, 3 " + badTime},
		{"okta-system-log", "samples/okta/restricted.jsonl", "11 records, 10 mapped, 1 unmapped"},
		{"servicenow", "org/logs/servicenow/*", "381 records, 381 mapped"},
		{"servicenow", "samples/servicenow/restricted.jsonl", "2 records, 1 " + badTime + hintTimeZone + ", 1 " + noZone},
		{"aws-cloudtrail", "org/logs/cloudtrail/*", "3007 records, 3003 mapped, 4 unmapped"},
		{"aws-cloudtrail", "real/cloudtrail/*/*", "186 records, 175 mapped, 11 unmapped"},
		{"aws-cloudtrail", "real/cloudtrail/*.jsonl", "235 records, 75 mapped, 144 unmapped, 12 " + noTime + ", 2 no eventName, 2 " + badTime},
		{"aws-cloudtrail", "samples/aws_cloudtrail/[pr]*", "89 records, 81 mapped, 7 unmapped, 1 " + noTime},
		{"aws-cloudtrail", "sequences/aws_*", "19 records, 19 mapped"},
		{"azure-keyvault", "samples/azure_activity_keyvault/*", "17 records, 13 mapped, 4 unmapped"},
		{"azure-keyvault", "samples/azure_keyvault/restricted.jsonl", "4 records, 4 mapped"},
		{"vault-audit", "org/logs/vault/*", "8485 records, 4245 mapped, 4240 unmapped"},
		{"vault-audit", "samples/vault_audit/*", "2 records, 2 unmapped"},
		{"vault-audit", "servers/vault/audit.log", "56 records, 24 mapped, 32 unmapped"},
		{"jira-service-management", "org/logs/jira/*", "33 records, 33 mapped"},
		{"request-tracker", "servers/ticket/*.json", "19 records, 3 mapped, 16 unmapped"},
		{"keycloak", "servers/keycloak/*events.json", "32 records, 32 mapped"},
		{"resetproof-steps", "org/logs/steps/*", "623 records, 623 mapped"},
		{evtxFormat, "real/windows-evtx/*/*.evtx", "2664 records, 1439 mapped, 1225 unmapped"},
		{evtxFormat, "sequences/*.evtx", "36 records, 23 mapped, 13 unmapped"},
		{"entra-audit", "org/logs/entra/directoryAudits*", "288 records, 288 mapped"},
		{"entra-signin", "org/logs/entra/signIns*", "436 records, 436 mapped"},
		{"m365-ual", "org/logs/m365/*", "572 records, 572 mapped"},
		{"entra-monitor", "samples/entra_azuremonitor/[pr]*", "42 records, 42 mapped"},
		{"entra-monitor", "real/entra/splunk-azuread/*", "16 records, 16 mapped"},
		{"entra-monitor", "real/entra/panther*.jsonl", "19 records, 19 mapped"},
		{"entra-audit", "samples/entra_graph/restricted.jsonl", "20 records, 19 mapped, 1 no activityDisplayName"},
		{"m365-ual", "samples/m365_ual/[pr]*", "57 records, 54 mapped, 3 unmapped"},
		{"m365-ual", "real/entra/splunk-o365/*", "18 records, 13 mapped, 4 unmapped, 1 " + badTime},
		{"m365-ual", "sequences/ual_*", "78 records, 78 mapped"},
		{"m365-ual", "real/entra/o365*.jsonl", "4766 records, 711 mapped, 4055 unmapped"},
		{"m365-ual", "real/entra/o365*.csv", "4769 records, 711 mapped, 4055 unmapped, 3 no AuditData: the row lacks the record itself"},
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
