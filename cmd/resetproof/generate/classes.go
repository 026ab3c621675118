package generate

import "time"

// The classes of resets in which nobody lost a way in, or no way in is given.

// bare is a chain with nothing but the act itself and who asked for it; nothing
// is delivered, and nothing has to end.
func (g *org) bare(tier, class string, dir *directory) *chain {
	c := g.base(tier, dir, pick(g.rng, desks))
	c.class, c.dropped, c.activated = class, false, time.Time{}
	c.checks, c.approvals, c.deliver, c.reviewed = nil, nil, nil, nil
	c.changed, c.ended, c.restored = time.Time{}, time.Time{}, time.Time{}
	return c
}

// unlockBase is an unlock by the desk, asked for in a ticket.
func (g *org) unlockBase(tier string) *chain {
	c := g.bare(tier, unlock, okta)
	c.ticket.text = "Locked out after typing it wrong at the kiosk in the loading dock"
	c.carried = func() { c.dir.unlock(g, c.at, c.operator, c.who) }
	return c
}

// bindingBase is a further factor that its owner enrols while another works, at
// his desk and signed in.
func (g *org) bindingBase(tier string) *chain {
	c := g.bare(tier, binding, okta)
	c.path, c.operator, c.ticket = selfService, c.who, nil
	factor := "aut" + g.word(17)
	c.carried = func() {
		c.signin(c.at.Add(-2*time.Minute), c.home)
		c.dir.enrol(g, c.at, c.who, c.home, factor)
	}
	return c
}

// Violations on resets of these classes.
var classPlants = []plant{
	{check: "no-request", what: "unlocked unasked", base: (*org).unlockBase, do: func(c *chain) { c.ticket = nil }},
	{check: "reset-then-privilege", what: "unlocked, and given a role", base: (*org).unlockBase, do: func(c *chain) { c.grant(c.watched(), c.dir.role) }},
	{check: "reset-then-secret-access", what: "unlocked, and reads a secret for the first time", base: (*org).unlockBase, do: func(c *chain) { c.read(c.watched(), c.secretName()) }},
	{check: "reset-then-privilege", what: "binds a factor, and is given a role", base: (*org).bindingBase, tiers: belowPrivileged, do: func(c *chain) { c.grant(c.watched(), c.dir.role) }},
	{check: "reset-then-persistence", what: "binds a factor, and gives a consent", base: (*org).bindingBase, tiers: belowPrivileged, do: func(c *chain) { c.consent(c.watched()) }},
}
