package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reading is what a scan of shared logs must show, each line of it judged right
// by reading the records. Whatever else a scan shows it invents.
type reading struct {
	dir string // below sharedData
	// cases are TIME CLASS PATH TIER SYSTEM CREDENTIAL of OWNER by OPERATOR.
	cases []string
	// not are the acts that look like resets and are none.
	not map[string]int
	// findings are all but step-without-source: CHECK SEVERITY TIME SUBJECT, the
	// subject of a case being the account.
	findings []string
}

const sharedData = "../../../shared/data"

// TestReadings scans whole folders of the shared logs at once and holds what a
// reading of them shows: no case and no finding is invented, and none is lost.
func TestReadings(t *testing.T) {
	for _, r := range readings {
		t.Run(r.dir, func(t *testing.T) {
			folder := filepath.Join(sharedData, r.dir)
			if _, err := os.Stat(folder); err != nil {
				t.Skip(factsMissing)
			}
			dir := t.TempDir()
			out, store := filepath.Join(dir, "report"), filepath.Join(dir, "lake")
			// Every folder holds files that are no logs, or of products no format reads.
			code := run([]string{"scan", folder, "--write", "json", "--quiet", "--out", out, "--lake", store, "--now", "2026-12-01T00:00:00Z"},
				strings.NewReader(""), io.Discard, io.Discard)
			if code != exitIncomplete {
				t.Fatalf("exit %d, want %d", code, exitIncomplete)
			}
			s := readScan(t, out, store)
			var cases, findings []string
			owner := map[string]string{}
			for _, c := range s.cases {
				lead := fmt.Sprintf("%s %s %s ", c.Time, *c.Class, *c.Path)
				cases = append(cases, lead+*c.Tier+" "+strings.TrimPrefix(s.caseLine(c), lead))
				owner[c.ID] = shown(s.events[c.Acts[0].Event].Account)
			}
			for _, f := range s.findings {
				if f.Check == "step-without-source" {
					continue
				}
				subject := f.Subject
				if f.Case != nil {
					subject = owner[*f.Case]
				}
				findings = append(findings, fmt.Sprintf("%s %s %s %s", f.Check, f.Severity, *f.Time, subject))
			}
			same(t, "cases", cases, r.cases)
			same(t, "findings", findings, r.findings)
			if !maps.Equal(s.not, r.not) {
				t.Errorf("not cases: got %v, want %v", s.not, r.not)
			}
		})
	}
}

