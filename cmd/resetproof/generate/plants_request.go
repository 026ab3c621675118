package generate

import "time"

// Violations of the checks on who asked for a reset.
var requestPlants = []plant{
	{check: "no-request", what: "nobody asked", do: func(c *chain) {
		// Without a ticket the approval is on record in the sheet of the desk.
		c.approved()
		c.unticketed()
		c.expect("no-reason")
	}},
	{check: "no-request", what: "asked for another reset eight days before", do: func(c *chain) {
		c.approved()
		old := c.at.Add(-8*day - time.Hour)
		c.unticketed()
		c.phoned(old, c.who, pick(c.g.rng, reasons))
		c.expect("no-reason")
	}},
	{check: "no-request", what: "self-service, and the start of the flow is missing", tiers: []string{sensitive}, base: (*org).selfBase, do: func(c *chain) {
		c.self.asked = time.Time{}
	}},
	{check: "no-request", what: "asked by telephone, kept in the sheet", twin: true, do: func(c *chain) {
		opened, text := c.ticket.opened, c.ticket.text
		c.unticketed()
		c.phoned(opened, c.who, text)
	}},
	{check: "no-request", what: "asked six days before", twin: true, do: func(c *chain) {
		c.ticket.opened = c.at.Add(-6*day - 20*time.Hour)
	}},
	{check: "no-request", what: "self-service without a request", twin: true, tiers: []string{ordinary}, base: (*org).selfBase, do: func(c *chain) {
		c.self.asked = time.Time{} // nobody has to ask for his own
	}},
	{check: "no-request", what: "the week before is on no record", twin: true, do: func(c *chain) {
		c.approved()
		c.unticketed()
		c.early()
		c.verdict("no-request", notAssessable)
		c.verdict("no-reason", notAssessable)
	}},

	{check: "requester-not-bound", what: "a colleague asked", do: func(c *chain) {
		c.askedBy(c.g.hire(c.who.unit))
	}},
	{check: "requester-not-bound", what: "somebody else's manager asked", do: func(c *chain) {
		c.askedBy(other(c.g.rng, c.g.staff.managers, c.who.manager))
	}},
	{check: "requester-not-bound", what: "a clerk of the desk asked by himself, on the sheet", do: func(c *chain) {
		c.approved()
		opened, text := c.ticket.opened, c.ticket.text
		c.unticketed()
		c.phoned(opened, other(c.g.rng, c.g.staff.clerks, c.checks[0].by), text)
	}},
	{check: "requester-not-bound", what: "the one whom the owner manages asked", do: func(c *chain) {
		report := c.g.hire(c.who.unit)
		report.manager = c.who
		c.askedBy(report)
	}},
	{check: "requester-not-bound", what: "the manager asked", twin: true, do: func(c *chain) {
		c.askedBy(c.who.manager)
	}},
	{check: "requester-not-bound", what: "a registered delegate asked", twin: true, do: func(c *chain) {
		d := c.g.hire(c.who.unit)
		c.who.delegates = append(c.who.delegates, d)
		c.askedBy(d)
	}},
	{check: "requester-not-bound", what: "the sponsor of a contractor asked", twin: true, do: func(c *chain) {
		s := c.g.hire(c.who.unit)
		c.who.sponsor, c.who.employment = s.id, "contractor"
		c.askedBy(s)
	}},
	{check: "requester-not-bound", what: "self-service after a colleague reported it", twin: true, tiers: own, base: (*org).selfBase, do: func(c *chain) {
		c.phoned(c.at.Add(-time.Hour), c.g.hire(c.who.unit), pick(c.g.rng, reasons))
	}},
}

