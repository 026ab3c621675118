package generate

import "time"

// Violations of the checks on who asked for a reset, and why.
var requestPlants = []plant{
	{check: "no-request", what: "nobody asked", tiers: []string{sensitive, privileged}, do: func(c *chain) {
		// Without a ticket the approval is on record in the sheet of the desk.
		c.unticketed()
		c.expect("no-reason")
	}},
	{check: "no-request", what: "asked by telephone, kept in the sheet", twin: true, do: func(c *chain) {
		opened, text := c.ticket.opened, c.ticket.text
		c.unticketed()
		c.also = append(c.also, func() {
			c.g.step(row{at: opened, kind: "reset.requested", account: c.who.login, actor: c.who.login, source: "helpdesk sheet", detail: text})
		})
	}},
	{check: "no-reason", what: "boilerplate text", do: func(c *chain) { c.ticket.title, c.ticket.text = "Password reset", "password reset" }},
}

// unticketed moves the approvals from the ticket to the sheet of the desk.
func (c *chain) unticketed() {
	c.ticket = nil
	for _, a := range c.approvals {
		c.also = append(c.also, func() {
			c.g.step(row{at: a.at, kind: "reset.approved", account: c.who.login, actor: a.by.login, source: "helpdesk sheet"})
		})
	}
}

// approved makes sure that somebody did, where a sound verification alone would
// have been enough.
func (c *chain) approved() {
	if len(c.approvals) == 0 {
		c.approvals = []approval{{at: c.at.Add(-16 * time.Minute), by: c.approver()}}
	}
}
