package formats

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// A line that rsyslog wrote to three files is one event.
func TestOneLineInEverySyslogForm(t *testing.T) {
	f := mustGet(t, "linux-auth")
	vienna := time.FixedZone("CET", 3600)
	var ids []event.ID
	for _, form := range []string{
		"Mar  2 10:00:00 vm chpasswd[7]: %s",
		"<86>Mar  2 10:00:00 vm chpasswd[7]: %s",
		"2026-03-02T10:00:00.337789+01:00 vm chpasswd[7]: %s",
		"2026-03-02T10:00:00+0100 vm chpasswd[7]: %s",
		"<86>1 2026-03-02T10:00:00.337789+01:00 vm chpasswd 7 - -  %s",
		`<86>1 2026-03-02T10:00:00.337789+01:00 vm chpasswd 7 ID1 [a@1 b="\"]"][c@1] %s`,
	} {
		line := fmt.Sprintf(form, "pam_unix(chpasswd:chauthtok): password changed for ann")
		opt := exampleOptions()
		opt.Zone = vienna
		rec := records(t, f, line, opt)[0]
		if rec.Malformed != "" || len(rec.Events) != 1 || rec.Instance != "vm" || time.Unix(0, rec.Time).UTC().Format(time.DateTime) != "2026-03-02 09:00:00" {
			t.Fatalf("%s\n%+v", line, rec)
		}
		ids = append(ids, rec.Events[0].ID)
		if ids[0] != ids[len(ids)-1] {
			t.Errorf("%s has another id", line)
		}
	}
	other := records(t, f, "2026-03-02T10:00:01+01:00 vm chpasswd[7]: pam_unix(chpasswd:chauthtok): password changed for ann", exampleOptions())[0]
	if other.Events[0].ID == ids[0] {
		t.Error("the next second is the same event")
	}
}

func TestTimesWithoutYear(t *testing.T) {
	vienna := func() *time.Location { return time.FixedZone("CET", 3600) }
	none := func() *time.Location { return nil }
	for _, c := range []struct {
		text, now string
		zone      func() *time.Location
		want      string
	}{
		{"Mar  2 10:00:00", "2026-03-04T00:00:00Z", vienna, "2026-03-02T09:00:00Z"},
		{"Mar  5 10:00:00", "2026-03-04T00:00:00Z", vienna, "2025-03-05T09:00:00Z"}, // never ahead of now
		{"Dec 31 23:59:59", "2026-01-01T00:00:00Z", vienna, "2025-12-31T22:59:59Z"},
		{"Jan  1 00:30:00", "2025-12-31T23:45:00Z", vienna, "2025-12-31T23:30:00Z"}, // the new year has begun in the zone
		{"Mar  4 01:04:00", "2026-03-04T00:00:00Z", vienna, "2026-03-04T00:04:00Z"}, // clocks differ by minutes
		{"Feb 29 10:00:00", "2026-03-04T00:00:00Z", vienna, "2024-02-29T09:00:00Z"},
		{"Feb 30 10:00:00", "2026-03-04T00:00:00Z", vienna, whyTimeForm},
		{"Mar  2 10:00:65", "2026-03-04T00:00:00Z", vienna, whyTimeForm},
		{"Mär  2 10:00:00", "2026-03-04T00:00:00Z", vienna, whyTimeForm},
		{"Mar  2 10:00:00", "2026-03-04T00:00:00Z", none, whyNoZone},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		at, got := Layout{As: layoutRFC3164, Zone: zoneConfig}.parse([]byte(c.text), c.zone, now)
		if got == "" {
			got = event.RFC3339(at.UnixNano())
		}
		if got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.text, c.now, got, c.want)
		}
	}
}

