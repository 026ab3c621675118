// The traps of Windows records: ids, clocks, outcomes, streams, secrets.
package formats

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"resetproof/ingest/event"
)

const annReset = "4724" + annTarget + byBob

// one decodes a stream of one record.
func one(t *testing.T, format, stream string, o Options) (rec Record, first event.Event) {
	t.Helper()
	n := 0
	eachWindows(t, format, stream, o, func(r *Record) {
		if n++; n > 1 {
			return
		}
		rec = *r
		if len(r.Events) > 0 {
			first = r.Events[0]
		}
	})
	if n != 1 {
		t.Fatalf("%d records, want 1", n)
	}
	return rec, first
}

// One event exported by two collectors is one event; without a record number
// nothing says that it is.
func TestWindowsEventIDs(t *testing.T) {
	var with, without []event.ID
	for _, enc := range windowsEncodings {
		line := enc.write(parseWindowsEvent(annReset))
		rec, e := one(t, enc.format, line, windowsOptions())
		if rec.Instance != "dc1.acme.example" || e.Feed != enc.format+"/dc1.acme.example" || rec.Host != "dc1.acme.example" {
			t.Errorf("%s: instance %q, feed %q, host %q", enc.format, rec.Instance, e.Feed, rec.Host)
		}
		if e.Time != time.Date(2026, 3, 2, 9, 10, 11, 0, time.UTC).UnixNano() {
			t.Errorf("%s: time %s", enc.format, event.RFC3339(e.Time))
		}
		with = append(with, e.ID)
		for _, id := range []string{`,"record_id":7`, `"RecordNumber":7,`, `<EventRecordID>7</EventRecordID>`} {
			line = strings.Replace(line, id, "", 1)
		}
		if enc.format == evtxFormat {
			xml := writeWindowsXML(parseWindowsEvent(annReset))
			line = string(evtxFile(t, strings.Replace(xml, `<EventRecordID>7</EventRecordID>`, "", 1), false))
		}
		_, e = one(t, enc.format, line, windowsOptions())
		without = append(without, e.ID)
	}
	for i := range with {
		if with[i] != with[0] {
			t.Errorf("the encodings give the ids %v", with)
		}
		if slices.Contains(without[:i], without[i]) || without[i] == with[0] {
			t.Errorf("without record numbers the ids are %v", without)
		}
	}
	_, other := one(t, "windows-security-xml", strings.Replace(windowsEncodings[2].write(parseWindowsEvent(annReset)), ">DC1.", ">DC2.", 1), windowsOptions())
	if other.ID == with[0] {
		t.Error("record 7 of another computer is the same event")
	}
}

func nxlog(change ...string) string {
	return strings.NewReplacer(change...).Replace(windowsEncodings[1].write(parseWindowsEvent(annReset)))
}

const nxlogClock = `"EventReceivedTime":"2026-03-02 10:10:13"`

