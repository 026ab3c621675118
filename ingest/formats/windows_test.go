// What each Windows event id means, held in all its encodings.
package formats

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// A Windows event as the cases below write it: "4724 failure; Name=value; …".
// Names that begin with user. stand in UserData, with sys. in the header.
type windowsEvent struct {
	id, channel string
	failure     bool
	data, user  [][2]string
}

func parseWindowsEvent(spec string) windowsEvent {
	parts := strings.Split(spec, "; ")
	e := windowsEvent{channel: "Security"}
	e.id, _, e.failure = strings.Cut(parts[0], " failure")
	for _, p := range parts[1:] {
		k, v, _ := strings.Cut(p, "=")
		switch name, inUser := strings.CutPrefix(k, "user."); {
		case k == "sys.channel":
			e.channel = v
		case inUser:
			e.user = append(e.user, [2]string{name, v})
		default:
			e.data = append(e.data, [2]string{k, v})
		}
	}
	return e
}

const windowsProvider = "Microsoft-Windows-Security-Auditing"

func members(pairs [][2]string) map[string]any {
	m := map[string]any{}
	for _, p := range pairs {
		m[p[0]] = p[1]
	}
	return m
}

// windowsEncodings write one event as each of the collectors would: all
// on DC1.acme.example, record 7, 2026-03-02 09:10:11 UTC.
var windowsEncodings = []struct {
	format string
	write  func(windowsEvent) string
}{
	{"windows-security-winlogbeat", func(e windowsEvent) string {
		outcome := "success"
		if e.failure {
			outcome = "failure"
		}
		winlog := map[string]any{"event_id": e.id, "channel": e.channel, "computer_name": "DC1.acme.example", "record_id": 7,
			"provider_name": e.provider(), "event_data": members(e.data)}
		if e.user != nil {
			winlog["user_data"] = members(e.user)
		}
		return marshal(map[string]any{"@timestamp": "2026-03-02T09:10:11.000Z", "winlog": winlog,
			"event": map[string]any{"code": e.id, "outcome": outcome, "created": "2026-03-02T09:10:13.000Z"}})
	}},
	{"windows-security-nxlog", func(e windowsEvent) string {
		m := members(append(e.data, e.user...))
		m["EventID"], m["Channel"], m["Hostname"] = json.Number(e.id), e.channel, "DC1.acme.example"
		m["RecordNumber"], m["SourceName"] = 7, e.provider()
		m["EventTime"], m["EventReceivedTime"] = "2026-03-02 10:10:11", "2026-03-02 10:10:13"
		m["Keywords"], m["EventType"] = json.Number("-9214364837600034816"), "AUDIT_SUCCESS"
		if e.failure {
			m["Keywords"], m["EventType"] = json.Number("-9218868437227405312"), "AUDIT_FAILURE"
		}
		return marshal(m)
	}},
	{"windows-security-xml", writeWindowsXML},
	{"windows-security-evtx", func(e windowsEvent) string {
		file, err := makeEVTX(writeWindowsXML(e), false)
		if err != nil {
			panic(err)
		}
		return string(file)
	}},
}

func writeWindowsXML(e windowsEvent) string {
	keywords := "0x8020000000000000"
	if e.failure {
		keywords = "0x8010000000000000"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='%s'/><EventID>%s</EventID>"+
		"<Keywords>%s</Keywords><TimeCreated SystemTime='2026-03-02T09:10:11.0000000Z'/><EventRecordID>7</EventRecordID>"+
		"<Channel>%s</Channel><Computer>DC1.acme.example</Computer></System>", e.provider(), e.id, keywords, e.channel)
	b.WriteString("<EventData>")
	for _, p := range e.data {
		fmt.Fprintf(&b, "<Data Name='%s'>%s</Data>", p[0], p[1])
	}
	b.WriteString("</EventData>")
	if e.user != nil {
		b.WriteString("<UserData><LogFileCleared>")
		for _, p := range e.user {
			fmt.Fprintf(&b, "<%s>%s</%s>", p[0], p[1], p[0])
		}
		b.WriteString("</LogFileCleared></UserData>")
	}
	b.WriteString("</Event>\n")
	return b.String()
}

