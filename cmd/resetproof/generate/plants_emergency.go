package generate

import (
	"slices"
	"time"
)

// Violations of the checks on emergencies and waivers.
var emergencyPlants = slices.Concat(exceptionPlants, waiverPlants)

var exceptionPlants = []plant{
	{check: "undeclared-emergency", what: "on an ordinary day", tiers: glass, base: emergencySomewhere, do: func(c *chain) { c.declared = time.Time{} }},
	{check: "undeclared-emergency", what: "the incident was over", tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.declared = time.Time{}
		c.declare("incident", c.at.Add(-3*day), c.at.Add(-time.Duration(1+c.g.rng.IntN(40))*time.Hour))
	}},
	{check: "undeclared-emergency", what: "declared the day after", tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.declared = time.Time{}
		c.declare("incident", c.at.Add(20*time.Hour), c.at.Add(40*time.Hour))
	}},
	{check: "undeclared-emergency", what: "the incident is about somebody else", tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.declared = time.Time{}
		c.declare("incident", c.at.Add(-2*time.Hour), c.at.Add(8*time.Hour)).accounts = []string{pick(c.g.rng, c.g.staff.bystander).login}
	}},
	{check: "undeclared-emergency", what: "an incident that nobody closed yet", twin: true, tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.declared = time.Time{}
		c.declare("incident", c.at.Add(-time.Duration(1+c.g.rng.IntN(20))*time.Hour), time.Time{})
		c.verdict("undeclared-emergency", met)
	}},
	{check: "undeclared-emergency", what: "a waiver for the drill", twin: true, tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.declared = time.Time{}
		c.waive("undeclared-emergency")
		c.verdict("undeclared-emergency", excepted)
	}},
	{check: "undeclared-emergency", what: "a waiver makes an emergency of somebody's reset", twin: true, do: func(c *chain) {
		c.path = emergency
		c.approved()
		c.waive("undeclared-emergency")
		c.verdict("undeclared-emergency", excepted)
	}},
	{check: "missing-approval", what: "a security lead never approved the emergency", tiers: glass, base: emergencySomewhere, do: func(c *chain) { c.approvals = nil }},
	{check: "not-validated", what: "nobody looked at the emergency afterwards", tiers: glass, base: emergencySomewhere, do: func(c *chain) { c.reviewed = nil }},
	{check: "not-validated", what: "the three days are not over", twin: true, tiers: glass, base: emergencySomewhere, do: func(c *chain) {
		c.beforeTheEnd(c.g.clock(time.Time{}, 30*time.Hour, 70*time.Hour).Sub(time.Time{}))
		c.reviewed = nil
		c.verdict("not-validated", notDue)
	}},

	{check: "missing-approval", what: "a waiver allows it", twin: true, tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		c.waive("missing-approval")
		c.verdict("missing-approval", excepted)
	}},
	{check: "no-verification", what: "a waiver of two checks allows it", twin: true, tiers: []string{ordinary}, do: func(c *chain) {
		c.approved()
		c.checks = nil
		c.waive("no-verification", "weak-verification")
		c.verdict("no-verification", excepted)
	}},
	{check: "no-forced-change", what: "a waiver allows it", twin: true, do: func(c *chain) {
		c.changed = time.Time{}
		c.waive("no-forced-change")
		c.verdict("no-forced-change", excepted)
	}},
	{check: "held-account", what: "a waiver allows it", twin: true, do: func(c *chain) {
		c.who.hold = "true"
		c.waive("held-account")
		c.verdict("held-account", excepted)
	}},
	{check: "missing-approval", what: "a waiver of another check", tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		c.waive("late-approval")
	}},
	{check: "missing-approval", what: "a waiver of somebody else", tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		c.waive("missing-approval").identity = pick(c.g.rng, c.g.staff.bystander).id
	}},
	{check: "missing-approval", what: "a waiver that holds from next week", tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		w := c.waive("missing-approval")
		w.from, w.until = c.at.Add(7*day), logsUntil.Add(30*day)
	}},
	{check: "missing-approval", what: "a waiver whose first second comes later", tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		c.waive("missing-approval").from = c.at.Add(time.Minute)
	}},
}

var (
	glass = []string{breakGlass}
	// needApproval are the tiers of persons whose reset always needs an approval.
	needApproval = []string{sensitive, privileged}
)

// waive writes a sound exception for the owner, which holds beyond the logs.
func (c *chain) waive(checks ...string) *waiver {
	g := c.g
	g.waivers = append(g.waivers, waiver{
		id: g.number("W-", len(g.waivers)+1), checks: checks, identity: c.who.id, reason: "posted abroad until the summer", ticket: "CHG" + g.letters(7, "0123456789"),
		by: g.staff.security[0].id, owner: g.staff.leads[0].id, from: c.at.Add(-20 * day), until: logsUntil.Add(30 * day),
	})
	return &g.waivers[len(g.waivers)-1]
}
