package formats

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

const (
	jiraLink     = `"_links":{"self":"https://desk.acme.example/rest/servicedeskapi/request/DESK-1`
	jiraApproved = `{"id":"7","finalDecision":"approved",` + jiraLink + `/approval/7"},`
	jiraRequest  = `{"issueKey":"DESK-1","issueId":"9","requestTypeId":"2",` + jiraLink + `"},"currentStatus":{"status":"Open"},`
	jiraMary     = `{"approver":{"accountId":"mary"},"approverDecision":"approved"}`
	jiraCreated  = `"createdDate":{"iso8601":"2026-03-02T09:00:00+0000"},`
	jiraDone     = `"completedDate":{"iso8601":"2026-03-02T09:11:00+0000"},`
)

// jiraTraps are records, or pages of them, and what they must give.
var jiraTraps = []struct{ name, record, want string }{
	{"an approval's key stands in its link, its time is when it was complete",
		jiraApproved + jiraCreated + jiraDone + `"approvers":[` + jiraMary + `]}`,
		"09:11:00 reset.approved DESK-1 by mary"},
	{"of a quorum each is given that time, and the event says so",
		jiraApproved + jiraCreated + jiraDone + `"approvers":[` + jiraMary + `,{"approver":{"accountId":"joe"},"approverDecision":"approved"}]}`,
		"09:11:00 reset.approved DESK-1 by mary: " + jiraQuorum + "; 09:11:00 reset.approved DESK-1 by joe: " + jiraQuorum},
	{"who had not answered approved nothing",
		jiraApproved + jiraCreated + jiraDone + `"approvers":[{"approver":{"accountId":"joe"},"approverDecision":"pending"},` + jiraMary + `]}`,
		"09:11:00 reset.approved DESK-1 by mary"},
	{"nor does a yes in an approval that is still open",
		`{"id":"7","finalDecision":"pending",` + jiraLink + `/approval/7"},` + jiraCreated + `"approvers":[` + jiraMary + `]}`,
		"09:00:00 other DESK-1 by "},
	{"a decision without its time was not made when it was asked for",
		jiraApproved + jiraCreated + `"approvers":[` + jiraMary + `]}`,
		"malformed: no time"},
	{"a refusal is of those who refused",
		`{"id":"7","finalDecision":"declined",` + jiraLink + `/approval/7"},` + jiraDone + `"approvers":[` + jiraMary + `,{"approver":{"accountId":"joe"},"approverDecision":"declined"}]}`,
		"09:11:00 reset.denied DESK-1 by joe"},
	{"Server names people by key and name",
		jiraApproved + jiraDone + `"approvers":[{"approver":{"name":"mary","key":"JIRAUSER10"},"approverDecision":"approved"}]}`,
		"09:11:00 reset.approved DESK-1 by JIRAUSER10mary"},
	{"times come in three forms: with milliseconds and no colon",
		jiraRequest + `"createdDate":{"jira":"2026-03-02T10:00:00.250+0100"}}`,
		"09:00:00.25 ticket.opened DESK-1 by "},
	{"or as milliseconds since 1970",
		jiraRequest + `"createdDate":{"epochMillis":1772442000250}}`,
		"09:00:00.25 ticket.opened DESK-1 by "},
	{"but never in the friendly one",
		jiraRequest + `"createdDate":{"friendly":"Today 09:00 AM"}}`,
		"malformed: no time"},
	{"second 65",
		jiraRequest + `"createdDate":{"iso8601":"2026-03-02T09:00:65+0000"}}`,
		"malformed: " + whyTimeForm},
	{"the requester is the reporter, not the clerk who typed",
		`{"key":"DESK-5","id":"5","self":"https://desk.acme.example/rest/api/2/issue/5","fields":{"summary":"A screen","created":"2026-03-02T09:00:00.000+0000","reporter":{"accountId":"ann"},"creator":{"accountId":"mary"}}}`,
		"09:00:00 ticket.opened DESK-5 by ann"},
	{"numbers where people should be",
		jiraRequest + jiraCreated + `"reporter":17,"requestFieldValues":{"fieldId":3}}`,
		"09:00:00 ticket.opened DESK-1 by "},
	{"half a record", jiraRequest + `"createdDate":{"iso86`, "malformed: " + whyBreaksOff},
}

func TestJiraTraps(t *testing.T) {
	f := mustGet(t, "jira-service-management")
	for _, c := range jiraTraps {
		var got []string
		for _, rec := range records(t, f, c.record, exampleOptions()) {
			if rec.Malformed != "" {
				got = append(got, "malformed: "+rec.Malformed)
			}
			for _, e := range rec.Events {
				line := fmt.Sprintf("%s %s %s by %s%s", event.When(e.Time).Format("15:04:05.999"), e.Kind, e.Ticket, e.Actor.ID, e.Actor.Name)
				if e.Method != "" {
					line += ": " + e.Method
				}
				got = append(got, line)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

// An export of a page and one of the single request are the same record; a
// request that moved on is another.
func TestJiraRecordIDs(t *testing.T) {
	f := mustGet(t, "jira-service-management")
	open := jiraRequest + jiraCreated + `"reporter":{"accountId":"ann"}}`
	closed := strings.Replace(open, `"Open"`, `"Closed","statusDate":{"iso8601":"2026-03-02T10:00:00+0000"}`, 1)
	quorum := jiraApproved + jiraDone + `"approvers":[` + jiraMary + `,` + strings.Replace(jiraMary, "mary", "joe", 1) + `]}`
	ids := map[event.ID]int{}
	for _, stream := range []string{open, `{"size":1,"values":[ ` + open + `]}`, closed, quorum, `{"values":[` + quorum + `]}`} {
		for _, e := range records(t, f, stream, exampleOptions())[0].Events {
			ids[e.ID]++
		}
	}
	twice := 0
	for _, n := range ids {
		if n == 2 {
			twice++
		}
	}
	// open, closed and its end once or twice; two approvers.
	if len(ids) != 5 || twice != 3 {
		t.Errorf("%d ids, %d of them twice; want 5 and 3", len(ids), twice)
	}
}

// The invented organisation's desk: 17 requests by the person whose password is
// reset, each resolved; 16 approved by somebody else, in between.
func TestJiraOrganisation(t *testing.T) {
	opened, approved := map[string]event.Event{}, map[string]event.Event{}
	kinds := map[event.Kind]int{}
	f := mustGet(t, "jira-service-management")
	for _, file := range sharedFiles(t, "org/logs/jira/*") {
		opt := Options{Now: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC), Source: "jira"}
		err := f.NewDecoder(opt).Decode(t.Context(), bytes.NewReader(sharedFile(t, file)), file, func(rec *Record) error {
			for _, e := range rec.Events {
				kinds[e.Kind]++
				switch e.Kind {
				case event.TicketOpened:
					opened[e.Ticket] = e
				case event.ResetApproved:
					approved[e.Ticket] = e
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(kinds[event.TicketOpened], kinds[event.ResetRequested], kinds[event.TicketClosed], kinds[event.ResetApproved]); got != "17 17 17 16" {
		t.Errorf("opened, requested, closed, approved: %s", got)
	}
	for ticket, a := range approved {
		o, ok := opened[ticket]
		if !ok || a.Time <= o.Time || a.Actor.IsZero() || a.Actor.ID == o.Actor.ID || o.Account != o.Actor || o.TicketAlias == "" {
			t.Errorf("%s: opened %+v, approved by %+v", ticket, o, a.Actor)
		}
	}
	if _, ok := approved["ITSM-110"]; ok {
		t.Error("ITSM-110 was never approved")
	}
}