// linuxTraps are lines and what the last of them must give.
var linuxTraps = []struct{ name, format, lines, want string }{
	{"passwd through sudo is a reset by whoever ran sudo", "linux-auth",
		`sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/passwd ann
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) actor=linux:(bob) credential=password method=passwd"},
	{"once the session of sudo is closed it vouches for nobody", "linux-auth",
		`sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/passwd ann
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)
		 sudo: pam_unix(sudo:session): session closed for user root
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"nor does one whose end would not be told", "linux-auth",
		`sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/passwd ann
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"nor one for another account", "linux-auth",
		`sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/bin/passwd dan
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"nor one that was refused", "linux-auth",
		`sudo: bob : command not allowed ; PWD=/ ; USER=root ; COMMAND=/usr/bin/passwd ann
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"nor two people's without process ids, when one of them ends", "linux-auth",
		`sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/sbin/chpasswd
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)
		 sudo: eve : PWD=/ ; USER=root ; COMMAND=/usr/bin/id
		 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1002)
		 sudo: pam_unix(sudo:session): session closed for user root
		 chpasswd[2]: pam_unix(chpasswd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=chpasswd"},
	{"passwd in a session of one's own is a change", "linux-auth",
		`sshd[1]: pam_unix(sshd:session): session opened for user ann(uid=1001) by (uid=0)
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"credential.changed account=linux:(ann) actor=linux:(ann) credential=password method=passwd"},
	{"but not after it has ended", "linux-auth",
		`sshd[1]: pam_unix(sshd:session): session opened for user ann(uid=1001) by (uid=0)
		 sshd[1]: pam_unix(sshd:session): session closed for user ann
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"nor does another's session count", "linux-auth",
		`sshd[1]: pam_unix(sshd:session): session opened for user dan(uid=1001) by (uid=0)
		 passwd[2]: pam_unix(passwd:chauthtok): password changed for ann`,
		"reset.executed account=linux:(ann) credential=password method=passwd"},
	{"passwd -l and the like are no reset", "linux-auth",
		`passwd[2]: password for 'ann' changed by 'root'`,
		"state.observed account=linux:(ann) actor=linux:(vm/root) credential=password method=passwd"},
	{"a name in the address's place stays a name", "linux-auth",
		`sshd[1]: Failed password for ann from 192.0.2.1 port 1 ssh2 from 198.51.100.66 port 2 ssh2`,
		"signin.failed FAILED account=linux:(ann from 192.0.2.1 port 1 ssh2) actor=linux:(ann from 192.0.2.1 port 1 ssh2) session=vm/sshd-1 method=password ip=198.51.100.66"},
	{"the name of nobody may be a password", "linux-auth",
		`sshd[1]: Failed password for invalid user Winter2026! from 198.51.100.66 port 2 ssh2`,
		"signin.failed FAILED method=password ip=198.51.100.66"},
	{"USER_CHAUTHTOK by root is a reset", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=0 auid=1002 ses=3 msg='op=PAM:chauthtok acct="ann" exe="/usr/bin/passwd" addr=? res=success'`,
		"reset.executed account=linux:(ann) actor=linux:example/1002 session=example/3 credential=password method=/usr/bin/passwd"},
	{"by the owner it is a change", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=1001 auid=1001 ses=3 msg='op=PAM:chauthtok acct="ann" exe="/usr/bin/passwd" addr=? res=success'`,
		"credential.changed account=linux:(ann) actor=linux:example/1001 session=example/3 credential=password method=/usr/bin/passwd"},
	{"for crontab it is nothing", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=0 auid=1002 ses=3 msg='op=crontab-edit exe="/usr/bin/crontab" res=success'`,
		"other actor=linux:example/1002 session=example/3"},
	{"for a group it is a grant", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=0 auid=4294967295 ses=4294967295 msg='op=adding user to group acct="ann" exe="/usr/sbin/usermod" res=success'`,
		"privilege.granted account=linux:(ann)"},
	{"usermod -U says it failed and did it", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=0 auid=1002 ses=3 msg='op=updating password acct="ann" exe="/usr/sbin/usermod" res=failed'`,
		"account.unlocked account=linux:(ann) actor=linux:example/1002 session=example/3 credential=password"},
	{"a passwd that failed is no reset", "linux-auditd",
		`type=USER_CHAUTHTOK msg=audit(1772442000.1:1): uid=0 auid=1002 ses=3 msg='op=PAM:chauthtok acct="ann" exe="/usr/bin/passwd" addr=? res=failed'`,
		"reset.executed FAILED account=linux:(ann) actor=linux:example/1002 session=example/3 credential=password method=/usr/bin/passwd"},
	{"the name of a user being added is not known yet", "linux-auditd",
		"type=ADD_USER msg=audit(1772442000.1:1): uid=0 auid=1002 ses=3 msg='op=adding user id=1003 exe=\"/usr/sbin/useradd\" res=success'\x1dAUID=\"bob\" ID=\"unknown(1003)\"",
		"other account=linux:example/1003 actor=linux:(bob) session=example/3"},
}

func TestLinuxTraps(t *testing.T) {
	for _, c := range linuxTraps {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			for line := range strings.Lines(c.lines) {
				if c.format == "linux-auth" {
					b.WriteString("2026-03-02T09:00:00Z vm ")
				}
				b.WriteString(strings.TrimSpace(line) + "\n")
			}
			lines := strings.Split(strings.TrimSpace(decode(t, mustGet(t, c.format), []byte(b.String()), exampleOptions())), "\n")
			_, got, _ := strings.Cut(lines[len(lines)-1], " 2026-03-02T09:00:00")
			_, got, _ = strings.Cut(got, "Z ")
			got, _, _ = strings.Cut(got, " system=linux")
			got = strings.TrimSuffix(got, " host=vm")
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// What one stream said is forgotten in the next; a decoder may read many.
func TestStreamsAreReadApart(t *testing.T) {
	d := mustGet(t, "linux-auth").NewDecoder(exampleOptions())
	actor := func(stream string) (who string) {
		if err := d.Decode(t.Context(), strings.NewReader(stream), "x", func(rec *Record) error {
			for _, e := range rec.Events {
				if e.Kind == event.ResetExecuted {
					who = e.Actor.Name
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return who
	}
	const sudo = "2026-03-02T09:00:00Z vm sudo: bob : PWD=/ ; USER=root ; COMMAND=/usr/sbin/chpasswd\n2026-03-02T09:00:00Z vm sudo: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1001)\n"
	const reset = "2026-03-02T09:00:00Z vm chpasswd[2]: pam_unix(chpasswd:chauthtok): password changed for ann\n"
	if got := actor(sudo + reset); got != "bob" {
		t.Errorf("in one stream the operator is %q", got)
	}
	if got := actor(reset); got != "" {
		t.Errorf("in the next stream the operator is %q", got)
	}
}

// A log of sudo and sign-ins without ends costs bounded memory.
func TestSudoWatchIsBounded(t *testing.T) {
	w := newSudoWatch()
	for i := range 10 * maxLogins {
		who := fmt.Sprintf("user%d", i)
		w.ran("vm", who, who, []byte("/usr/bin/passwd "+strings.Repeat("x ", 1000)))
		w.opened("vm", "sudo", "root", who)
		w.opened("vm", "sshd", who, "")
	}
	if len(w.elevations) > maxElevations || len(w.logins) > maxLogins || len(w.elevations[0].names) > maxNames {
		t.Errorf("%d elevations of %d names, %d sign-ins", len(w.elevations), len(w.elevations[0].names), len(w.logins))
	}
}
