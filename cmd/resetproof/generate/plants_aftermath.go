package generate

import "time"

// Violations of the checks on what the account did after a reset besides.
var aftermathPlants = []plant{
	{check: "reset-then-persistence", what: "makes itself a way back", on: canPersist, do: func(c *chain) { c.persist(c.watched()) }},
	{check: "reset-then-persistence", what: "in the last hour of the watch", on: canPersist, do: func(c *chain) {
		c.persist(c.g.clock(c.at.Add(c.need().watch), -time.Hour, -time.Minute))
	}},
	{check: "reset-then-persistence", what: "gives a consent after the watch", twin: true, on: canConsent, do: func(c *chain) {
		c.consent(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day))
	}},
	{check: "reset-then-persistence", what: "gave a consent before the reset", twin: true, on: canConsent, do: func(c *chain) {
		c.consent(c.g.clock(c.at, -10*day, -time.Hour))
	}},
	{check: "reset-then-persistence", what: "an administrator who keeps the policies", twin: true, tiers: []string{privileged}, on: func(c *chain) bool { return c.way("sign-in policy") != nil }, do: func(c *chain) {
		w, before, after := c.way("sign-in policy"), c.g.clock(c.at, -20*day, -2*day), c.watched()
		c.then(func() { w(c.g, before, c.who, c.home); w(c.g, after, c.who, c.home) })
	}},
	{check: "reset-then-persistence", what: "no log shows mail rules", twin: true, do: func(c *chain) {
		c.verdict("reset-then-persistence", notAssessable)
	}},

	{check: "reset-then-secret-access", what: "reads a secret for the first time", on: canRead, do: func(c *chain) { c.read(c.watched(), c.secretName()) }},
	{check: "reset-then-secret-access", what: "reads another secret than before", on: canRead, do: func(c *chain) {
		c.read(c.g.clock(c.at, -20*day, -2*day), c.secretName())
		c.read(c.watched(), c.secretName())
	}},
	{check: "reset-then-secret-access", what: "read it the week before as well", twin: true, on: canRead, do: func(c *chain) {
		name := c.secretName()
		c.read(c.g.clock(c.at, -9*day, -day), name)
		c.read(c.watched(), name)
	}},
	{check: "reset-then-secret-access", what: "the inventory says it is the owner's", twin: true, tiers: belowPrivileged, on: canRead, do: func(c *chain) {
		name := c.secretName()
		c.g.secrets = append(c.g.secrets, secret{id: name, kind: "password", system: c.dir.name, owner: c.who.id})
		c.read(c.watched(), name)
	}},
	{check: "reset-then-secret-access", what: "reads it after the watch", twin: true, on: canRead, do: func(c *chain) {
		c.read(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day), c.secretName())
	}},
	{check: "reset-then-secret-access", what: "the watch is not over", twin: true, do: func(c *chain) {
		c.unfinished()
		c.verdict("reset-then-secret-access", notDue)
	}},

	{check: "reset-then-higher-system", what: "opens an application of administrators", tiers: belowPrivileged, on: canOpen, do: func(c *chain) { c.open(c.watched(), higherApp) }},
	{check: "reset-then-higher-system", what: "opens an application of sensitive accounts", tiers: []string{ordinary}, on: canOpen, do: func(c *chain) { c.open(c.watched(), sensitiveApp) }},
	{check: "reset-then-higher-system", what: "opened it five weeks before", tiers: belowPrivileged, on: canOpen, do: func(c *chain) {
		c.open(c.g.clock(c.at, -38*day, -32*day), higherApp)
		c.open(c.watched(), higherApp)
	}},
	{check: "reset-then-higher-system", what: "opened it the week before as well", twin: true, tiers: belowPrivileged, on: canOpen, do: func(c *chain) {
		c.open(c.g.clock(c.at, -9*day, -day), higherApp)
		c.open(c.watched(), higherApp)
	}},
	{check: "reset-then-higher-system", what: "an application of its own tier", twin: true, tiers: []string{sensitive, privileged}, on: canOpen, do: func(c *chain) {
		c.open(c.watched(), map[string]string{sensitive: sensitiveApp, privileged: higherApp}[c.tier])
	}},
	{check: "reset-then-higher-system", what: "an application for everybody", twin: true, on: canOpen, do: func(c *chain) { c.open(c.watched(), "Canteen menu") }},
	{check: "reset-then-higher-system", what: "after the watch", twin: true, tiers: belowPrivileged, on: canOpen, do: func(c *chain) {
		c.open(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day), higherApp)
	}},
	{check: "reset-then-higher-system", what: "the watch is not over", twin: true, tiers: belowPrivileged, do: func(c *chain) {
		c.unfinished()
		c.verdict("reset-then-higher-system", notDue)
	}},

	{check: "reset-then-log-tampering", what: "stops a log", on: canStop, do: func(c *chain) { c.stopLog(c.watched(), c.who) }},
	{check: "reset-then-log-tampering", what: "somebody else stops a log", twin: true, on: canStop, do: func(c *chain) { c.stopLog(c.watched(), pick(c.g.rng, c.g.staff.security)) }},
	{check: "reset-then-log-tampering", what: "stopped a log after the watch", twin: true, on: canStop, do: func(c *chain) {
		c.stopLog(c.g.clock(c.at.Add(c.need().watch), time.Minute, 2*day), c.who)
	}},
	{check: "reset-then-log-tampering", what: "the watch is not over", twin: true, do: func(c *chain) {
		c.unfinished()
		c.verdict("reset-then-log-tampering", notDue)
	}},
}

var belowPrivileged = []string{ordinary, sensitive}

// higherApp and sensitiveApp are applications that the organisation's policy
// lists as those of administrators, and of sensitive accounts.
const (
	higherApp    = "Azure Portal"
	sensitiveApp = "General ledger"
)

func canConsent(c *chain) bool { return c.way("consent") != nil }
func canOpen(c *chain) bool    { return c.dir.open != nil }
func canStop(c *chain) bool    { return c.dir.stopLog != nil }

// way is the way to come back of that name, nil where the product has none.
func (c *chain) way(name string) func(g *org, at time.Time, p *person, from seat) {
	for _, w := range c.dir.persist {
		if w.name == name {
			return w.do
		}
	}
	return nil
}

func (c *chain) consent(at time.Time) {
	w := c.way("consent")
	c.then(func() { w(c.g, at, c.who, c.home) })
}

func (c *chain) open(at time.Time, app string) {
	c.then(func() { c.dir.open(c.g, at, c.who, c.home, app) })
}

// stopLog stops a log, which is a finding about that log as well.
func (c *chain) stopLog(at time.Time, by *person) {
	c.then(func() { c.dir.stopLog(c.g, at, by, by.seat()) })
	c.sets = append(c.sets, Truth{Time: at.UTC(), Check: "log-cleared", Subject: c.dir.feed})
}
