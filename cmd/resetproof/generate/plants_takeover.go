package generate

import "time"

// Violations of the checks on privilege and factors gained after a reset.
var takeoverPlants = []plant{
	{check: "reset-then-privilege", what: "given a role", on: canGrant, do: func(c *chain) {
		c.grant(c.watched(), c.dir.role)
	}},
	{check: "reset-then-privilege", what: "given a role in the last hour of the watch", on: canGrant, do: func(c *chain) {
		c.grant(c.g.clock(c.at.Add(c.need().watch), -time.Hour, -time.Minute), c.dir.role)
	}},
	{check: "reset-then-privilege", what: "put into a group of administrators", on: hasGroups, do: func(c *chain) { c.group(c.watched(), "Domain Admins") }},
	{check: "reset-then-privilege", what: "put into a group of readers", twin: true, on: hasGroups, do: func(c *chain) { c.group(c.watched(), "Timesheet readers") }},
	{check: "reset-then-privilege", what: "gives somebody else a role", on: canGrant, do: func(c *chain) { c.giveRole(c.watched()) }},
	{check: "reset-then-privilege", what: "an administrator who gives roles", twin: true, tiers: []string{privileged}, on: canGrant, do: func(c *chain) {
		c.giveRole(c.g.clock(c.at, -25*day, -2*day))
		c.giveRole(c.watched())
	}},
	{check: "reset-then-privilege", what: "opens the console for the first time", on: hasConsole, do: func(c *chain) {
		c.console(c.watched())
	}},
	{check: "reset-then-privilege", what: "opened the console five weeks ago and now again", tiers: []string{privileged}, on: hasConsole, do: func(c *chain) {
		c.console(c.at.Add(-35 * day))
		c.console(c.at.Add(3 * time.Hour))
	}},
	{check: "reset-then-privilege", what: "an administrator whose console it is", twin: true, tiers: []string{privileged}, on: hasConsole, do: func(c *chain) {
		c.console(c.g.clock(c.at, -25*day, -2*day))
		c.console(c.watched())
	}},
	{check: "reset-then-privilege", what: "had the role before", twin: true, tiers: []string{privileged}, on: canGrant, do: func(c *chain) {
		c.grant(c.g.clock(c.at, -20*day, -2*day), c.dir.role)
	}},
	{check: "reset-then-privilege", what: "given the role after the watch", twin: true, on: canGrant, do: func(c *chain) {
		c.grant(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day), c.dir.role)
	}},
	{check: "reset-then-privilege", what: "opens the console after the watch", twin: true, on: hasConsole, do: func(c *chain) {
		c.console(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day))
	}},
	{check: "reset-then-privilege", what: "a role without privilege", twin: true, on: canGrant, do: func(c *chain) {
		c.grant(c.watched(), "Timesheet readers")
	}},
	{check: "reset-then-privilege", what: "the watch is not over", twin: true, do: func(c *chain) {
		c.unfinished()
		c.verdict("reset-then-privilege", notDue)
	}},

	{check: "reset-then-new-factor", what: "enrols a factor on a new device", on: bindsWhere, do: func(c *chain) { c.enrol(c.watched(), c.newDevice(), "info", "low") }},
	{check: "reset-then-new-factor", what: "enrols a factor at a new place", on: bindsWhere, do: func(c *chain) { c.enrol(c.watched(), c.newPlace(), "info", "low") }},
	{check: "reset-then-new-factor", what: "enrols a factor at a new place on a new device", on: bindsWhere, do: func(c *chain) { c.enrol(c.watched(), c.g.elsewhere(), "medium", "high") }},
	{check: "reset-then-new-factor", what: "binds a device at a new place", on: func(c *chain) bool { return c.dir.trust != nil }, do: func(c *chain) {
		at, from := c.watched(), c.g.elsewhere()
		c.then(func() { c.dir.trust(c.g, at, c.who, from) })
		c.expect("reset-then-new-factor")
		c.severity("reset-then-new-factor", "medium", "high")
	}},
	{check: "reset-then-new-factor", what: "after a warning of the vendor", on: func(c *chain) bool { return c.dir.risk != nil && bindsWhere(c) }, do: func(c *chain) {
		c.stepUp()
		at := c.checks[0].at.Add(-time.Duration(1+c.g.rng.IntN(10)) * time.Minute)
		c.then(func() { c.dir.risk(c.g, at, c.who) })
		c.enrol(c.watched(), c.g.elsewhere(), "high", "critical")
	}},
	{check: "reset-then-new-factor", what: "then given a role", on: func(c *chain) bool { return canGrant(c) && bindsWhere(c) }, do: func(c *chain) {
		at := c.watched()
		c.enrol(at, c.g.elsewhere(), "high", "critical")
		c.grant(at.Add(20*time.Minute), c.dir.role)
		c.expect("reset-then-privilege")
	}},
	{check: "reset-then-new-factor", what: "then makes itself a way back", on: func(c *chain) bool { return canPersist(c) && bindsWhere(c) }, do: func(c *chain) {
		at := c.watched()
		c.enrol(at, c.g.elsewhere(), "high", "critical")
		c.persist(at.Add(20 * time.Minute))
		c.expect("reset-then-persistence")
	}},
	{check: "reset-then-new-factor", what: "then reads a secret", on: func(c *chain) bool { return canRead(c) && bindsWhere(c) }, do: func(c *chain) {
		at := c.watched()
		c.enrol(at, c.g.elsewhere(), "high", "critical")
		c.read(at.Add(20*time.Minute), c.secretName())
		c.expect("reset-then-secret-access")
	}},
	{check: "reset-then-new-factor", what: "enrols a new telephone at the desk", twin: true, do: func(c *chain) { c.enrol(c.watched(), c.home, "", "") }},
	{check: "reset-then-new-factor", what: "at the usual place from another address", twin: true, on: bindsWhere, do: func(c *chain) {
		from := c.home
		from.ip = from.net + "250"
		c.enrol(c.watched(), from, "", "")
	}},
	{check: "reset-then-new-factor", what: "abroad, after the watch", twin: true, do: func(c *chain) {
		at := c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day)
		c.enrol(at, c.g.elsewhere(), "", "")
		// While another deadline runs it is still one of the steps.
		if n := c.need(); at.Sub(c.at) > max(n.watch, n.dependents, n.device) {
			c.bound(at)
		}
	}},
	{check: "reset-then-new-factor", what: "too little is known of the owner", twin: true, on: bindsWhere, do: func(c *chain) {
		c.before = 2
		c.enrol(c.watched(), c.g.elsewhere(), "", "")
		c.verdict("reset-then-new-factor", notAssessable)
	}},
	{check: "reset-then-new-factor", what: "the record does not say where", twin: true, on: func(c *chain) bool { return c.dir.places && !c.dir.bindsWhere }, do: func(c *chain) {
		c.enrol(c.watched(), c.g.elsewhere(), "", "")
		c.verdict("reset-then-new-factor", notAssessable)
	}},
	{check: "reset-then-new-factor", what: "the watch is not over", twin: true, do: func(c *chain) {
		c.unfinished()
		c.verdict("reset-then-new-factor", notDue)
	}},
}

