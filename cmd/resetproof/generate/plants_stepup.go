package generate

import "time"

// Violations of the check on what a risk signal asks for.
var stepUpPlants = []plant{
	{check: "no-step-up", what: "contact data changed the day before", tiers: own, on: contacts, do: func(c *chain) {
		c.approved()
		c.contactChanged(c.g.clock(c.at, -71*time.Hour, -2*time.Hour))
		c.checks[0].method = unbound[c.need().bar]
		c.expect("changed-contact-then-reset")
	}},
	{check: "no-step-up", what: "the strong check came before the change of contact data", tiers: own, on: contacts, do: func(c *chain) {
		c.approved()
		c.contactChanged(c.g.clock(c.at, -4*time.Hour, -2*time.Hour))
		k := c.checks[0]
		c.checks = []check{{at: c.at.Add(-7 * time.Hour), method: "photo-id", by: k.by}, {at: k.at, method: unbound[c.need().bar], by: k.by}}
		c.expect("changed-contact-then-reset")
	}},
	{check: "no-step-up", what: "the product warned", tiers: own, on: warns, do: func(c *chain) {
		c.approved()
		c.warned(c.g.clock(c.at, -6*day, -time.Hour))
	}},
	{check: "no-step-up", what: "turned away the day before", tiers: own, do: func(c *chain) {
		c.approved()
		k := c.checks[0]
		c.checks = []check{{at: k.at.Add(-day), method: k.method, by: k.by, failed: true}, k}
	}},
	{check: "no-step-up", what: "password and all factors at once", tiers: []string{sensitive}, on: loses, do: func(c *chain) {
		c.loseAll()
		c.expect("all-factors-replaced")
	}},
	{check: "no-step-up", what: "self-service from a new place", tiers: own, base: (*org).selfBase, on: func(c *chain) bool { return c.dir == okta }, do: func(c *chain) {
		c.self.from = c.g.elsewhere()
	}},
	{check: "no-step-up", what: "the operator's own password was reset five days before", tiers: own, do: func(c *chain) {
		c.approved()
		c.operatorReset(c.g.clock(c.at, -6*day, -4*day))
	}},
	{check: "no-step-up", what: "contact data changed, and a stronger check", twin: true, tiers: own, on: contacts, do: func(c *chain) {
		c.contactChanged(c.g.clock(c.at, -71*time.Hour, -2*time.Hour))
		c.checks[0].method = unbound[c.need().stepUp]
		c.expect("changed-contact-then-reset")
	}},
	{check: "no-step-up", what: "contact data changed four days before", twin: true, tiers: own, on: contacts, do: func(c *chain) {
		c.contactChanged(c.g.clock(c.at, -100*time.Hour, -73*time.Hour))
		c.checks[0].method = unbound[c.need().bar]
	}},
	{check: "no-step-up", what: "contact data changed afterwards", twin: true, tiers: own, on: contacts, do: func(c *chain) {
		c.contactChanged(c.g.clock(c.at, 3*time.Hour, 20*time.Hour))
		c.checks[0].method = unbound[c.need().bar]
	}},
	{check: "no-step-up", what: "the product had warned nine days before", twin: true, tiers: own, on: warns, do: func(c *chain) {
		c.warned(c.g.clock(c.at, -10*day, -8*day))
	}},
	{check: "no-step-up", what: "turned away, and checked better by the same clerk", twin: true, tiers: own, do: func(c *chain) {
		k := c.checks[0]
		c.checks = []check{{at: k.at.Add(-day), method: k.method, by: k.by, failed: true}, k}
		c.checks[1].method = unbound[c.need().stepUp]
	}},
	{check: "no-step-up", what: "password and all factors at once, in person", twin: true, tiers: own, on: loses, do: func(c *chain) {
		c.loseAll()
		c.checks[0].method = "photo-id"
	}},
	{check: "no-step-up", what: "the operator's own password was reset nine days before", twin: true, tiers: own, do: func(c *chain) {
		c.operatorReset(c.g.clock(c.at, -10*day, -8*day))
	}},
}

// unbound are methods, by strength, that hang neither on contact data nor on a
// factor.
var unbound = map[int]string{2: "manager-video", 3: "manager-in-person", 4: "photo-id"}

func contacts(c *chain) bool { return c.dir.contact != nil }
func warns(c *chain) bool    { return c.dir.risk != nil }
func loses(c *chain) bool    { return c.dir.dropFactors != nil && c.dir.enrol != nil }

func (c *chain) contactChanged(at time.Time) {
	c.also = append(c.also, func() { c.dir.contact(c.g, at, c.who, c.home) })
}

func (c *chain) warned(at time.Time) {
	c.also = append(c.also, func() { c.dir.risk(c.g, at, c.who) })
}

// signalled: a risk signal asks for more than the verification was.
func (c *chain) signalled() {
	if c.need().stepUp > 0 {
		c.expect("no-step-up")
	}
}

// loseAll takes all factors with the password, and has them back in time.
func (c *chain) loseAll() {
	c.dropped = true
	c.restored = c.g.clock(c.at, 31*time.Minute, 50*time.Minute)
	c.checks[0].method = unbound[c.need().bar] // a factor that goes as well proves nothing
}

// operatorReset has the reset done by somebody whose own password had been reset
// before, as it should be.
func (c *chain) operatorReset(at time.Time) {
	o := c.g.base(ordinary, c.dir, c.desk)
	o.moveTo(at)
	o.who.unit, o.who.roles = "service desk", []string{"service-desk-operator"}
	c.operator = o.who
	if c.deliver != nil {
		c.deliver.by = o.who
	}
	c.beside = append(c.beside, o)
}
