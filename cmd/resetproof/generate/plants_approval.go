package generate

import "time"

// Violations of the checks on who approved a reset.
var approvalPlants = []plant{
	{check: "missing-approval", what: "nobody approved", tiers: approved, do: func(c *chain) { c.approvals = nil }},
	{check: "late-approval", what: "approved after the reset", tiers: approved, do: func(c *chain) {
		c.approvals[0].at = c.at.Add(15 * time.Minute)
	}},
	{check: "late-approval", what: "within the tolerance of the clocks", twin: true, tiers: approved, do: func(c *chain) {
		c.approvals[0].at = c.at.Add(4 * time.Minute)
	}},
	{check: "approver-executed", what: "the operator approved as well", tiers: approved, do: func(c *chain) {
		if c.tier == sensitive {
			c.operator = c.g.staff.leads[0]
		}
		c.approvals[0].by = c.operator
		c.deliver.by = c.operator
	}},
}