// readings are grouped by what they are records of.
var readings = []reading{{
	// Real and staged logs of many unrelated organisations.
	dir: "real",
	cases: []string{
		`2020-07-13T08:34:33.915353Z recovery emergency break-glass ad dsrm of rootdc1.offsec.lan\DSRM Administrator by OFFSEC\admmig`,
		`2021-03-02T21:18:24Z issuance assisted ordinary aws key of arn:aws:iam::121521347698:user/AtomicRedTeam by arn:aws:iam::121521347698:user/bhavin_cli`,
		// A console password made, and set once more 21 seconds later.
		`2021-03-05T01:02:38Z recovery assisted privileged aws password+password of arn:aws:iam::111111111111:user/AtomicRedTeam by arn:aws:iam::111111111111:user/bhavin_cli`,
		// Secrets of applications; the first was taken away a day later, so that the
		// third is no rotation.
		`2021-03-25T12:52:51Z issuance assisted machine m365-ual secret of rnicrosoft_office by A.Thulile@dutchmasterz.onmicrosoft.com`,
		`2021-03-26T08:43:14Z recovery assisted ordinary m365-ual password of PradeepG@dutchmasterz.onmicrosoft.com by joey@dutchmasterz.onmicrosoft.com, then session.revoked+token.revoked`,
		`2021-03-26T08:43:46Z recovery assisted ordinary m365-ual password of PattiF@dutchmasterz.onmicrosoft.com by joey@dutchmasterz.onmicrosoft.com, then session.revoked+token.revoked`,
		`2021-03-31T07:54:53Z issuance assisted machine m365-ual secret of rnicrosoft by joey@dutchmasterz.onmicrosoft.com`,
		`2021-04-16T07:29:20Z issuance assisted machine m365-ual secret of rnicrosoft_office by A.Thulile@dutchmasterz.onmicrosoft.com`,
		`2021-12-04T22:09:13.6801274Z recovery assisted ordinary ad password of OFFSEC\hacker2 by OFFSEC\admmig`,
		// The password of a database's master user.
		`2022-08-05T09:19:15Z rotation assisted machine aws password of arn:aws:rds:us-west-2:111111111111:db:database-1 by gowthamarajr@splunk.com`,
		`2022-08-23T04:24:05.0646893Z recovery emergency break-glass ad dsrm of win-dc-root-17044-552.attackrange.local\DSRM Administrator by ATTACKRANGE\Administrator`,
		`2022-09-24T00:28:15Z rotation assisted machine aws password of arn:aws:rds:us-west-1:123456789012:db:my-database by arn:aws:sts::123456789012:assumed-role/Admin/Jack`,
		// Three more records bear the id of this one: copies, as far as a reader can tell.
		`2022-09-27T17:09:18Z issuance self-service ordinary aws key of arn:aws:iam::123456789:user/user1 by arn:aws:iam::123456789:user/user1`,
		`2023-01-30T21:11:30.8690619Z binding self-service ordinary entra mfa of User30@splunkresearch.com by User30@splunkresearch.com`,
		`2023-07-24T14:28:55.0648789Z recovery assisted ordinary entra password of testuser@splunkresearch.com by tommyr@splunkresearch.com`,
		`2023-10-20T19:32:59Z binding self-service ordinary m365-ual mfa of victim@splunkresearch1.onmicrosoft.com by victim@splunkresearch1.onmicrosoft.com`,
		`2024-02-21T18:02:22.7743969Z recovery assisted ordinary ad password of ATTACKRANGE\TRUMAN_CLEMENTS by ATTACKRANGE\Administrator`,
		`2024-07-30T21:53:13Z issuance assisted ordinary aws key of arn:aws:iam::946986569305:user/stratus-red-team-backdoor-u-user by arn:aws:iam::946986569305:user/christophe`,
		`2024-08-01T13:33:28Z issuance assisted ordinary aws key of arn:aws:iam::229654561268:user/malicious-iam-user by arn:aws:iam::229654561268:user/christophe`,
		`2024-08-01T13:42:21Z recovery assisted ordinary aws password of arn:aws:iam::070411556318:user/stratus-red-team-login-profile-user by arn:aws:iam::070411556318:user/christophe`,
		`2024-08-28T09:54:40Z recovery assisted ordinary aws password of arn:aws:iam::763751499319:user/stratus-red-team-update-login-profile-user by arn:aws:iam::763751499319:user/christophe`,
	},
	not: map[string]int{
		"failed":          4, // CreateAccessKey over the limit, Okta update_password, Windows 4723 and 4724
		"first-password":  2,
		"machine-account": 1,
		"mfa-requirement": 2, // an administrator obliged HenriettaM to use a factor: two records of one act
		"routine-change":  2,
	},
	findings: []string{
		"log-cleared high 2019-01-01T00:00:00Z aws-cloudtrail/123456789012",
		"log-cleared high 2021-10-25T18:04:30.3344711Z windows-security-evtx/fs03.offsec.lan",
		"log-cleared high 2021-10-25T18:09:51.875657Z windows-security-evtx/fs03.offsec.lan",
		"log-cleared high 2021-10-25T18:11:09.0020102Z windows-security-evtx/fs03.offsec.lan",
		"log-cleared high 2021-10-25T18:30:36.5159063Z windows-security-evtx/fs03.offsec.lan",
		"log-cleared high 2021-12-19T14:48:19.2942468Z windows-security-evtx/fs03.offsec.lan",
		"log-cleared high 2022-01-24T17:03:24.2249381Z windows-security-evtx/fs03vuln.offsec.lan",
		"log-cleared high 2022-06-30T21:26:49Z aws-cloudtrail/111111111111",
		"log-cleared high 2022-07-13T19:03:51Z aws-cloudtrail/111111111111",
		"log-cleared high 2022-11-03T00:02:53.7229078Z windows-security-xml/ar-win-dc.attackrange.local",
		"log-cleared high 2024-03-05T09:18:29.3133284Z windows-security-xml/ar-win-dc.attackrange.local",
		"log-cleared high 2024-07-31T12:46:41Z aws-cloudtrail/847129010505",
		"log-cleared high 2024-07-31T12:50:02Z aws-cloudtrail/958312252124",
		"log-cleared high 2024-07-31T13:06:24Z aws-cloudtrail/143434273843",
		// A virtual machine that was off: its records are numbered on.
		"log-gap low 2016-07-26T04:01:00Z windows-security-evtx/win-03dliiofrra",
		"log-gap low 2016-07-30T00:46:00Z windows-security-evtx/win-03dliiofrra",
		"log-gap low 2016-08-01T11:17:00Z windows-security-evtx/win-03dliiofrra",
		"reset-then-privilege high 2024-08-01T13:33:28Z arn:aws:iam::229654561268:user/malicious-iam-user",
		"state-without-event high 2022-01-24T17:03:25.0359231Z ad:S-1-5-21-2721507831-1374043488-2540227515-1008",
	},
}, {
	// Servers driven by a script (the drive.sh beside their logs).
	dir: "servers/samba",
	cases: []string{
		"2026-11-22T01:50:50.384412Z recovery assisted ordinary ad password of CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1104",
		"2026-11-22T01:50:50.793498Z recovery assisted ordinary ad password of CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1104",
		"2026-11-22T01:50:52.933262Z unlock assisted ordinary ad  of CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500",
	},
	not: map[string]int{"first-password": 3},
	findings: []string{
		"fresh-operator-right high 2026-11-22T01:50:50.384412Z CN=alice,CN=Users,DC=corp,DC=example",
		"fresh-operator-right high 2026-11-22T01:50:50.793498Z CN=svc-backup,CN=Users,DC=corp,DC=example",
		"reset-then-privilege high 2026-11-22T01:50:50.793498Z CN=svc-backup,CN=Users,DC=corp,DC=example",
	},
}, {
	dir: "servers/keycloak",
	cases: []string{
		"2026-11-22T01:48:28.91Z recovery assisted ordinary keycloak password of 4de8c8e9-31e7-432d-a61a-d608e6f6f86f by 817cb5a6-d88c-416c-81e3-471f908a3c1b",
		"2026-11-22T01:48:29.149Z recovery assisted ordinary keycloak password of e936d57f-07ac-497a-b1fc-b7913ac50e64 by 817cb5a6-d88c-416c-81e3-471f908a3c1b, then mfa.enrolled+session.revoked",
		"2026-11-22T01:48:31.275Z recovery assisted ordinary keycloak password of 792badc5-46e6-49f4-90b5-0a2deb24856b by 817cb5a6-d88c-416c-81e3-471f908a3c1b",
		"2026-11-22T01:50:01.655Z recovery self-service ordinary keycloak password of carol by carol",
		"2026-11-22T01:50:03.458Z rotation assisted machine keycloak client-secret of ee9f9ae5-48f6-42c9-940b-6b45558c5428 by d52c4de5-ebaf-40cf-8855-6124442a858d",
	},
	not: map[string]int{"first-factor": 1},
	findings: []string{
		"fresh-operator-right high 2026-11-22T01:48:28.91Z 4de8c8e9-31e7-432d-a61a-d608e6f6f86f",
		"fresh-operator-right high 2026-11-22T01:48:29.149Z e936d57f-07ac-497a-b1fc-b7913ac50e64",
		"fresh-operator-right high 2026-11-22T01:48:31.275Z 792badc5-46e6-49f4-90b5-0a2deb24856b",
		"reset-then-privilege high 2026-11-22T01:48:29.149Z e936d57f-07ac-497a-b1fc-b7913ac50e64",
	},
}, {
	dir: "servers/vault",
	cases: []string{
		"2026-11-22T02:05:25.956548638Z recovery assisted ordinary vault password of userpass-alice by userpass-helpdesk1",
		"2026-11-22T02:05:26.106464789Z rotation assisted machine vault secret+secret of approle-svc-batch by root",
		"2026-11-22T02:05:26.262868159Z issuance assisted ordinary vault token of token-break-glass by root, then token.revoked",
	},
	not: map[string]int{"failed": 1},
}, {
	// The host's second run gave the same people their passwords within two seconds
	// of their creation.
	dir:   "servers/linux",
	cases: []string{"2026-11-22T01:58:00.739459Z recovery assisted ordinary linux password+password of alice by helpdesk1"},
	not:   map[string]int{"first-password": 4},
	findings: []string{
		"log-cleared high 2026-11-22T02:04:14.609Z linux-auditd/../../../shared/data/servers/linux",
		"reset-then-privilege high 2026-11-22T01:58:00.739459Z alice",
	},
}, {
	dir: "servers/ticket",
}, {
	// Parts of the real logs, with what happened in the other half of them.
	dir: "sequences",
	cases: []string{
		"2021-03-26T08:43:14Z recovery assisted ordinary m365-ual password of PradeepG@dutchmasterz.onmicrosoft.com by joey@dutchmasterz.onmicrosoft.com, then session.revoked+token.revoked",
		// Who stands behind Microsoft's reset service no record tells.
		"2021-07-12T11:44:31Z recovery unknown ordinary m365-ual password of GradyA@dutchmasterz.onmicrosoft.com by fim_password_service@support.onmicrosoft.com, then session.revoked+token.revoked",
		`2021-12-04T22:09:13.6801274Z recovery assisted ordinary ad password of OFFSEC\hacker2 by OFFSEC\admmig`,
		"2023-07-10T12:24:50Z issuance assisted ordinary aws key of arn:aws:iam::123837392027:user/malicious-iam-user by arn:aws:iam::123837392027:user/bert-jan, then credential.revoked",
	},
	not: map[string]int{"first-password": 2, "machine-account": 1, "routine-change": 1},
	findings: []string{
		"log-cleared high 2020-09-17T10:57:37.0132146Z windows-security-evtx/01566s-win16-ir.threebeesco.com",
		"log-cleared high 2022-01-24T17:03:24.2249381Z windows-security-evtx/fs03vuln.offsec.lan",
		"state-without-event high 2022-01-24T17:03:25.0359231Z ad:S-1-5-21-2721507831-1374043488-2540227515-1008",
	},
}}
