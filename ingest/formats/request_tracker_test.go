package formats

import (
	"fmt"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

const (
	rtSelf     = `"_hyperlinks":[{"ref":"self","_url":"https://rt.acme.example/REST/2.0/ticket/2"},{"ref":"depended-on-by","id":"1"}],`
	rtApproval = `{"id":2,"Type":"approval","EffectiveId":{"id":"2"},"Created":"2026-03-02T09:00:00Z","Owner":{"id":"mary"},` + rtSelf
	rtTicket   = `{"id":1,"Type":"ticket","Status":"open","EffectiveId":{"id":"1"},"Created":"2026-03-02T09:00:00Z",` + rtSelf
	rtFound    = `{"type":"ticket","id":"1","_url":"https://rt.acme.example/REST/2.0/ticket/1","Status":"resolved",`
)

// rtTraps are records and what they must give: time, kind, ticket, whose, by
// whom, and who was asked.
var rtTraps = []struct{ name, record, want string }{
	{"an approval is about the ticket that depends on it",
		rtApproval + `"Status":"resolved","Resolved":"2026-03-02T09:10:00Z","LastUpdated":"2026-03-02T09:10:01Z","LastUpdatedBy":{"id":"joe"}}`,
		"09:10:00 reset.approved RT#1 of  by joe asked mary"},
	{"a comment after it is nobody's decision: the one asked stands",
		rtApproval + `"Status":"resolved","Resolved":"2026-03-02T09:10:00Z","LastUpdated":"2026-03-02T11:00:00Z","LastUpdatedBy":{"id":"ann"}}`,
		"09:10:00 reset.approved RT#1 of  by  asked mary"},
	{"an approval that waits is none",
		rtApproval + `"Status":"open","Resolved":"1970-01-01T00:00:00Z","LastUpdated":"2026-03-02T09:10:01Z"}`,
		"09:00:00 other RT#1 of  by  asked mary"},
	{"a refusal is a refusal",
		rtApproval + `"Status":"rejected","Resolved":"2026-03-02T09:10:00Z","LastUpdated":"2026-03-02T09:10:00Z","LastUpdatedBy":{"id":"mary"}}`,
		"09:10:00 reset.denied RT#1 of  by mary asked mary"},
	{"an approval that nothing depends on names no ticket",
		`{"id":2,"Type":"approval","Created":"2026-03-02T09:00:00Z","Status":"resolved","Resolved":"2026-03-02T09:10:00Z","_hyperlinks":[{"ref":"self","_url":"https://rt.acme.example/REST/2.0/ticket/2"}]}`,
		"09:10:00 reset.approved  of  by  asked "},
	{"the requestor is the person spoken for, not the clerk who typed",
		rtTicket + `"Subject":"A screen","Creator":{"id":"carol"},"Requestor":[{"id":"ann"}]}`,
		"09:00:00 ticket.opened RT#1 of ann by ann asked "},
	{"who creates a ticket for himself is its requestor",
		rtTicket + `"Subject":"A screen","Creator":{"id":"ann"},"Requestor":[]}`,
		"09:00:00 ticket.opened RT#1 of ann by ann asked "},
	{"a search that lists no requestor says nothing of one",
		rtFound + `"Type":"ticket","Subject":"A screen","Created":"2026-03-02T09:00:00Z","Creator":{"id":"carol"}}`,
		"09:00:00 ticket.opened RT#1 of  by  asked "},
	{"nor of what a ticket is, if it was not asked for the type",
		rtFound + `"Subject":"Approve ticket 1","Created":"2026-03-02T09:00:00Z"}`,
		"unmapped"},
	{"second 65",
		rtTicket + `"Created":"2026-03-02T09:00:65Z"}`,
		"malformed: " + whyTimeForm},
	{"numbers where people should be",
		rtTicket + `"Subject":7,"Creator":{"id":{}},"Requestor":"ann","CustomFields":{}}`,
		"09:00:00 ticket.opened RT#1 of  by  asked "},
	{"half a record", rtTicket + `"Subject":"A scr`, "malformed: " + whyBreaksOff},
}

func TestRequestTrackerTraps(t *testing.T) {
	f := mustGet(t, "request-tracker")
	for _, c := range rtTraps {
		if got := rtLines(records(t, f, c.record, exampleOptions())); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func rtLines(recs []Record) string {
	var got []string
	for _, rec := range recs {
		switch {
		case rec.Malformed != "":
			got = append(got, "malformed: "+rec.Malformed)
		case rec.Unmapped:
			got = append(got, "unmapped")
		}
		for _, e := range rec.Events {
			got = append(got, fmt.Sprintf("%s %s %s of %s by %s asked %s", event.When(e.Time).Format("15:04:05"), e.Kind, e.Ticket, e.Account.Name, e.Actor.Name, e.Assigned.Name))
		}
	}
	return strings.Join(got, "\n")
}

// A search finds less of a ticket than the ticket holds: it is no copy of it.
func TestRequestTrackerSearchIsNoCopy(t *testing.T) {
	f := mustGet(t, "request-tracker")
	body := `"Type":"ticket","Subject":"A screen","Created":"2026-03-02T09:00:00Z","LastUpdated":"2026-03-02T09:10:00Z"}`
	id := func(record string) event.ID { return records(t, f, record, exampleOptions())[0].Events[0].ID }
	ticket := strings.Replace(rtTicket, `"Type":"ticket",`, "", 1) + body
	if id(ticket) == id(rtFound+body) {
		t.Error("a search result and the ticket share an id")
	}
	if id(ticket) != id("[ "+ticket+"]") {
		t.Error("one ticket in two exports has two ids")
	}
	if id(ticket) == id(strings.Replace(ticket, "09:10", "09:20", 1)) {
		t.Error("a ticket that changed is taken for its copy")
	}
}

// What drive.py beside the records did: alice asks for svc-backup, lead
// approves, helpdesk1 resolves.
func TestRequestTrackerServerData(t *testing.T) {
	files := sharedFiles(t, "servers/ticket/tickets.json")
	opt := serverOptions()
	got := rtLines(records(t, mustGet(t, "request-tracker"), string(sharedFile(t, files[0])), opt))
	const want = `01:57:10 ticket.opened RT#1 of svc-backup by alice asked 
01:57:17 ticket.closed RT#1 of svc-backup by helpdesk1 asked 
01:57:10 reset.requested RT#1 of svc-backup by alice asked 
01:57:14 reset.approved RT#1 of  by lead asked lead`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
