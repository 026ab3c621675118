package event

import "testing"

// A ServiceNow approval names its ticket by sys_id alone: that is a ticket.
func TestTicketAliasIsATicket(t *testing.T) {
	for _, f := range EvidenceFields() {
		if f.Name != "ticket" {
			continue
		}
		if !f.Filled(&Event{TicketAlias: "933531005b65af42bc06e1da63d65758"}) || f.Filled(&Event{}) {
			t.Error("an approval that names its ticket by an internal id counts as one without a ticket")
		}
		return
	}
	t.Fatal("no field ticket")
}
