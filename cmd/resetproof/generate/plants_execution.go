package generate

import (
	"slices"
	"time"
)

// Violations of the checks on how a reset was carried out.
var executionPlants = slices.Concat(actorPlants, deskPlants, recoveryPlants, automationPlants, formPlants, machinePlants, subjectPlants)

// engage makes the owner somebody of another company, until a day, with a
// sponsor in this one.
func (c *chain) engage(until time.Time) {
	g := c.g
	c.who.employment = pick(g.rng, []string{"contractor", "vendor"})
	c.who.employer = pick(g.rng, []string{"Aldermoor", "Kelso & Daughters", "Tidewell"})
	c.who.sponsor = c.who.manager.id
	c.who.from, c.who.until = c.at.AddDate(0, -9, 0).Truncate(day), until.Truncate(day)
}

// subjectPlants: the account was one that should have been left alone.
var subjectPlants = []plant{
	{check: "held-account", what: "on legal hold", do: func(c *chain) { c.who.hold = "true" }},
	{check: "held-account", what: "named by an open investigation", do: func(c *chain) {
		c.declare("investigation", c.at.Add(-time.Duration(1+c.g.rng.IntN(20))*day), c.at.Add(30*day))
	}},
	{check: "held-account", what: "named by an investigation that nobody closed", do: func(c *chain) {
		c.declare("investigation", c.at.Add(-time.Hour), time.Time{})
	}},
	{check: "held-account", what: "the investigation was closed before", twin: true, do: func(c *chain) {
		c.declare("investigation", c.at.Add(-20*day), c.at.Add(-time.Duration(1+c.g.rng.IntN(48))*time.Hour))
		c.verdict("held-account", met)
	}},
	{check: "held-account", what: "the investigation was opened afterwards", twin: true, do: func(c *chain) {
		c.declare("investigation", c.at.Add(2*time.Hour), time.Time{})
		c.verdict("held-account", met)
	}},
	{check: "held-account", what: "legal counsel released it", twin: true, do: func(c *chain) {
		c.who.hold = "true"
		counsel := c.g.hire("legal")
		counsel.roles = []string{"legal counsel"}
		c.approvals = append(c.approvals, approval{at: c.at.Add(-14 * time.Minute), by: counsel})
		c.verdict("held-account", met)
	}},

	{check: "ended-engagement", what: "a contract that had ended", do: func(c *chain) {
		c.engage(c.at.Add(-time.Duration(c.g.rng.IntN(40)) * day))
	}},
	{check: "ended-engagement", what: "nobody sponsors", do: func(c *chain) {
		c.engage(c.at.AddDate(0, 3, 0))
		c.who.sponsor = ""
	}},
	{check: "ended-engagement", what: "the sponsor has left", do: func(c *chain) {
		c.engage(c.at.AddDate(0, 3, 0))
		left := c.g.hire("operations")
		left.until = c.at.AddDate(0, 0, -20).Truncate(day)
		c.who.sponsor = left.id
	}},
	{check: "ended-engagement", what: "the last day of the contract", twin: true, do: func(c *chain) {
		c.engage(c.at.Add(day))
		c.verdict("ended-engagement", met)
	}},
	{check: "ended-engagement", what: "between two contracts", do: func(c *chain) {
		c.engage(c.at.AddDate(0, 3, 0))
		first := *c.who
		first.until = c.at.AddDate(0, 0, -1-c.g.rng.IntN(20)).Truncate(day)
		c.who.from = c.at.Add(time.Duration(1+c.g.rng.IntN(10)) * day).Truncate(day)
		c.who.earlier = []person{first}
	}},
	{check: "ended-engagement", what: "the contract was renewed in time", twin: true, do: func(c *chain) {
		c.engage(c.at.AddDate(0, 3, 0))
		first := *c.who
		first.until = c.at.AddDate(0, 0, -1-c.g.rng.IntN(20)).Truncate(day)
		c.who.from = first.until
		c.who.earlier = []person{first}
		c.verdict("ended-engagement", met)
	}},
	{check: "ended-engagement", what: "an employee, whom nobody sponsors", twin: true, do: func(c *chain) {
		c.verdict("ended-engagement", met)
	}},
}
