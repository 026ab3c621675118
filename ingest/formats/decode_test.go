package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// records decodes a stream and keeps what must outlive the decoder's memory.
func records(t testing.TB, f *Format, stream string, opt Options) (all []Record) {
	t.Helper()
	err := f.NewDecoder(opt).Decode(t.Context(), strings.NewReader(stream), "x", func(rec *Record) error {
		kept := *rec
		kept.Events = append([]event.Event(nil), rec.Events...)
		all = append(all, kept)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func oktaLine(uuid, actor, target string) string {
	return fmt.Sprintf(`{"uuid":%q,"published":"2026-03-02T09:00:00Z","eventType":"user.account.reset_password","actor":{"id":%q,"type":"User","alternateId":"%s@acme.example"},"target":[{"id":%q,"type":"User","alternateId":"%s@acme.example"}]}`+"\n",
		uuid, actor, actor, target, target)
}

func TestEventIDs(t *testing.T) {
	okta, steps := mustGet(t, "okta-system-log"), mustGet(t, "resetproof-steps")
	opt := exampleOptions()
	t.Run("a vendor's id within the instance", func(t *testing.T) {
		rec := records(t, okta, oktaLine("u-1", "bob", "ann"), opt)[0]
		if want := event.Hash("okta-system-log", "example", "u-1"); rec.Events[0].ID != want {
			t.Errorf("id %s, want %s", rec.Events[0].ID, want)
		}
		opt.Instance = "acme.okta.example"
		rec = records(t, okta, oktaLine("u-1", "bob", "ann"), opt)[0]
		if want := event.Hash("okta-system-log", "acme.okta.example", "u-1"); rec.Events[0].ID != want || rec.Events[0].Feed != "okta-system-log/acme.okta.example" {
			t.Errorf("id %s and feed %s do not follow the configured instance", rec.Events[0].ID, rec.Events[0].Feed)
		}
	})
	t.Run("the record's bytes where there is none", func(t *testing.T) {
		line := `{"time":"2026-03-02T09:00:00Z","kind":"ticket.opened","account":"ann"}`
		rec := records(t, steps, line+"\r\n", exampleOptions())[0]
		if want := event.Hash(line); rec.Events[0].ID != want {
			t.Errorf("id %s, want %s", rec.Events[0].ID, want)
		}
	})
	t.Run("the index after the first event", func(t *testing.T) {
		line := strings.Replace(oktaLine("u-2", "ann", "ann"), "user.account.reset_password", "system.sms.send_password_reset_message", 1)
		rec := records(t, okta, line, exampleOptions())[0]
		if want := event.Hash("okta-system-log", "example", "u-2", "1"); len(rec.Events) != 2 || rec.Events[1].ID != want || rec.Events[1].Index != 1 {
			t.Errorf("second event %+v, want id %s", rec.Events[1], want)
		}
	})
	t.Run("in several parts, one of them in lower case", func(t *testing.T) {
		dir := t.TempDir()
		table := "id: mine\nframing: {kind: json}\nsniff: {h: ['*']}\nrecord_id: [{path: h, lower: true}, {join: [c, n], sep: '-'}]\ntime: {from: [t], layouts: [{as: rfc3339}]}\nevents: [{kind: reset.executed}]\n"
		if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		rec := records(t, set.Get("mine"), `{"h":"DC1","c":"Security","n":7,"t":"2026-03-02T09:00:00Z"}`, exampleOptions())[0]
		if want := event.Hash("mine", "example", "dc1/Security-7"); rec.Events[0].ID != want {
			t.Errorf("id %s, want %s", rec.Events[0].ID, want)
		}
	})
	t.Run("two states of one ticket are two records", func(t *testing.T) {
		f := mustGet(t, "servicenow")
		line := `{"sys_id":"1","number":"INC1","sys_class_name":"incident","caller_id":"a","opened_at":"2026-03-02 09:00:00","sys_updated_on":"2026-03-02 09:0%d:00"}` + "\n"
		got := records(t, f, fmt.Sprintf(line, 1)+fmt.Sprintf(line, 1)+fmt.Sprintf(line, 2), exampleOptions())
		if got[0].Events[0].ID != got[1].Events[0].ID || got[0].Events[0].ID == got[2].Events[0].ID {
			t.Error("copies must share an id and changes must not")
		}
	})
}

// Strings of events must not change when the decoder reads on.
func TestStringsAreSafeToKeep(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		b.WriteString(oktaLine(fmt.Sprintf("u-%d", i), fmt.Sprintf("bob%d", i), fmt.Sprintf("ann\\u002d%d", i)))
	}
	for i, rec := range records(t, mustGet(t, "okta-system-log"), strings.ReplaceAll(b.String(), `\\u`, `\u`), exampleOptions()) {
		e := rec.Events[0]
		if e.Account.ID != fmt.Sprintf("ann-%d", i) || e.Actor.Name != fmt.Sprintf("bob%d@acme.example", i) {
			t.Fatalf("event %d: account %q, actor %q", i, e.Account.ID, e.Actor.Name)
		}
	}
}

func TestServiceNowTimes(t *testing.T) {
	f := mustGet(t, "servicenow")
	vienna := time.FixedZone("CET", 3600)
	line := `{"sys_id":"1","number":"INC1","sys_class_name":"incident","caller_id":"a","opened_at":%q,"sys_updated_on":"x"}`
	for _, c := range []struct {
		name, at string
		zone     *time.Location
		want     string
	}{
		{"UTC as stored", "2026-03-02 09:00:00", nil, "2026-03-02T09:00:00Z"},
		{"UTC as stored, whatever the zone", "2026-03-02 09:00:00", vienna, "2026-03-02T09:00:00Z"},
		{"day first, by the zone of the config", "02.03.2026 9:00:00", vienna, "2026-03-02T08:00:00Z"},
		{"day first without a zone", "02.03.2026 9:00:00", nil, whyNoZone},
		{"day or month first is never guessed", "02/03/2026 09:00:00", vienna, whyTimeForm + hintTimeZone},
		{"no such day", "2026-02-30 09:00:00", nil, whyTimeForm + hintTimeZone},
	} {
		opt := exampleOptions()
		opt.Zone = c.zone
		rec := records(t, f, fmt.Sprintf(line, c.at), opt)[0]
		if got := rec.Malformed + event.RFC3339(rec.Time); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct{ as, text, want string }{
		{"rfc3339", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"},
		{"rfc3339", "2026-03-02T10:00:00.123456789+01:00", "2026-03-02T09:00:00.123456789Z"},
		{"rfc3339", "2026-03-02T10:00:00.5+0100", "2026-03-02T09:00:00.5Z"},
		{"rfc3339", "2023-10-10T17:08:65Z", whyTimeForm},
		{"rfc3339", "2026-03-02T09:00:00", whyTimeForm},
		{"epoch-s", "1772442000", "2026-03-02T09:00:00Z"},
		{"epoch-s", "1772442000.25", "2026-03-02T09:00:00.25Z"},
		{"epoch-s", "17724420OO", whyTimeForm},
		{"epoch-s", "1772442000.-5", whyTimeForm},
		{"epoch-ms", "1772442000007", "2026-03-02T09:00:00.007Z"},
		{"epoch-ms", "99999999999999999999", whyTimeForm},
	} {
		at, why := Layout{As: c.as}.parse([]byte(c.text), nil, exampleNow)
		got := why
		if why == "" {
			got = event.RFC3339(at.UnixNano())
		}
		if got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.as, c.text, got, c.want)
		}
	}
	for year, want := range map[int]string{1601: "time 1601-01-01 lies before 2000", 2026: "", 2262: "time 2262-01-01 lies more than 48 hours after the run's now", 9999: "time 9999-01-01 lies more than 48 hours after the run's now"} {
		if got := bounds(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), exampleNow); got != want {
			t.Errorf("%d: got %q, want %q", year, got, want)
		}
	}
}

// TestWhatLiesAhead: a record of the future is malformed and says from when on it
// is not, while what a credential is good for may end at any time.
func TestWhatLiesAhead(t *testing.T) {
	f := mustGet(t, "resetproof-steps")
	for _, c := range []struct{ time, expires, malformed, ahead, ends string }{
		{"2026-03-02T09:00:00Z", "2027-03-02T09:00:00Z", "", "", "2027-03-02T09:00:00Z"},
		{"2026-03-02T09:00:00Z", "9999-12-31T00:00:00Z", "", "", "2262-04-11T23:47:16.854775807Z"},
		{"2026-03-02T09:00:00Z", "0001-01-01T00:00:00Z", "", "", ""},
		{"2026-03-02T09:00:00Z", "1601-01-01T00:00:00Z", "expires: time 1601-01-01 lies before 2000", "", ""},
		{"2031-03-02T09:00:00Z", "", "time 2031-03-02 lies more than 48 hours after the run's now", "2031-03-02T09:00:00Z", ""},
		{"9999-03-02T09:00:00Z", "", "time 9999-03-02 lies more than 48 hours after the run's now", "", ""},
		{"1601-03-02T09:00:00Z", "", "time 1601-03-02 lies before 2000", "", ""},
	} {
		line := fmt.Sprintf("{\"time\":%q,\"kind\":\"credential.issued\",\"account\":\"ann\",\"expires\":%q}\n", c.time, c.expires)
		rec := records(t, f, line, exampleOptions())[0]
		ahead, ends := "", ""
		if rec.Ahead != 0 {
			ahead = event.RFC3339(rec.Ahead)
		}
		if len(rec.Events) > 0 && rec.Events[0].Expires != 0 {
			ends = event.RFC3339(rec.Events[0].Expires)
		}
		if rec.Malformed != c.malformed || ahead != c.ahead || ends != c.ends {
			t.Errorf("%s, expires %q: malformed %q, ahead %q, ends %q", c.time, c.expires, rec.Malformed, ahead, ends)
		}
	}
}

func TestReasons(t *testing.T) {
	for text, want := range map[string]event.Reason{
		"":                                    event.ReasonEmpty,
		"  ":                                  event.ReasonEmpty,
		".":                                   event.ReasonBoilerplate,
		"Done!":                               event.ReasonBoilerplate,
		"N/A":                                 event.ReasonBoilerplate,
		"as  requested.":                      event.ReasonBoilerplate,
		"Password reset":                      event.ReasonBoilerplate,
		"Reset password for ann@acme.example": event.ReasonBoilerplate,
		`Unlock account for ACME\ann`:         event.ReasonBoilerplate,
		"Pls reset, thx":                      event.ReasonBoilerplate,
		"URGENT!":                             event.ReasonBoilerplate,
		"lost her phone":                      event.ReasonStated,
		"password reset: phone fell into the lake":    event.ReasonStated,
		"done " + strings.Repeat("and then some ", 9): event.ReasonStated,
	} {
		if got := grade([]byte(text)); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	if grade(nil) != event.ReasonUnstated {
		t.Error("a field that is not there counts as a reason")
	}
}

func TestAccounts(t *testing.T) {
	for text, want := range map[string]event.Party{
		"S-1-5-21-1-2-3-1101":                        {System: "ad", ID: "S-1-5-21-1-2-3-1101"},
		"00u1ann0000000000001":                       {System: "okta", ID: "00u1ann0000000000001"},
		"00urban":                                    {Name: "00urban"},
		`ACME\ann`:                                   {System: "ad", Name: `ACME\ann`},
		"ann@acme.example":                           {Name: "ann@acme.example"},
		"AIDAEXAMPLEEXAMPLE12":                       {System: "aws", ID: "AIDAEXAMPLEEXAMPLE12"},
		"arn:aws:iam::111122223333:user/ann":         {System: "aws", ID: "arn:aws:iam::111122223333:user/ann"},
		"okta:ann@acme.example":                      {System: "okta", Name: "ann@acme.example"},
		"Okta:00u1ann0000000000001":                  {System: "okta", ID: "00u1ann0000000000001"},
		"entra:6e0b6e3a-2a0f-4f0e-9a2b-0c8f7d1e5a11": {System: "entra", ID: "6e0b6e3a-2a0f-4f0e-9a2b-0c8f7d1e5a11"},
		"6e0b6e3a-2a0f-4f0e-9a2b-0c8f7d1e5a11":       {Name: "6e0b6e3a-2a0f-4f0e-9a2b-0c8f7d1e5a11"},
		"desk:ann":                                   {Name: "desk:ann"},
	} {
		if got := account(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"198.51.100.7": "198.51.100.7", "::ffff:198.51.100.7": "198.51.100.7", "198.51.100.7:52816": "198.51.100.7",
		"2001:db8::1": "2001:db8::1", "::2a02:cf40:add:1:2:3:4:5:6": "", "-": "", "<null>": "", "AWS Internal": "", "": "",
	} {
		if got := string(address([]byte(text))); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestEmitErrorAndContextEndTheDecoding(t *testing.T) {
	f := mustGet(t, "okta-system-log")
	stop := errors.New("stop")
	n := 0
	err := f.NewDecoder(exampleOptions()).Decode(t.Context(), strings.NewReader(oktaLine("1", "a", "b")+oktaLine("2", "a", "b")), "x", func(*Record) error { n++; return stop })
	if err != stop || n != 1 {
		t.Errorf("error %v after %d records", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.NewDecoder(exampleOptions()).Decode(ctx, strings.NewReader(oktaLine("1", "a", "b")), "x", func(*Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestForcedFormatThatDoesNotFit(t *testing.T) {
	okta := mustGet(t, "okta-system-log")
	for _, c := range []struct{ head, want string }{
		{oktaLine("1", "a", "b"), ""},
		{"broken\n" + oktaLine("1", "a", "b"), ""},
		{`{"a":1}`, "none of the first records is of the format okta-system-log"},
		{"time,kind\n", "none of the first records is of the format okta-system-log"},
		{"", "no records in it"},
	} {
		if got := okta.Fits([]byte(c.head)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.head, got, c.want)
		}
	}
	if got := mustGet(t, "resetproof-steps").Fits([]byte("a,b\n1,2\n")); got != "the first row is not a header of the format resetproof-steps" {
		t.Errorf("got %q", got)
	}
}

// Secrets people and products write into free text stay in the raw record.
func TestSecretsStayInTheRecord(t *testing.T) {
	const canary = "Canary-7f3a"
	fill := func(line string) string { return strings.ReplaceAll(line, "@", canary) }
	streams := map[string]string{
		"okta-system-log": fill(`{"uuid":"1","published":"2026-03-02T09:00:00Z","eventType":"user.account.reset_password","displayMessage":"@","actor":{"id":"b","type":"User","alternateId":"bob","displayName":"@","detailEntry":{"password":"@"}},"target":[{"id":"a","type":"User","alternateId":"ann","displayName":"@","detailEntry":{"tempPassword":"@"}}],"outcome":{"result":"SUCCESS","reason":"@"},"debugContext":{"debugData":{"url":"/x?token=@","tempPassword":"@","requestUri":"/recovery/@"}},"client":{"userAgent":{"rawUserAgent":"@"}},"transaction":{"id":"t","detail":{"token":"@"}}}`),
		"servicenow":      fill(`{"sys_id":"1","number":"INC1","sys_class_name":"incident","caller_id":"a","opened_by":"a","sys_created_by":"ann","subcategory":"password","short_description":"password @","description":"her new password is @","comments":"@","work_notes":"@","close_notes":"set to @","state":"7","opened_at":"2026-03-02 09:00:00","closed_at":"2026-03-02 09:00:00","sys_updated_on":"2026-03-02 09:00:00"}` + "\n" + `{"sys_id":"2","approver":"e","state":"approved","sysapproval":"1","comments":"give her @","sys_updated_on":"2026-03-02 09:00:00","sys_updated_by":"eve"}`),
		"resetproof-steps": fill("time,kind,account,actor,ticket,method,outcome,channel,expires,uses,secret,session,correlation,ip,system,source,detail,password\n" +
			"2026-03-02T09:00:00Z,reset.executed,ann,bob,R-1,,,,,,,,,,,,new password @,@\n"),
		"samba-ad": fill(`{"timestamp":"2026-03-02T09:00:00.000000+0000","type":"dsdbChange","dsdbChange":{"version":{"major":1},"status":"Success","operation":"Modify","userSid":"S-1-5-21-1-2-3-1104","dn":"CN=ann","attributes":{"unicodePwd":{"actions":[{"action":"replace","values":[{"value":"@"}]}]},"userPassword":{"actions":[{"action":"add","values":[{"value":"@"}]}]},"mobile":{"actions":[{"action":"replace","values":[{"value":"@"}]}]},"msDS-KeyCredentialLink":{"actions":[{"action":"add","values":[{"value":"@"}]}]}}}}`),
		"linux-auth": fill("2026-03-02T09:00:00Z vm sudo: bob : PWD=/@ ; USER=root ; COMMAND=/usr/sbin/usermod -p @ ann\n" +
			"2026-03-02T09:00:00Z vm sshd[1]: Failed password for invalid user @ from 198.51.100.7 port 1 ssh2\n" +
			"2026-03-02T09:00:00Z vm su[1]: @\n2026-03-02T09:00:00Z vm useradd[2]: new user: name=ann, UID=1, GID=1, home=/@, shell=@, from=@\n"),
		"linux-auditd": fill("type=USER_CMD msg=audit(1772442000.1:1): uid=1002 auid=1002 ses=3 msg='cwd=\"/@\" cmd=\"usermod -p @ ann\" exe=\"/usr/bin/sudo\" res=success'\n" +
			"type=PROCTITLE msg=audit(1772442000.1:2): proctitle=@\ntype=EXECVE msg=audit(1772442000.1:3): argc=2 a0=\"passwd\" a1=\"@\"\ntype=USER_TTY msg=audit(1772442000.1:4): uid=0 data=\"@\"\n"),
	}
	for _, id := range sortedKeys(streams) {
		seen := 0
		for _, rec := range records(t, mustGet(t, id), streams[id], exampleOptions()) {
			if rec.Malformed != "" {
				t.Errorf("%s: %s", id, rec.Malformed)
			}
			for _, e := range rec.Events {
				seen++
				e.Raw = nil
				if text := fmt.Sprintf("%+v %s", e, rec.Type); strings.Contains(text, canary) {
					t.Errorf("%s: %s leaves the record: %s", id, canary, text)
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: no events", id)
		}
	}
}

func TestTableErrors(t *testing.T) {
	const sound = "id: mine\nframing: {kind: json}\nsniff: {a: ['*']}\ntype: a\ntime: {from: [t], layouts: [{as: rfc3339}]}\nevents: [{match: [x], kind: reset.executed, fields: {account: {name: u}}}]\n"
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", sound + "titel: x\n", "mine.yaml: [7:1] unknown field \"titel\""},
		{"unknown key within", strings.Replace(sound, "name: u", "nmae: u", 1), "[6:64] unknown field \"nmae\""},
		{"unknown key of a value", sound + "instance: {pth: a}\n", "[7:12] unknown field \"pth\""},
		{"kind", strings.Replace(sound, "reset.executed", "reset.exceuted", 1), `mine.yaml: events[0]: kind "reset.exceuted" is not one, did you mean "reset.executed"?`},
		{"shows", sound + "shows: [reset.excuted]\n", `kind "reset.excuted" is not one, did you mean "reset.executed"?`},
		{"id", strings.Replace(sound, "id: mine", "id: yours", 1), `id is "yours", the file's name says "mine"`},
		{"path", strings.Replace(sound, "name: u", "name: 'u['", 1), `path "u[": [ is not closed`},
		{"map", sound + "instance: {path: a, map: none}\n", `map "none" is not among maps`},
		{"zone", strings.Replace(sound, "as: rfc3339", "as: '2006'", 1), `layout "2006" needs zone utc or config`},
		{"framing", strings.Replace(sound, "kind: json", "kind: jason", 1), `framing kind "jason" is none of json, csv, xml, evtx, lines`},
		{"no sniff", strings.Replace(sound, "sniff: {a: ['*']}\n", "", 1), "sniff is missing"},
		{"hook", sound + "hook: none\n", `hook "none" is not in the program`},
		{"extends", sound + "extends: nothing\n", `extends "nothing", which is no format`},
		{"extends itself", sound + "extends: mine\n", "extends mine, which extends it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v\nwant %s", err, c.want)
			}
		})
	}
	t.Run("sound", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(sound), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if f, why := set.Sniff([]byte(`{"a":"x","t":"2026-03-02T09:00:00Z","u":"ann"}`)); f == nil || f.Table().ID != "mine" {
			t.Errorf("not recognised: %s", why)
		}
	})
	if _, err := Load(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing folder is no error")
	}
}

// Each text field of an event can be set by a table.
func TestEveryTextFieldHasAColumn(t *testing.T) {
	var e event.Event
	for _, c := range textColumns {
		*c.at(&e) = "set"
	}
	e.IP, e.Leak, e.Feed, e.Format = "own rule", "own rule", "by the engine", "by the engine"
	v := reflect.ValueOf(e)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.String && f.String() == "" {
			t.Errorf("no table can set %s", v.Type().Field(i).Name)
		}
	}
}

// FuzzDecode feeds every format anything: no panic, every byte of a record
// where its origin says, events only within the believable times.
func FuzzDecode(f *testing.F) {
	set, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	files, err := filepath.Glob(examples + "/*/records*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content[:min(len(content), 4<<10)])
	}
	tr, err := newTrie(scanPaths, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		checkScan(t, tr, content)
		set.Sniff(content)
		for _, format := range set.All() {
			var end int64
			lines := !slices.Contains(format.table.Framing.Kind, framingEVTX)
			err := format.NewDecoder(exampleOptions()).Decode(t.Context(), strings.NewReader(string(content)), "x", func(rec *Record) error {
				o := rec.Origin
				if o.Offset < end || o.Length < 0 || lines != (o.Line > 0) {
					t.Errorf("%s: record at %d of %d bytes on line %d, after one that ends at %d", format.table.ID, o.Offset, o.Length, o.Line, end)
				}
				end = o.Offset + o.Length
				states := 0
				for _, is := range []bool{rec.Malformed != "", rec.Unmapped, len(rec.Events) > 0} {
					if is {
						states++
					}
				}
				if states != 1 {
					t.Errorf("%s: a record is %d things at once", format.table.ID, states)
				}
				for _, e := range rec.Events {
					if e.Time < event.EarliestTime || e.Time > exampleNow.Add(event.LatestAhead).UnixNano() {
						t.Errorf("%s: event at %s", format.table.ID, event.RFC3339(e.Time))
					}
				}
				return nil
			})
			if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // EVTX says where it breaks off
				t.Errorf("%s: %v", format.table.ID, err)
			}
		}
	})
}
