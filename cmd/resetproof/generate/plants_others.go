package generate

import "time"

// The same checks on the accounts of programs, for which the owner speaks, and
// on emergency accounts, for which request and approval may follow within a day.
var otherTierPlants = []plant{
	{check: "requester-not-bound", what: "a colleague asked for a program's account", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.askedBy(c.g.hire(c.who.unit))
	}},
	{check: "no-verification", what: "nobody checked the owner of the program", tiers: machines, base: machineSomewhere, do: func(c *chain) { c.checks = nil }},
	{check: "weak-verification", what: "the owner of the program was called back", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.checks[0].method = pick(c.g.rng, methods[2])
	}},
	{check: "late-verification", what: "the owner of the program was checked afterwards", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.checks[0].at = c.g.clock(c.at, 6*time.Minute, 20*time.Hour)
	}},
	{check: "missing-approval", what: "nobody approved a program's new password", tiers: machines, base: machineSomewhere, do: func(c *chain) { c.approvals = nil }},
	{check: "late-approval", what: "a program's new password approved afterwards", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.approvals[0].at = c.g.clock(c.at, 6*time.Minute, 20*time.Hour)
	}},
	{check: "stale-approval", what: "a program's new password approved too long before", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.approvedAt(c.at.Add(-c.need().approvalValid - time.Duration(5+c.g.rng.IntN(600))*time.Minute))
	}},
	{check: "approver-not-entitled", what: "a colleague approved a program's new password", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.approvals[0].by = c.g.hire(c.who.unit)
	}},
	{check: "self-approval", what: "the owner of a program asked and approved", twin: true, tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) {
		c.approvals[0].by = c.who.owner
	}},
	{check: "dead-ticket", what: "a program's ticket had been closed hours before", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.ticket.opened = c.at.Add(-30 * time.Hour)
		c.ticket.closed = c.g.clock(c.at, -20*time.Hour, -time.Hour)
	}},

	{check: "no-request", what: "an emergency that nobody wrote up for two days", tiers: []string{breakGlass}, base: emergencySomewhere, do: func(c *chain) {
		c.writtenUp(c.g.clock(c.at, 26*time.Hour, 2*day))
		c.expect("late-approval") // the reason is on record, if late
	}},
	{check: "no-request", what: "an emergency written up the same day", twin: true, tiers: []string{breakGlass}, base: emergencySomewhere, do: func(c *chain) {
		c.writtenUp(c.g.clock(c.at, time.Hour, 22*time.Hour))
	}},
	{check: "no-request", what: "an emergency hours before the logs end", twin: true, tiers: []string{breakGlass}, base: emergencySomewhere, do: func(c *chain) {
		c.ticket, c.approvals = nil, nil
		c.beforeTheEnd(time.Duration(3+c.g.rng.IntN(18)) * time.Hour)
		for _, id := range []string{"no-request", "no-reason", "missing-approval"} {
			c.verdict(id, notDue)
		}
	}},
	{check: "missing-approval", what: "an emergency that nobody approved", tiers: []string{breakGlass}, base: emergencySomewhere, do: func(c *chain) { c.approvals = nil }},
	{check: "late-approval", what: "an emergency approved the day after the next", tiers: []string{breakGlass}, base: emergencySomewhere, do: func(c *chain) {
		c.approvals[0].at = c.g.clock(c.at, 25*time.Hour, 2*day)
	}},
}

// writtenUp has the ticket opened, and approved, only afterwards.
func (c *chain) writtenUp(at time.Time) {
	c.ticket.opened, c.ticket.closed = at, at.Add(3*time.Hour)
	c.approvals[0].at = at.Add(30 * time.Minute)
}
