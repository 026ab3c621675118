package generate

import "time"

// hireAgent adds a program that takes part in resets; owner may be nil.
func (c *chain) hireAgent(owner *person) *person {
	g := c.g
	p := g.hire("identity")
	p.kind, p.employment, p.employer, p.owner = pick(g.rng, []string{"service", "workload"}), "", "", owner
	p.first = pick(g.rng, []string{"Reset portal", "Desk agent", "Caller check"})
	return p
}

// leaver is somebody who left the organisation in January.
func (c *chain) leaver() *person {
	p := c.g.hire("identity")
	p.until = logsFrom.AddDate(0, 0, 20)
	return p
}

// automatic has a program carry the reset out, as the beneficiary asked it to.
func (c *chain) automatic(owner *person) {
	c.operate(c.hireAgent(owner))
	c.path = automated
}

// ownerless and owned are the two ways in which most programs differ.
var automationPlants = []plant{
	{check: "ownerless-automation", what: "a portal that nobody owns resets", tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) { c.automatic(nil) }},
	{check: "ownerless-automation", what: "the owner of the portal has left", tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) { c.automatic(c.leaver()) }},
	{check: "ownerless-automation", what: "a portal with an owner", twin: true, tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) {
		c.automatic(pick(c.g.rng, c.g.staff.admins))
		c.verdict("ownerless-automation", met)
	}},
	{check: "ownerless-automation", what: "a program that nobody owns checks the caller", do: func(c *chain) {
		c.approved()
		c.checks[0].by = c.hireAgent(nil)
	}},
	{check: "ownerless-automation", what: "a program with an owner checks the caller", twin: true, do: func(c *chain) {
		c.approved()
		c.checks[0].by = c.hireAgent(pick(c.g.rng, c.g.staff.admins))
		c.verdict("ownerless-automation", met)
	}},
	{check: "ownerless-automation", what: "an agent alone approves", tiers: []string{sensitive}, do: func(c *chain) {
		c.approvals[0].by = c.hireAgent(pick(c.g.rng, c.g.staff.admins))
		c.expect("approver-not-entitled") // it is nobody's manager, nor a lead of the desk
	}},
	{check: "ownerless-automation", what: "an agent approves, and the manager as well", twin: true, tiers: []string{sensitive}, do: func(c *chain) {
		c.approvals = append(c.approvals, approval{at: c.approvals[0].at.Add(-time.Minute), by: c.hireAgent(pick(c.g.rng, c.g.staff.admins))})
		c.verdict("ownerless-automation", met)
	}},
	{check: "wrong-path", what: "an administrator recovers himself", tiers: admins, base: (*org).selfAdmin, do: func(c *chain) {
		c.expect("missing-approval", "no-reason", "insufficient-recovery", "not-validated", "weak-verification")
		if c.dir == okta {
			c.expect("uncontrolled-delivery") // its flow begins with a link by mail or text
		}
	}},
	{check: "wrong-path", what: "a portal resets a person", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.automatic(pick(c.g.rng, c.g.staff.admins))
		c.approved()
	}},
	{check: "wrong-path", what: "a program that is no registered pipeline", tiers: []string{privilegedMachine}, base: machineSomewhere, do: func(c *chain) {
		c.automatic(pick(c.g.rng, c.g.staff.admins))
	}},
	{check: "wrong-path", what: "a program resets a program", twin: true, tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) {
		c.automatic(pick(c.g.rng, c.g.staff.admins))
		c.verdict("wrong-path", met)
	}},
	{check: "wrong-path", what: "the owner's own reset", twin: true, tiers: []string{ordinary, sensitive}, base: (*org).selfBase, do: func(c *chain) { c.verdict("wrong-path", met) }},
}

// selfAdmin is an administrator's own reset, in the way that is meant for
// others: no ticket, no approval, no factors anew, no review, and no proof as
// strong as the tier asks for.
func (g *org) selfAdmin(string) *chain {
	c := g.selfBase(sensitive)
	c.who.data, c.who.tier, c.tier = "", privileged, privileged
	return c
}
