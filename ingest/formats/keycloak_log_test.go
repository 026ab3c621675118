// Keycloak's server log, by example and against another project's reading.
package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// keycloakLogged is a line of the log with an event.
func keycloakLogged(message string) string {
	return fmt.Sprintf(`{"timestamp":"2026-03-02T09:00:00Z","loggerName":"org.keycloak.events","message":%q}`, message)
}

func TestKeycloakLogTraps(t *testing.T) {
	f := mustGet(t, "keycloak-log")
	const head = `type="LOGIN_ERROR", realmId="acme", clientId="web", userId="ann-1", ipAddress="198.51.100.7", error="invalid_user_credentials"`
	for _, c := range []struct{ name, message, want string }{
		{"keys without quotes, as older versions write them", strings.ReplaceAll(head, `"`, ""), "signin.failed FAILED account=keycloak:ann-1|feed=keycloak-log/acme"},
		{"a name cannot end its quotes", head + `, username="ann\", type=\"UPDATE_PASSWORD"`, `signin.failed|(ann", type="UPDATE_PASSWORD)|!credential.`},
		{"nor take the place of what stands before it", strings.ReplaceAll(head, `"`, "") + ", username=ann, type=UPDATE_PASSWORD, userId=bob-1", "signin.failed|account=keycloak:ann-1(ann)|!bob|!credential."},
		{"an id written null is none", strings.Replace(head, "ann-1", "null", 1), "signin.failed|!account=|!null"},
		{"an administrator's user id is the actor's", `operationType="ACTION", realmId="acme", clientId="cli", userId="root-1", ipAddress="203.0.113.5", resourceType="USER", resourcePath="users/ann-1/reset-password"`,
			"reset.executed account=keycloak:ann-1 actor=keycloak:root-1|ip=203.0.113.5"},
		{"an event that is cut off is not read", `type="LOGIN", realmId="acme`, "malformed: a quote in the event is not closed"},
		{"a message that is no event gives none", "started", "unmapped"},
		{"keys without end are bounded", strings.Repeat(`a="b",`, 1<<16) + head, "unmapped"},
	} {
		got := callGives(t, f, keycloakLogged(c.message))
		for want := range strings.SplitSeq(c.want, "|") {
			if not, ok := strings.CutPrefix(want, "!"); ok == strings.Contains(got, not) {
				t.Errorf("%s: want %q in\n%.500s", c.name, want, got)
			}
		}
	}
	other := strings.Replace(keycloakLogged(head), "org.keycloak.events", "org.keycloak.services", 1)
	if got := callGives(t, f, other); !strings.HasPrefix(got, "unmapped") {
		t.Errorf("another logger's line gives %s", got)
	}
}

// Another project's normal form of the same lines: event, time, actor, address
// and outcome.
func TestKeycloakOracle(t *testing.T) {
	// What no reset hangs on is counted, not kept.
	uncounted := map[string]bool{"CODE_TO_TOKEN_ERROR": true, "REFRESH_TOKEN": true, "USER_INFO_REQUEST": true}
	var got []Record
	err := mustGet(t, "keycloak-log").NewDecoder(serverOptions()).Decode(t.Context(), bytes.NewReader(sharedFile(t, sharedFiles(t, "samples/keycloak/restricted.jsonl")[0])), "x", func(rec *Record) error {
		kept := *rec
		kept.Events = append([]event.Event(nil), rec.Events...)
		got = append(got, kept)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(sharedFile(t, sharedFiles(t, "samples/keycloak/expected.jsonl")[0])) {
		var want struct {
			Expected struct {
				Time  time.Time `json:"@timestamp"`
				Event struct{ Code, Outcome string }
				User  struct{ ID string }
				Host  struct{ Name string }
				Src   struct{ IP string } `json:"source"`
			}
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		if n >= len(got) {
			t.Fatalf("%d records", len(got))
		}
		rec, x := got[n], want.Expected
		n++
		if rec.Type != x.Event.Code || event.When(rec.Time).Truncate(time.Microsecond) != x.Time.UTC() || rec.Host != x.Host.Name {
			t.Errorf("record %d is %s at %s of %s, theirs %+v", n, rec.Type, event.RFC3339(rec.Time), rec.Host, x)
		}
		if uncounted[rec.Type] {
			if !rec.Unmapped {
				t.Errorf("record %d (%s) is mapped", n, rec.Type)
			}
			continue
		}
		if len(rec.Events) != 1 {
			t.Errorf("record %d (%s) gives %d events", n, rec.Type, len(rec.Events))
			continue
		}
		if e := rec.Events[0]; e.Actor.ID != x.User.ID || e.IP != x.Src.IP || (e.Outcome == event.Failure) != (x.Event.Outcome == "failure") {
			t.Errorf("record %d: we say %s from %s, %s; theirs %+v", n, e.Actor.ID, e.IP, e.Outcome, x)
		}
	}
	if n != 4 || len(got) != 4 {
		t.Errorf("%d records, of theirs %d, want 4", len(got), n)
	}
}
