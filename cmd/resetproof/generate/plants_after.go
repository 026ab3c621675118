package generate

import (
	"time"
)

var reviewed = []string{privileged, privilegedMachine}

// reviewBy has the case reviewed by somebody else.
func (c *chain) reviewBy(p *person) { c.reviewed.by = p }

var reviewPlants = []plant{
	{check: "not-validated", what: "nobody reviewed it", tiers: reviewed, base: anybase, do: func(c *chain) { c.reviewed = nil }},
	{check: "not-validated", what: "reviewed too late", tiers: reviewed, base: anybase, do: func(c *chain) {
		c.reviewed.at = c.at.Add(c.need().review + c.g.span(time.Minute, 8*day))
	}},
	{check: "not-validated", what: "reviewed by who carried it out", tiers: reviewed, base: anybase, do: func(c *chain) { c.reviewBy(c.operator) }},
	{check: "not-validated", what: "reviewed by who approved it", tiers: reviewed, base: anybase, do: func(c *chain) { c.reviewBy(c.approvals[0].by) }},
	{check: "not-validated", what: "reviewed by whose account it is", tiers: []string{privileged}, do: func(c *chain) { c.reviewBy(c.who) }},
	{check: "not-validated", what: "reviewed just in time", twin: true, tiers: reviewed, base: anybase, do: func(c *chain) {
		c.reviewed.at = c.at.Add(c.need().review - c.g.span(time.Minute, 12*time.Hour))
		c.verdict("not-validated", met)
	}},
	{check: "not-validated", what: "reviewed by who verified the caller", twin: true, tiers: reviewed, base: anybase, do: func(c *chain) {
		c.reviewBy(c.checks[0].by)
		c.verdict("not-validated", met)
	}},
	{check: "not-validated", what: "the sheet does not say who reviewed it", twin: true, tiers: reviewed, base: anybase, do: func(c *chain) {
		c.reviewBy(&person{})
		c.verdict("not-validated", notAssessable)
	}},
	{check: "not-validated", what: "the logs end before the deadline", twin: true, tiers: reviewed, base: anybase, do: func(c *chain) {
		c.beforeTheEnd(c.g.span(day, 5*day))
		c.reviewed = nil
		c.verdict("not-validated", notDue)
	}},
}

// raise gives the owner a right shortly before the reset, as somebody does who
// wants to make it easier, and takes it back at a time, zero for never.
func (c *chain) raise(back time.Time) {
	at := c.g.clock(c.at, -14*time.Minute, -5*time.Minute)
	role := c.dir.role
	c.also = append(c.also, func() {
		c.dir.grant(c.g, at, c.operator, c.who, role)
		if !back.IsZero() {
			c.dir.revoke(c.g, back, c.operator, c.who, role)
		}
	})
}

func raises(c *chain) bool {
	return c.dir.grant != nil && c.dir.revoke != nil
}

// onTicket raises the operator for the ticket, which an approver lets through in
// PIM, and gives when: it ends at a time, zero for never.
func (c *chain) onTicket(back time.Time) {
	g := c.g
	c.ownOperator()
	at, role := g.clock(c.at, -14*time.Minute, -8*time.Minute), "Exchange Administrator"
	c.also = append(c.also, func() {
		g.entraActivate(at, g.staff.security[0], c.operator, role, c.ticket.number)
		if !back.IsZero() {
			g.entraRole(back, "Remove member from role", entraApp("MS-PIM", "01fc33a7-78ba-4d2f-a4b7-768e336e890e"), c.operator, role)
		}
	})
}

func inEntra(c *chain) bool { return c.dir == entra }

var returnPlants = []plant{
	{check: "privilege-not-returned", what: "what the operator got for the ticket is his for good", on: inEntra, do: func(c *chain) { c.onTicket(time.Time{}) }},
	{check: "privilege-not-returned", what: "what the operator got for the ticket ended after the watch", on: inEntra, do: func(c *chain) {
		c.onTicket(c.at.Add(c.need().watch + c.g.span(time.Hour, 9*day)))
	}},
	{check: "privilege-not-returned", what: "what the operator got for the ticket ended by itself", twin: true, on: inEntra, do: func(c *chain) {
		c.onTicket(c.at.Add(c.g.span(time.Hour, 8*time.Hour)))
		c.verdict("privilege-not-returned", met)
	}},
	{check: "privilege-not-returned", what: "nobody took it back", on: raises, tiers: []string{privileged}, do: func(c *chain) { c.raise(time.Time{}) }},
	{check: "privilege-not-returned", what: "taken back after the watch", on: raises, tiers: []string{privileged}, do: func(c *chain) {
		c.raise(c.at.Add(c.need().watch + c.g.span(time.Hour, 9*day)))
	}},
	{check: "privilege-not-returned", what: "taken back while the account was watched", twin: true, on: raises, tiers: []string{privileged}, do: func(c *chain) {
		c.raise(c.at.Add(c.g.span(time.Hour, c.need().watch-time.Hour)))
		c.verdict("privilege-not-returned", met)
	}},
	{check: "privilege-not-returned", what: "the watch is not over", twin: true, on: raises, tiers: []string{privileged}, do: func(c *chain) {
		c.beforeTheEnd(c.g.span(time.Hour, 2*day))
		c.raise(time.Time{})
		c.verdict("privilege-not-returned", notDue)
	}},
}