// Violations of the checks on the reason for a reset and the ticket it cites.
var reasonPlants = []plant{
	{check: "no-reason", what: "boilerplate text", do: func(c *chain) {
		c.ticket.title = "Password reset"
		c.ticket.text = pick(c.g.rng, []string{"password reset", "Please reset password", "reset", "Pls reset.", "pw reset", "N/A", "as requested", "account locked"})
	}},
	{check: "no-reason", what: "asked by telephone, and nobody wrote down why", do: func(c *chain) {
		opened := c.ticket.opened
		c.unticketed()
		c.phoned(opened, c.who, "")
	}},
	{check: "no-reason", what: "the form's own text, and what happened beneath it", twin: true, do: func(c *chain) { c.ticket.title = "Password reset" }},
	{check: "no-reason", what: "said in other languages", twin: true, do: func(c *chain) {
		c.ticket.text = pick(c.g.rng, []string{"Nach dem Urlaub Passwort vergessen, Lohnlauf am Mittag", "Téléphone perdu dans le train hier soir", "Glömt lösenordet efter föräldraledigheten"})
	}},
	{check: "no-reason", what: "said in three words", twin: true, do: func(c *chain) {
		c.ticket.text = pick(c.g.rng, []string{"phone was stolen", "forgot after holidays", "new laptop today"})
	}},
	{check: "no-reason", what: "self-service, which nobody has to explain", twin: true, tiers: own, base: (*org).selfBase},

	{check: "dead-ticket", what: "the ticket had been closed hours before", do: func(c *chain) {
		c.ticket.opened = c.at.Add(-30 * time.Hour)
		c.ticket.closed = c.g.clock(c.at, -20*time.Hour, -time.Hour)
	}},
	{check: "dead-ticket", what: "the number was never given out", do: func(c *chain) {
		c.approved()
		c.cites = c.desk.number(c.g, 400000+c.g.rng.IntN(90000))
		c.restOnSheet()
	}},
	{check: "dead-ticket", what: "the ticket is about somebody else's headset", do: func(c *chain) {
		c.approved()
		t := c.ticketOf(c.g.hire(c.who.unit))
		c.cites = t.number
		c.restOnSheet()
	}},
	{check: "dead-ticket", what: "closed two minutes before, by another clock", twin: true, do: func(c *chain) {
		c.ticket.closed = c.at.Add(-2 * time.Minute)
	}},
	{check: "dead-ticket", what: "closed when the work was done", twin: true},
	{check: "dead-ticket", what: "a ticket of a table that is not among the logs", twin: true, do: func(c *chain) {
		c.approved()
		c.cites = c.g.number("CHG", 4000+c.g.rng.IntN(900))
		c.restOnSheet()
		c.verdict("dead-ticket", notAssessable)
	}},
}

// phoned writes down in the sheet of the desk that somebody asked, and why.
func (c *chain) phoned(at time.Time, by *person, why string) {
	c.also = append(c.also, func() {
		c.g.step(row{at: at, kind: "reset.requested", account: c.who.login, actor: by.login, ticket: c.cites, source: "helpdesk sheet", detail: why})
	})
}

// askedBy has somebody else ask for the owner, in a ticket that names the
// account; somebody must approve then who has not asked.
func (c *chain) askedBy(p *person) {
	c.ticket.by, c.ticket.about = p, c.who.login
	c.approved()
	if c.approvals[0].by == p {
		c.approvals[0].by = c.g.staff.leads[0]
	}
}

// restOnSheet has no ticket of its own: all that is on record of it stands in
// the sheet of the desk, beside the ticket that it cites.
func (c *chain) restOnSheet() {
	opened, text := c.ticket.opened, c.ticket.text
	c.unticketed()
	c.phoned(opened, c.who, text)
}

// ticketOf opens a ticket of somebody else, about something else.
func (c *chain) ticketOf(p *person) *ticket {
	g := c.g
	g.tickets++
	t := &ticket{number: c.desk.number(g, g.tickets), sysID: g.hex(32), opened: g.clock(c.at, -3*time.Hour, -time.Hour), closed: g.clock(c.at, 3*time.Hour, 9*time.Hour),
		by: p, clerk: c.g.staff.clerks[0], title: "Crackling headset", text: "Crackles when docking the laptop", category: "hardware"}
	c.also = append(c.also, func() { c.desk.open(g, t) })
	return t
}

// unticketed moves the approvals from the ticket to the sheet of the desk.
func (c *chain) unticketed() {
	c.ticket = nil
	for i := range c.approvals {
		c.also = append(c.also, func() {
			a := c.approvals[i]
			c.g.step(row{at: a.at, kind: "reset.approved", account: c.who.login, actor: a.by.login, ticket: c.cites, channel: a.channel, expires: a.until, source: "helpdesk sheet"})
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
