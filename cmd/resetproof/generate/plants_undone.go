package generate

import "time"

// Violations of the checks on what was asked for or approved and never done:
// none of them is a reset, each is a finding about a ticket.
var undonePlants = []plant{
	{check: "ticket-without-reset", what: "closed as done, and nothing was done", do: func(c *chain) {
		c.undone()
		c.found("ticket-without-reset", c.ticket.number)
	}},
	{check: "ticket-without-reset", what: "checked, approved and handed over, and no log shows the reset", do: func(c *chain) {
		c.executed, c.dropped, c.changed, c.ended, c.restored, c.after = false, false, time.Time{}, time.Time{}, time.Time{}, nil
		c.found("ticket-without-reset", c.ticket.number)
	}},
	{check: "ticket-without-reset", what: "closed two days before a reset that it did not ask for", tiers: approved, do: func(c *chain) {
		t := c.ticketOf(c.who)
		t.title, t.text, t.category = "Password does not work any more", pick(c.g.rng, reasons), "access"
		t.opened, t.closed = c.at.Add(-60*time.Hour), c.at.Add(-50*time.Hour)
		c.found("ticket-without-reset", t.number)
	}},
	{check: "ticket-without-reset", what: "given up", twin: true, do: func(c *chain) {
		c.undone()
		c.ticket.undone = true
	}},
	{check: "ticket-without-reset", what: "closed because the caller could not be verified", twin: true, do: func(c *chain) {
		k := c.checks[0]
		c.undone()
		k.failed = true
		c.checks = []check{k}
	}},
	{check: "ticket-without-reset", what: "the owner helped himself before anybody came to it", twin: true, tiers: own, base: (*org).selfBase, do: func(c *chain) {
		t := c.ticketOf(c.who)
		t.title, t.text, t.category = "Password does not work any more", pick(c.g.rng, reasons), "access"
	}},
	{check: "ticket-without-reset", what: "closed shortly before the logs end", twin: true, do: func(c *chain) {
		c.undone()
		c.beforeTheEnd(3 * time.Hour)
	}},
	{check: "ticket-without-reset", what: "about something else", twin: true, do: func(c *chain) {
		c.undone()
		c.ticket.title, c.ticket.text, c.ticket.category = "Monitor flickers", "Since the move to the second floor", "hardware"
	}},

	{check: "orphan-approval", what: "approved on a ticket that is still open", tiers: approved, do: func(c *chain) {
		a := c.approvals
		c.undone()
		c.approvals, c.ticket.closed = a, time.Time{}
		c.found("orphan-approval", c.ticket.number)
	}},
	{check: "orphan-approval", what: "approved on the sheet, and nothing came of it", tiers: approved, do: func(c *chain) {
		a := c.approvals
		c.undone()
		c.approvals = a
		c.onSheet()
		c.sets = append(c.sets, Truth{Check: "orphan-approval", Identity: c.who.id})
	}},
	{check: "orphan-approval", what: "refused", twin: true, tiers: approved, do: func(c *chain) {
		a := c.approvals
		c.undone()
		c.approvals, c.ticket.closed, c.ticket.undone = a, time.Time{}, true
		c.approvals[0].denied = true
	}},
	{check: "orphan-approval", what: "approved, and the ticket given up", twin: true, tiers: approved, do: func(c *chain) {
		a := c.approvals
		c.undone()
		c.approvals, c.ticket.undone = a, true
	}},
	{check: "orphan-approval", what: "approved shortly before the logs end", twin: true, tiers: approved, do: func(c *chain) {
		a := c.approvals
		c.undone()
		c.approvals, c.ticket.closed = a, time.Time{}
		c.beforeTheEnd(2 * time.Hour)
		c.ticket.closed = time.Time{}
	}},
	{check: "orphan-approval", what: "two approved one reset", twin: true, tiers: approved, base: inTreasury},
}

// undone leaves the ticket, and nothing of the reset.
func (c *chain) undone() {
	c.executed, c.dropped, c.checks, c.approvals, c.deliver, c.reviewed = false, false, nil, nil, nil, nil
	c.changed, c.ended, c.restored, c.after = time.Time{}, time.Time{}, time.Time{}, nil
}

// found says what must be said about the whole set, and of no case.
func (c *chain) found(check, subject string) {
	delete(c.verdicts, check)
	c.sets = append(c.sets, Truth{Check: check, Subject: subject})
}