func canGrant(c *chain) bool   { return c.dir.grant != nil }
func hasGroups(c *chain) bool  { return c.dir.group != nil }
func hasConsole(c *chain) bool { return c.dir.console != nil }
func canPersist(c *chain) bool { return len(c.ways()) > 0 }
func canRead(c *chain) bool    { return c.dir.read != nil }
func bindsWhere(c *chain) bool { return c.dir.bindsWhere }

// unfinished moves the reset to the working hours of the last days, so that the
// logs end within the watch.
func (c *chain) unfinished() {
	days := int(c.need().watch / day)
	c.beforeTheEnd(time.Duration(1+c.g.rng.IntN(days-1))*day - c.g.clock(time.Time{}, 9*time.Hour, 15*time.Hour).Sub(time.Time{}))
}

// then has something happen besides.
func (c *chain) then(f func()) { c.also = append(c.also, f) }

// watched is a time well within the watch, while somebody works on as the account.
func (c *chain) watched() time.Time { return c.g.clock(c.at, time.Hour, c.need().watch-2*time.Hour) }

// severity is that of a finding: one for everybody, one for privileged accounts.
// Password and every factor at once is a risk signal, which makes it the highest.
func (c *chain) severity(check, ordinarily, raised string) {
	if c.dropped {
		ordinarily, raised = "high", "critical"
	}
	if c.tier == privileged {
		ordinarily = raised
	}
	c.severities = map[string]string{check: ordinarily}
}

func (c *chain) grant(at time.Time, role string) {
	by := pick(c.g.rng, c.g.staff.admins)
	c.then(func() { c.dir.grant(c.g, at, by, c.who, role) })
}

// giveRole has the account give somebody else a role.
func (c *chain) giveRole(at time.Time) {
	to := pick(c.g.rng, c.g.staff.bystander)
	c.then(func() { c.dir.grant(c.g, at, c.who, to, c.dir.role) })
}

func (c *chain) group(at time.Time, group string) {
	by := pick(c.g.rng, c.g.staff.admins)
	c.then(func() { c.dir.group(c.g, at, by, c.who, group) })
}

func (c *chain) console(at time.Time) {
	c.then(func() { c.dir.console(c.g, at, c.who, c.home) })
}

// enrol binds a new factor. With severities it is one that must be found.
func (c *chain) enrol(at time.Time, from seat, ordinarily, raised string) {
	factor := "aut" + c.g.word(17)
	c.then(func() { c.dir.enrol(c.g, at, c.who, from, factor) })
	if ordinarily != "" {
		c.expect("reset-then-new-factor")
		c.severity("reset-then-new-factor", ordinarily, raised)
	}
}

// bound says in the truth that a factor was bound at the time, by the owner
// himself and as a case of its own.
func (c *chain) bound(at time.Time) {
	c.g.truth = append(c.g.truth, Truth{Identity: c.who.id, Time: at.UTC(), System: c.dir.name, Tier: c.tier, Class: binding, Path: selfService, Plant: "clean", Twin: true})
}

func (c *chain) newDevice() seat {
	from := c.home
	from.device = "Linux"
	return from
}

func (c *chain) newPlace() seat {
	from := c.g.elsewhere()
	from.device = c.home.device
	return from
}

// ways are the ways to come back that the account has.
func (c *chain) ways() []persistence {
	var can []persistence
	for _, w := range c.dir.persist {
		if !w.admin || c.tier == privileged {
			can = append(can, w)
		}
	}
	return can
}

func (c *chain) persist(at time.Time) {
	way := pick(c.g.rng, c.ways())
	c.then(func() { way.do(c.g, at, c.who, c.home) })
}

func (c *chain) read(at time.Time, secret string) {
	c.then(func() { c.dir.read(c.g, at, c.who, c.home, secret) })
}

func (c *chain) secretName() string { return "0ua" + c.g.word(17) }

// stepUp has the owner verified as strongly as a risk signal asks for.
func (c *chain) stepUp() {
	if strength := c.need().stepUp; strength > 0 {
		c.checks[0].method = pick(c.g.rng, methods[strength])
	}
}