// NXLog writes local times: the config's zone, or a Logstash time of the same
// instant, says which.
func TestNXLogZone(t *testing.T) {
	noZone := Options{Now: windowsOptions().Now, Source: "test"}
	const hint = "malformed: local time without zone: set zone in the source's config"
	for _, c := range []struct {
		name, in string
		o        Options
		want     string
	}{
		{"config's zone", nxlog(), windowsOptions(), "2026-03-02T09:10:11Z"},
		{"no zone", nxlog(), noZone, hint},
		{"Logstash's time, four hours behind", nxlog(nxlogClock, nxlogClock+`,"@timestamp":"2026-03-02T14:10:13.910Z"`), noZone, "2026-03-02T14:10:11Z"},
		{"Logstash's time, half-hour zone ahead", nxlog(nxlogClock, nxlogClock+`,"@timestamp":"2026-03-02T04:40:13.100Z"`), noZone, "2026-03-02T04:40:11Z"},
		{"the record waited before Logstash", nxlog(nxlogClock, nxlogClock+`,"@timestamp":"2026-03-02T14:18:13.910Z"`), noZone, hint},
		{"no such zone", nxlog(nxlogClock, nxlogClock+`,"@timestamp":"2026-03-03T14:10:13.910Z"`), noZone, hint},
		{"config's zone before Logstash's time", nxlog(nxlogClock, nxlogClock+`,"@timestamp":"2026-03-02T14:10:13.910Z"`), windowsOptions(), "2026-03-02T09:10:11Z"},
		{"ISO time with offset", nxlog("2026-03-02 10:10:11", "2026-03-02T10:10:11.5+02:00"), noZone, "2026-03-02T08:10:11.5Z"},
		{"ISO time without offset", nxlog("2026-03-02 10:10:11", "2026-03-02T10:10:11.25"), windowsOptions(), "2026-03-02T09:10:11.25Z"},
		{"no time", nxlog(`"EventTime":"2026-03-02 10:10:11",`, ""), windowsOptions(), "malformed: no time"},
	} {
		rec, e := one(t, "windows-security-nxlog", c.in, c.o)
		got := event.RFC3339(e.Time)
		if rec.Malformed != "" {
			got = "malformed: " + rec.Malformed
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWindowsOutcome(t *testing.T) {
	failed := windowsEncodings[0].write(parseWindowsEvent("4723 failure" + annTarget + byBob))
	succeeded := windowsEncodings[0].write(parseWindowsEvent("4723" + annTarget + byBob))
	keyword := func(line, outcome, word string) string {
		line = strings.Replace(line, `,"outcome":"`+outcome+`"`, "", 1)
		return strings.Replace(line, `"winlog":{`, `"winlog":{"keywords":["`+word+`"],`, 1)
	}
	for _, c := range []struct {
		name, format, in string
		want             event.Outcome
	}{
		{"old winlogbeat, success", "winlogbeat", keyword(succeeded, "success", "Audit Success"), event.Success},
		{"old winlogbeat, failure", "winlogbeat", keyword(failed, "failure", "Audit Failure"), event.Failure},
		{"French keyword", "winlogbeat", keyword(failed, "failure", "Échec de l’audit"), event.Failure},
		{"outcome before keyword", "winlogbeat", strings.Replace(succeeded, `"winlog":{`, `"winlog":{"keywords":["Audit Failure"],`, 1), event.Success},
		{"NXLog by Keywords alone", "nxlog", nxlog(`"EventType":"AUDIT_SUCCESS",`, "", "-9214364837600034816", "-9218868437227405312"), event.Failure},
		{"NXLog, success rounded to a double: the failure bit appears", "nxlog", nxlog("-9214364837600034816", "-9214364837600035000"), event.Success},
		{"NXLog, success rounded, by Keywords alone", "nxlog", nxlog(`"EventType":"AUDIT_SUCCESS",`, "", "-9214364837600034816", "-9214364837600035000"), event.Success},
		{"NXLog, failure rounded, by Keywords alone", "nxlog", nxlog(`"EventType":"AUDIT_SUCCESS",`, "", "-9214364837600034816", "-9218868437227405000"), event.Failure},
	} {
		if _, e := one(t, "windows-security-"+c.format, c.in, windowsOptions()); e.Outcome != c.want || e.Kind == event.Other {
			t.Errorf("%s: %s %s, want %s", c.name, e.Kind, e.Outcome, c.want)
		}
	}
}

func TestWindowsTimesAndLag(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2026-03-02T09:10:11.1234567Z", "2026-03-02T09:10:11.1234567Z"},
		{"2026-03-02T09:10:11.123456700Z", "2026-03-02T09:10:11.1234567Z"},
		{"1601-01-01T00:00:00.0000000Z", "time 1601-01-01 lies before 2000"},
		{"9999-01-01T00:00:00.0000000Z", "time 9999-01-01 lies more than 48 hours after the run's now"},
	} {
		line := strings.Replace(windowsEncodings[2].write(parseWindowsEvent(annReset)), "2026-03-02T09:10:11.0000000Z", c.in, 1)
		rec, e := one(t, "windows-security-xml", line, windowsOptions())
		if got := event.RFC3339(e.Time) + rec.Malformed; got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
	for i, want := range []time.Duration{2 * time.Second, 2 * time.Second, 0} {
		enc := windowsEncodings[i]
		_, e := one(t, enc.format, enc.write(parseWindowsEvent(annReset)), windowsOptions())
		if got := time.Duration(max(0, e.Written-e.Time)); got != want {
			t.Errorf("%s: written %s after the event, want %s", enc.format, got, want)
		}
	}
}

// Another channel's records in the same stream are no coverage of the Security log.
func TestOnlySecurityLogTellsTime(t *testing.T) {
	for _, enc := range windowsEncodings {
		for spec, want := range map[string]bool{"5156": true, "11; sys.channel=Microsoft-Windows-Sysmon/Operational": false,
			"104; sys.channel=System; user.SubjectUserName=bob": false} {
			rec, _ := one(t, enc.format, enc.write(parseWindowsEvent(spec)), windowsOptions())
			if (rec.Time != 0) != want || rec.Malformed != "" {
				t.Errorf("%s, %s: time %s", enc.format, spec, event.RFC3339(rec.Time))
			}
		}
	}
}

// XML comes in a wrapper or without, with a byte order mark or in UTF-16; one
// broken element costs nothing but itself.
func TestWindowsXMLStreams(t *testing.T) {
	good := windowsEncodings[2].write(parseWindowsEvent(annReset))
	want := decodeWindows(t, "windows-security-xml", good, windowsOptions())[0]
	broken := strings.Replace(good, "</System>", "</Sys>", 1)
	wide := func(order binary.AppendByteOrder, s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	const mismatch = "malformed: XML end tag does not match its start"
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"wrapper", "<?xml version='1.0'?>\r\n<Events>\r\n" + good + good + "</Events>", []string{want, want}},
		{"byte order mark", "\ufeff<Events>" + good + "</Events>", []string{want}},
		{"UTF-16 little-endian", wide(binary.LittleEndian, "<Events>"+good+"</Events>"), []string{want}},
		{"UTF-16 big-endian", wide(binary.BigEndian, good), []string{want}},
		{"one is broken", good + broken + good, []string{want, mismatch, want}},
	} {
		if got := decodeWindows(t, "windows-security-xml", c.in, windowsOptions()); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %s", c.name, strings.Join(got, "\n"))
		}
	}
	half := decodeWindows(t, "windows-security-xml", good+good[:len(good)/2], windowsOptions())
	if len(half) != 2 || half[0] != want || !strings.HasPrefix(half[1], "malformed: ") {
		t.Errorf("half an element at the end: %s", strings.Join(half, "\n"))
	}
}

// Text that may hold a secret stays in the raw record: command lines, rendered
// messages, attribute values, and every field no rule names.
func TestWindowsKeepsSecretsRaw(t *testing.T) {
	const marker = "Canary-Passw0rd"
	secret := "; Message=" + marker + "; CommandLine=net user ann " + marker + "; AttributeValue=" + marker + "; NewValue=" + marker +
		"; UserParameters=" + marker + "; OemInformation=" + marker + "; LogonGuid=" + marker + "; ProcessName=" + marker + "; PrivilegeList=" + marker
	for _, enc := range windowsEncodings {
		for _, id := range strings.Fields("4624 4625 4634 4647 4648 4672 4688 4719 4720 4723 4724 4728 4738 4739 4740 4741 4742 4765 4768 4776 4794 4964 5136") {
			rec, _ := one(t, enc.format, enc.write(parseWindowsEvent(id+annTarget+byBob+"; LogonType=2"+secret)), windowsOptions())
			if raw := string(rec.Raw); !strings.Contains(raw, marker) && !strings.Contains(raw, string(wideText(marker))) {
				t.Fatalf("%s %s: no marker in the raw record", enc.format, id)
			}
			for _, e := range rec.Events {
				e.Raw = nil
				if strings.Contains(fmt.Sprintf("%+v", e), marker) {
					t.Errorf("%s %s: the marker reached the event %+v", enc.format, id, e)
				}
			}
		}
	}
}
