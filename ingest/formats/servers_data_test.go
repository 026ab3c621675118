// Records of real servers, read in place: a Samba domain controller and a
// Debian host, driven through resets by their own tools (the drive.sh, inner.sh
// and aud.sh beside them say what was done).
package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// serverActs decodes files and gives the events of the kinds named, a line each, and
// how many records there were of each sort.
func serverActs(t *testing.T, format string, opt Options, kinds string, files ...string) (lines []string, counts string) {
	t.Helper()
	n, unmapped, malformed := 0, 0, 0
	for _, file := range files {
		err := mustGet(t, format).NewDecoder(opt).Decode(t.Context(), bytes.NewReader(sharedFile(t, file)), file, func(rec *Record) error {
			n++
			switch {
			case rec.Malformed != "":
				malformed++
			case rec.Unmapped:
				unmapped++
			}
			for i := range rec.Events {
				e := &rec.Events[i]
				if strings.Contains(kinds, e.Kind.String()) {
					lines = append(lines, fmt.Sprintf("%s %s %s by %s role %s from %s", event.RFC3339(e.Time)[11:19], e.Kind, e.Account.ID+e.Account.Name, e.Actor.ID+e.Actor.Name, e.Role, e.IP))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines, fmt.Sprintf("%d records, %d unmapped, %d malformed", n, unmapped, malformed)
}

func serverOptions() Options {
	return Options{Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Source: "vm", Zone: time.UTC}
}

func TestSambaServerData(t *testing.T) {
	for _, c := range []struct{ file, kinds, counts, want string }{
		{"password_json.log", "reset.executed credential.changed", "6 records, 0 unmapped, 0 malformed", `
			01:50:48 reset.executed CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:49 reset.executed CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:49 reset.executed CN=helpdesk1,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:50 reset.executed CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1104 role  from 127.0.0.1
			01:50:50 reset.executed CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1104 role  from 127.0.0.1
			01:50:52 credential.changed CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1103 role  from 127.0.0.1`},
		{"group_json.log", "privilege.granted privilege.revoked", "9 records, 0 unmapped, 0 malformed", `
			01:50:50 privilege.granted CN=helpdesk1,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role Account Operators from 127.0.0.1
			01:50:51 privilege.granted CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role Domain Admins from 127.0.0.1
			01:50:53 privilege.revoked CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role Domain Admins from 127.0.0.1`},
		{"dsdb_json.log", "account.created account.disabled account.unlocked privilege.granted", "23 records, 3 unmapped, 0 malformed", `
			01:50:48 account.created CN=alice,CN=Users,DC=corp,DC=examplealice@corp.example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:49 account.created CN=svc-backup,CN=Users,DC=corp,DC=examplesvc-backup@corp.example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:49 account.created CN=helpdesk1,CN=Users,DC=corp,DC=examplehelpdesk1@corp.example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:50 privilege.granted S-1-5-21-3888932367-3317995341-1909740988-1104CN=helpdesk1,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role Account Operators from 127.0.0.1
			01:50:51 privilege.granted S-1-5-21-3888932367-3317995341-1909740988-1103CN=svc-backup,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role Domain Admins from 127.0.0.1
			01:50:52 account.unlocked CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-500 role  from 127.0.0.1
			01:50:53 account.disabled CN=alice,CN=Users,DC=corp,DC=example by S-1-5-21-3888932367-3317995341-1909740988-1104 role  from 127.0.0.1`},
		{"auth_json.log", "signin.failed credential.used", "45 records, 0 unmapped, 0 malformed", `
			01:50:51 signin.failed WORKGROUP\svc-backup by WORKGROUP\svc-backup role  from 127.0.0.1
			01:50:52 credential.used S-1-5-21-3888932367-3317995341-1909740988-1103CORP\svc-backup by S-1-5-21-3888932367-3317995341-1909740988-1103CORP\svc-backup role  from 127.0.0.1`},
	} {
		file := sharedFiles(t, "servers/samba/"+c.file)[0]
		lines, counts := serverActs(t, "samba-ad", serverOptions(), c.kinds, file)
		diff(t, strings.Join(append(lines, counts), "\n"), strings.ReplaceAll(strings.TrimSpace(c.want), "\t", "")+"\n"+c.counts)
	}
}

const linuxActs = "reset.executed credential.changed privilege.granted privilege.revoked account.locked"

func TestLinuxServerData(t *testing.T) {
	const auth = `01:57:58 reset.executed helpdesk1 by  role  from 
01:58:00 reset.executed alice by helpdesk1 role  from 
01:58:00 reset.executed alice by helpdesk1 role  from 
01:58:00 privilege.granted alice by helpdesk1 role sudo from 
01:58:06 credential.changed alice by alice role  from 
01:58:06 account.locked alice by  role  from 
01:58:06 privilege.revoked alice by vm/root role sudo from `
	for _, c := range []struct{ format, file, want string }{
		{"linux-auth", "auth.log", auth + "\n66 records, 44 unmapped, 0 malformed"},
		{"linux-auth", "auth-rfc3339.log", auth + "\n66 records, 44 unmapped, 0 malformed"},
		{"linux-auth", "syslog-rfc5424.log", auth + "\n67 records, 45 unmapped, 0 malformed"},
		{"linux-auditd", "audit.log", `02:04:08 reset.executed helpdesk1 by  role  from 
02:04:10 reset.executed alice by helpdesk1 role  from 
02:04:10 reset.executed alice by helpdesk1 role  from 
02:04:10 privilege.granted alice by helpdesk1 role  from 
46 records, 30 unmapped, 0 malformed`},
	} {
		file := sharedFiles(t, "servers/linux/"+c.file)[0]
		lines, counts := serverActs(t, c.format, serverOptions(), linuxActs, file)
		diff(t, strings.Join(append(lines, counts), "\n"), c.want)
	}
}

// The three syslog files hold the same lines: the ids say so.
func TestLinuxServerDataIsOneLog(t *testing.T) {
	seen := map[event.ID]int{}
	for _, file := range sharedFiles(t, "servers/linux/*auth*.log", "servers/linux/syslog-rfc5424.log") {
		once := map[event.ID]bool{} // sudo writes equal lines within a second
		for _, rec := range records(t, mustGet(t, "linux-auth"), string(sharedFile(t, file)), serverOptions()) {
			for _, e := range rec.Events {
				if !once[e.ID] {
					seen[e.ID]++
				}
				once[e.ID] = true
			}
		}
	}
	events := 0
	for id, n := range seen {
		if events++; n != 3 {
			events--
			if n != 1 {
				t.Errorf("event %s is in %d of 3 files", id, n)
			}
		}
	}
	if events < 20 {
		t.Errorf("%d events are in all three files", events)
	}
}

// Another project's normal form of sshd's messages (its field names follow ECS):
// actor, address and outcome. The messages come without a header.
func TestSSHOracle(t *testing.T) {
	reviewed := map[string]string{
		"Accepted key":               "a debug line before the Accepted line of the same sign-in",
		"Disconnecting invalid user": "a user that does not exist: the name may be a password and is left out",
		"Connection closed by":       "the end of a connection, after the failures of which each has its own line",
		"Connection from":            "a connection before anybody signed in",
		"Disconnected from":          "the end of a connection",
		"fatal: ":                    "a connection that broke; nobody signed in",
		"Invalid user":               "the attempt itself is told by the Failed line; the name may be a password",
		"pam_unix(sshd:session)":     "told by the Accepted line of the same sign-in; kept as the stream's memory",
		"pam_winbind(sshd:account)":  "a check of the account within a sign-in that the Accepted line tells",
		"Received disconnect":        "the end of a connection",
		"Unable to negotiate":        "a connection before anybody signed in",
		"pam_faillock(sshd:auth)":    "an event of its own, the lock; theirs is a failed sign-in without address",
	}
	type row struct {
		Raw      string
		Expected struct {
			Action struct{ Outcome string }
			Event  struct{ Outcome string }
			Source struct{ IP string }
			User   struct{ Name string }
		}
	}
	messages := bytes.Split(bytes.TrimSpace(sharedFile(t, sharedFiles(t, "samples/linux_openssh/restricted.txt.jsonl")[0])), []byte("\n"))
	expected := bytes.Split(bytes.TrimSpace(sharedFile(t, sharedFiles(t, "samples/linux_openssh/expected.jsonl")[0])), []byte("\n"))
	used := map[string]bool{}
	agree := 0
	for i := range messages {
		var in, want row
		if err := json.Unmarshal(messages[i], &in); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(expected[i], &want); err != nil {
			t.Fatal(err)
		}
		rec := records(t, mustGet(t, "linux-auth"), "2026-03-02T09:00:00Z vm sshd[7]: "+in.Raw, exampleOptions())[0]
		got, outcome := event.Event{}, want.Expected.Event.Outcome
		if len(rec.Events) > 0 {
			got = rec.Events[0]
		}
		same := len(rec.Events) == 1 && got.Actor.Name == strings.ReplaceAll(want.Expected.User.Name, "root", "vm/root") &&
			got.IP == want.Expected.Source.IP && got.Outcome.String() == outcome
		if same {
			agree++
			continue
		}
		known := false
		for prefix := range reviewed {
			if strings.HasPrefix(strings.TrimSpace(in.Raw), prefix) {
				known, used[prefix] = true, true
			}
		}
		if !known {
			t.Errorf("message %d: we say %q from %s, %s; theirs %+v", i+1, got.Actor.Name, got.IP, got.Outcome, want.Expected)
		}
	}
	for _, prefix := range sortedKeys(reviewed) {
		if !used[prefix] {
			t.Errorf("no difference in %q any more: %s", prefix, reviewed[prefix])
		}
	}
	if agree != 2 || len(messages) != 17 {
		t.Errorf("%d of %d agree, want 2 of 17", agree, len(messages))
	}
}

// The rule project's four auditd lines, which lost the 0x1d on their way.
func TestAuditdSamples(t *testing.T) {
	var b strings.Builder
	for line := range bytes.Lines(sharedFile(t, sharedFiles(t, "samples/linux_auditd_authlog/permissive.txt.jsonl")[0])) {
		var in struct{ Raw string }
		if err := json.Unmarshal(line, &in); err != nil {
			t.Fatal(err)
		}
		b.WriteString(in.Raw + "\n")
	}
	diff(t, decode(t, mustGet(t, "linux-auditd"), []byte(b.String()), exampleOptions()),
		`1 2024-08-06T13:27:39.266Z other account=linux:example/1002 actor=linux:(ubuntu) session=example/1 system=linux feed=linux-auditd/example
2 unmapped: PROCTITLE 2024-08-06T11:40:27.844Z
3 unmapped: SERVICE_STOP 2024-08-06T15:12:35.494Z
4 unmapped: SYSCALL 2024-08-07T13:01:06.627Z
`)
	if f, why := func() (*Format, string) { s, _ := Load(); return s.Sniff([]byte(b.String())) }(); f == nil || f.Table().ID != "linux-auditd" {
		t.Errorf("not recognised: %s", why)
	}
}

// No format takes text that is not its own: of all shared files only these are
// taken for the line formats.
func TestLineFormatsStealNothing(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string][]string{}
	for _, file := range sharedFiles(t, "*/*/*", "*/*/*/*") {
		if strings.HasSuffix(file, ".evtx") || strings.HasSuffix(file, ".gz") || !isFile(file) {
			continue
		}
		content := sharedFile(t, file)
		if f, _ := set.Sniff(content[:min(len(content), SniffLen)]); f != nil && (f.Table().Framing.Kind[0] == framingLines || f.Table().ID == "samba-ad") {
			taken[f.Table().ID] = append(taken[f.Table().ID], filepath.Base(file))
		}
	}
	for id, want := range map[string]string{
		"linux-auditd": "audit.log",
		"linux-auth":   "auth-rfc3339.log auth.log syslog-rfc5424.log",
		"samba-ad":     "auth_json.log dsdb_json.log group_json.log password_json.log",
	} {
		if got := strings.Join(taken[id], " "); got != want {
			t.Errorf("%s takes %s, want %s", id, got, want)
		}
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