func (e windowsEvent) provider() string {
	if e.id == "1102" || e.id == "1100" || e.id == "104" {
		return "Microsoft-Windows-Eventlog"
	}
	return windowsProvider
}

func marshal(m map[string]any) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(b) + "\n"
}

var bundledFormats = sync.OnceValues(func() (*Set, error) { return Load() })

// windowsOptions are those of a computer whose clock shows Berlin's time.
func windowsOptions() Options {
	return Options{Zone: time.FixedZone("CET", 3600), Now: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), Source: "test"}
}

// decodeWindows gives each record of a stream as a line: its events, "unmapped
// <type>", or "malformed: <reason>".
func decodeWindows(t *testing.T, format, stream string, o Options) []string {
	t.Helper()
	var lines []string
	eachWindows(t, format, stream, o, func(rec *Record) { lines = append(lines, describeWindows(rec)) })
	return lines
}

func eachWindows(t *testing.T, format, stream string, o Options, see func(*Record)) {
	t.Helper()
	set, err := bundledFormats()
	if err != nil {
		t.Fatal(err)
	}
	f := set.Get(format)
	if f == nil {
		t.Fatalf("no format %s", format)
	}
	err = f.NewDecoder(o).Decode(context.Background(), strings.NewReader(stream), "test", func(rec *Record) error {
		see(rec)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func describeWindows(rec *Record) string {
	switch {
	case rec.Malformed != "":
		return "malformed: " + rec.Malformed
	case rec.Unmapped:
		return "unmapped " + rec.Type
	}
	var all []string
	for i := range rec.Events {
		all = append(all, describeWindowsEvent(&rec.Events[i]))
	}
	return strings.Join(all, " & ")
}

func describeWindowsEvent(e *event.Event) string {
	line := e.Kind.String()
	if e.Outcome == event.Failure {
		line += " failure"
	}
	for _, f := range []struct{ name, value string }{
		{"account", describeParty(e.Account)},
		{"actor", describeParty(e.Actor)},
		{"credential", e.Credential},
		{"session", e.Session},
		{"role", e.Role},
		{"method", e.Method},
		{"category", e.Category},
		{"product", e.Product},
		{"ip", e.IP},
		{"device", e.Device},
	} {
		if f.value != "" {
			line += " " + f.name + "=" + f.value
		}
	}
	return line
}

func describeParty(p event.Party) string {
	if p.IsZero() {
		return ""
	}
	s := "[" + p.ID + " " + p.Name + "]"
	if p.Type != "" {
		s += p.Type
	}
	return s
}

const (
	annTarget = "; TargetUserName=ann; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-1101"
	annSignin = "; TargetUserSid=S-1-5-21-1-2-3-1101; TargetUserName=ann; TargetDomainName=ACME; TargetLogonId=0x9f0A"
	byBob     = "; SubjectUserSid=S-1-5-21-1-2-3-1102; SubjectUserName=bob; SubjectDomainName=ACME; SubjectLogonId=0x5A1"
	bySystem  = "; SubjectUserSid=S-1-5-18; SubjectUserName=DC1$; SubjectDomainName=ACME; SubjectLogonId=0x3e7"
	ann       = `account=[S-1-5-21-1-2-3-1101 ACME\ann]`
	bob       = ` actor=[S-1-5-21-1-2-3-1102 ACME\bob]`
	system    = ` actor=[S-1-5-18 NT AUTHORITY\SYSTEM]system`
	inBobs    = " session=dc1.acme.example/0x5a1"
	inAnns    = " session=dc1.acme.example/0x9f0a"
)

// Every case holds in all encodings.
func TestWindowsEvents(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"administrator resets a password", "4724" + annTarget + byBob,
			"reset.executed " + ann + bob + " credential=password" + inBobs},
		{"the failed attempt looks the same but for Keywords", "4724 failure" + annTarget + byBob,
			"reset.executed failure " + ann + bob + " credential=password" + inBobs},
		{"owner changes the password", "4723" + annTarget + "; SubjectUserSid=S-1-5-21-1-2-3-1101; SubjectUserName=ann; SubjectDomainName=ACME; SubjectLogonId=0x77; PrivilegeList=-",
			"credential.changed " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann] credential=password session=dc1.acme.example/0x77`},
		{"failed change by another", "4723 failure" + annTarget + byBob,
			"credential.changed failure " + ann + bob + " credential=password" + inBobs},
		{"target by SID alone", "4724; TargetUserName=-; TargetDomainName=-; TargetSid=S-1-5-21-1-2-3-1101" + byBob,
			"reset.executed account=[S-1-5-21-1-2-3-1101 ]" + bob + " credential=password" + inBobs},
		{"target without a name", "4724; TargetDomainName=WS6; TargetSid=S-1-5-21-1-2-3-1000" + byBob,
			"reset.executed account=[S-1-5-21-1-2-3-1000 ]" + bob + " credential=password" + inBobs},
		{"a bare name does not stand beside a SID", "4724; TargetUserName=ann; TargetDomainName=-; TargetSid=S-1-5-21-1-2-3-1101; SubjectUserSid=S-1-5-21-1-2-3-1102; SubjectUserName=bob",
			"reset.executed account=[S-1-5-21-1-2-3-1101 ] actor=[S-1-5-21-1-2-3-1102 ] credential=password"},
		{"rendered SIDs are names", `4724; TargetUserName=ann; TargetDomainName=ACME; TargetSid=ACME\ann; SubjectUserSid=ACME\bob; SubjectUserName=bob; SubjectDomainName=ACME; SubjectLogonId=0x5A1`,
			`reset.executed account=[ ACME\ann] actor=[ ACME\bob] credential=password` + inBobs},
		{"rendered SYSTEM", `4724` + annTarget + `; SubjectUserSid=NT AUTHORITY\SYSTEM; SubjectUserName=DC1$; SubjectDomainName=ACME; SubjectLogonId=0x3e7`,
			"reset.executed " + ann + system + " credential=password"},
		{"SYSTEM acts: one SID on all computers, no session", "4724" + annTarget + bySystem,
			"reset.executed " + ann + system + " credential=password"},

		{"a $ does not make a user a computer: created", "4720; TargetUserName=helpdesk7$; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-1900" + byBob,
			`account.created account=[S-1-5-21-1-2-3-1900 ACME\helpdesk7$]` + bob + inBobs},
		{"a $ does not make a user a computer: reset", "4724; TargetUserName=helpdesk7$; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-1900" + byBob,
			`reset.executed account=[S-1-5-21-1-2-3-1900 ACME\helpdesk7$]` + bob + " credential=password" + inBobs},
		{"a computer's account is created", "4741; TargetUserName=PC7$; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-2001" + byBob,
			`account.created account=[S-1-5-21-1-2-3-2001 ACME\PC7$]machine` + bob + inBobs},
		{"a computer's password rotates", "4742; TargetUserName=PC7$; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-2001; PasswordLastSet=3/2/2026 10:10:11 AM; SubjectUserSid=S-1-5-7; SubjectUserName=ANONYMOUS LOGON; SubjectDomainName=NT AUTHORITY; SubjectLogonId=0x3e6",
			`state.observed account=[S-1-5-21-1-2-3-2001 ACME\PC7$]machine actor=[S-1-5-7 NT AUTHORITY\ANONYMOUS LOGON]system credential=password`},
		{"a computer's account is deleted", "4743; TargetUserName=PC7$; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-2001" + byBob,
			`account.deleted account=[S-1-5-21-1-2-3-2001 ACME\PC7$]machine` + bob + inBobs},

		{"4738 with a new PasswordLastSet is a state", "4738" + annTarget + byBob + "; PasswordLastSet=02.03.2026 10:10:11",
			"state.observed " + ann + bob + " credential=password" + inBobs},
		{"4738 unchanged", "4738" + annTarget + byBob + "; PasswordLastSet=-; UserAccountControl=%%2089", "other " + ann + bob + inBobs},
		{"4738 set to never", "4738" + annTarget + byBob + "; PasswordLastSet=%%1794", "other " + ann + bob + inBobs},

		{"enabled", "4722" + annTarget + byBob, "account.enabled " + ann + bob + inBobs},
		{"disabled", "4725" + annTarget + byBob, "account.disabled " + ann + bob + inBobs},
		{"deleted", "4726" + annTarget + byBob, "account.deleted " + ann + bob + inBobs},
		{"unlocked", "4767" + annTarget + byBob, "account.unlocked " + ann + bob + inBobs},
		{"locked: the domain is the calling computer", "4740; TargetUserName=ann; TargetDomainName=WS-753; TargetSid=S-1-5-21-1-2-3-1101" + bySystem,
			"account.locked account=[S-1-5-21-1-2-3-1101 ]" + system + " device=WS-753"},

		{"added to a group", "4728; MemberName=CN=Ann Okoye,OU=Staff,DC=acme,DC=example; MemberSid=S-1-5-21-1-2-3-1101; TargetUserName=Domänen-Admins; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-512" + byBob,
			"privilege.granted account=[S-1-5-21-1-2-3-1101 ]" + bob + inBobs + " role=Domain Admins"},
		{"added to a group of one's own naming", "4756; MemberName=-; MemberSid=S-1-5-21-1-2-3-1101; TargetUserName=Printers; TargetDomainName=ACME; TargetSid=S-1-5-21-1-2-3-5120" + byBob,
			"privilege.granted account=[S-1-5-21-1-2-3-1101 ]" + bob + inBobs + " role=Printers"},
		{"taken out of a local group", "4733; MemberName=-; MemberSid=S-1-5-21-1-2-3-1101; TargetUserName=Administrateurs; TargetDomainName=Builtin; TargetSid=S-1-5-32-544" + byBob,
			"privilege.revoked account=[S-1-5-21-1-2-3-1101 ]" + bob + inBobs + " role=Administrators"},
		{"added by distinguished name alone", "4732; MemberName=CN=Ann Okoye,OU=Staff,DC=acme,DC=example; MemberSid=-; TargetUserName=Printers; TargetSid=S-1-5-21-1-2-3-5120" + byBob,
			"privilege.granted account=[ CN=Ann Okoye,OU=Staff,DC=acme,DC=example]" + bob + inBobs + " role=Printers"},
		{"taken out of a universal group", "4757; MemberSid=S-1-5-21-1-2-3-1101; TargetUserName=Printers; TargetSid=S-1-5-21-1-2-3-5120" + byBob,
			"privilege.revoked account=[S-1-5-21-1-2-3-1101 ]" + bob + inBobs + " role=Printers"},
		{"SID history", "4765; SourceUserName=carol; SourceSid=S-1-5-21-9-9-9-1" + annTarget + byBob,
			"privilege.granted " + ann + bob + inBobs + " role=carol method=sid-history"},
		{"special log-on of a person", "4672; PrivilegeList=SeDebugPrivilege" + byBob,
			`privilege.used account=[S-1-5-21-1-2-3-1102 ACME\bob]` + bob + inBobs + " method=special-logon"},
		{"special log-on of a computer", "4672; SubjectUserSid=S-1-5-21-1-2-3-2001; SubjectUserName=PC7$; SubjectDomainName=ACME; SubjectLogonId=0x88",
			`privilege.used account=[S-1-5-21-1-2-3-2001 ACME\PC7$]machine actor=[S-1-5-21-1-2-3-2001 ACME\PC7$]machine session=dc1.acme.example/0x88 method=special-logon`},
		{"special log-on of a service", "4672; SubjectUserSid=S-1-5-80-1-2; SubjectUserName=SQLAGENT; SubjectDomainName=NT SERVICE; SubjectLogonId=0x89",
			`privilege.used account=[S-1-5-80-1-2 NT SERVICE\SQLAGENT]service actor=[S-1-5-80-1-2 NT SERVICE\SQLAGENT]service session=dc1.acme.example/0x89 method=special-logon`},

		{"special groups", "4964" + annSignin + byBob, "privilege.used " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann]` + inAnns + " method=special-groups"},

		{"signed in", "4624; SubjectUserSid=S-1-0-0; SubjectUserName=-; SubjectDomainName=-; SubjectLogonId=0x0" + annSignin + "; LogonType=3; WorkstationName=-; IpAddress=::ffff:198.51.100.7",
			"signin.succeeded " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann]` + inAnns + " method=logon-type-3 ip=198.51.100.7"},
		{"a computer signs in", "4624; TargetUserSid=S-1-5-21-1-2-3-2001; TargetUserName=PC7$; TargetDomainName=ACME.EXAMPLE; TargetLogonId=0x90; LogonType=3; IpAddress=-",
			`signin.succeeded account=[S-1-5-21-1-2-3-2001 ACME.EXAMPLE\PC7$]machine actor=[S-1-5-21-1-2-3-2001 ACME.EXAMPLE\PC7$]machine session=dc1.acme.example/0x90 method=logon-type-3`},
		{"a window manager signs in", "4624; TargetUserSid=S-1-5-90-0-1; TargetUserName=DWM-1; TargetDomainName=Window Manager; TargetLogonId=0x91; LogonType=2",
			`signin.succeeded account=[S-1-5-90-0-1 Window Manager\DWM-1]system actor=[S-1-5-90-0-1 Window Manager\DWM-1]system session=dc1.acme.example/0x91 method=logon-type-2`},
		{"sign-in of nobody known fails", "4625 failure; TargetUserSid=S-1-0-0; TargetUserName=ann; TargetDomainName=ACME; Status=0xc000006d; LogonType=10; WorkstationName=WS-753; IpAddress=198.51.100.7",
			`signin.failed failure account=[ ACME\ann] actor=[ ACME\ann] method=logon-type-10 ip=198.51.100.7 device=WS-753`},
		{"pre-authentication fails", "4771 failure; TargetUserName=ann; TargetSid=S-1-5-21-1-2-3-1101; ServiceName=krbtgt/ACME; Status=0x18; IpAddress=::ffff:198.51.100.7",
			"signin.failed failure account=[S-1-5-21-1-2-3-1101 ] actor=[S-1-5-21-1-2-3-1101 ] ip=198.51.100.7"},
		{"ticket granted", "4768" + annTarget + "; Status=0x0; IpAddress=::ffff:198.51.100.7",
			"signin.succeeded " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann] ip=198.51.100.7`},
		{"ticket refused", "4768 failure; TargetUserName=ann@acme.example; TargetDomainName=acme.example; TargetSid=NULL SID; Status=0x12; IpAddress=::1",
			"signin.failed failure account=[ ann@acme.example] actor=[ ann@acme.example] ip=::1"},
		{"password refused", "4776 failure; PackageName=MICROSOFT_AUTHENTICATION_PACKAGE_V1_0; TargetUserName=ann; Workstation=WS-753; Status=0xc000006a",
			"signin.failed failure account=[ ann] actor=[ ann] device=WS-753"},
		{"password accepted", "4776; TargetUserName=ann; Workstation=WS-753; Status=0x0",
			"signin.succeeded account=[ ann] actor=[ ann] device=WS-753"},
		{"a service is used, so its account has a principal name", "4769; TargetUserName=ann@ACME.EXAMPLE; TargetDomainName=ACME.EXAMPLE; ServiceName=svc-sql; ServiceSid=S-1-5-21-1-2-3-1300; IpAddress=::ffff:198.51.100.7; Status=0x0",
			"credential.used account=[S-1-5-21-1-2-3-1300 ] actor=[ ann@ACME.EXAMPLE] credential=service-ticket ip=198.51.100.7"},
		{"a ticket for a service refused", "4769 failure; TargetUserName=ann@ACME.EXAMPLE; ServiceName=svc-sql; ServiceSid=S-1-5-21-1-2-3-1300; Status=0x1b",
			"credential.used failure account=[S-1-5-21-1-2-3-1300 ] actor=[ ann@ACME.EXAMPLE] credential=service-ticket"},
		{"a ticket for a computer says nothing", "4769; TargetUserName=ann@ACME.EXAMPLE; ServiceName=DC1$; ServiceSid=S-1-5-21-1-2-3-1000; Status=0x0", "unmapped 4769"},
		{"somebody else's password used", "4648; TargetUserName=ann; TargetDomainName=ACME; TargetServerName=fs1.acme.example; IpAddress=198.51.100.7" + byBob,
			`credential.used account=[ ACME\ann]` + bob + " credential=password" + inBobs + " ip=198.51.100.7 device=fs1.acme.example"},
		{"owner signs out", "4647" + annSignin, "session.revoked " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann]` + inAnns + " method=logoff"},
		{"remote desktop session ends", "4634" + annSignin + "; LogonType=10", "session.revoked " + ann + ` actor=[S-1-5-21-1-2-3-1101 ACME\ann]` + inAnns + " method=logoff"},
		{"a network log-on is torn down", "4634" + annSignin + "; LogonType=3", "unmapped 4634"},

		{"restore mode password of a domain controller", "4794" + byBob + "; Workstation=DC1; Status=0x0",
			`reset.executed account=[ dc1.acme.example\DSRM Administrator]` + bob + " credential=dsrm" + inBobs + " device=DC1"},
		{"Security log cleared: subject in UserData", "1102; user.SubjectUserSid=S-1-5-21-1-2-3-1102; user.SubjectUserName=bob; user.SubjectDomainName=ACME; user.SubjectLogonId=0x5A1",
			"log.cleared" + bob + inBobs + " product=Security"},
		{"another log cleared", "104; sys.channel=System; user.SubjectUserName=bob; user.SubjectDomainName=ACME; user.BackupPath=",
			`log.cleared actor=[ ACME\bob] product=System`},
		{"log service stops", "1100", "log.stopped method=service-shutdown product=Security"},
		{"auditing switched off", "4719; CategoryId=%%8276; SubcategoryGuid={0CCE922B-69AE-11D9-BED3-505054503030}; AuditPolicyChanges=%%8448, %%8450" + byBob,
			"policy.changed" + bob + inBobs + " method=auditing removed category=audit-policy"},
		{"auditing switched on", "4719; AuditPolicyChanges=%%8449" + byBob,
			"policy.changed" + bob + inBobs + " method=auditing added category=audit-policy"},
		{"domain policy changed", "4739; DomainPolicyChanged=Lockout Policy; DomainName=ACME" + byBob,
			"policy.changed" + bob + inBobs + " role=ACME method=Lockout Policy category=domain-policy"},

		{"an id of the table in another channel", "4724; sys.channel=Microsoft-Windows-Sysmon/Operational", "unmapped Microsoft-Windows-Sysmon/Operational/4724"},
		{"an id no rule knows", "5156; Application=System", "unmapped 5156"},
	} {
		for _, enc := range windowsEncodings {
			got := decodeWindows(t, enc.format, enc.write(parseWindowsEvent(c.in)), windowsOptions())
			if len(got) != 1 || got[0] != c.want {
				t.Errorf("%s, %s:\n got %s\nwant %s", c.name, enc.format, strings.Join(got, "\n     "), c.want)
			}
		}
	}
}
