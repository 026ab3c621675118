package generate

import (
	"fmt"
	"time"
)

// hireOperator adds somebody to the desk for one chain alone.
func (c *chain) hireOperator(unit string) *person {
	op := c.g.hire(unit)
	op.manager, op.roles = pick(c.g.rng, c.g.staff.managers), []string{"service-desk-operator"}
	op.home.net = fmt.Sprintf("198.19.%d.", c.g.rng.IntN(256)) // an address of nobody else
	c.operate(op)
	return op
}

// operate has somebody else carry the reset out.
func (c *chain) operate(op *person) {
	if c.deliver != nil && c.deliver.by == c.operator {
		c.deliver.by = op
		if op == nil {
			c.deliver.by = pick(c.g.rng, c.g.staff.clerks)
		}
	}
	c.operator = op
}

// showsUse: the directory says from where a session is used.
func showsUse(c *chain) bool { return c.dir.places && c.dir.use != nil }

// actorPlants: whoever carried it out should not have.
var actorPlants = []plant{
	{check: "unattributed-reset", what: "the directory's own system", on: func(c *chain) bool { return c.dir == okta || c.dir == activeDirectory && !c.dropped }, do: func(c *chain) {
		c.operate(nil)
		c.path = "unknown"
	}},
	{check: "unattributed-reset", what: "nobody by name", tiers: []string{ordinary, sensitive}, base: adPerson, do: func(c *chain) {
		c.operate(nil)
		c.path = "unknown"
		c.carried = func() { c.g.adReset(c.at, adAnonymous, c.g.adOf(c.who), "0x3e6") }
	}},
	{check: "unattributed-reset", what: "nobody by name, and Okta says who", twin: true, tiers: []string{ordinary, sensitive}, base: adPerson, do: func(c *chain) {
		after := time.Duration(20+c.g.rng.IntN(500)) * time.Second
		c.carried = func() {
			c.g.adReset(c.at, adAnonymous, c.g.adOf(c.who), "0x3e6")
			okta.reset(c.g, c.at.Add(after), c.operator, c.who)
		}
		c.verdict("unattributed-reset", met)
	}},
	{check: "shared-operator", what: "an account that the roster calls shared", do: func(c *chain) {
		op := c.hireOperator("service desk")
		op.kind, op.first = "shared", "Counter"
	}},
	{check: "shared-operator", what: "at work in two countries at once", on: showsUse, do: func(c *chain) {
		op := c.hireOperator("service desk")
		c.operatorSessions(op, op.seat(), c.g.elsewhere())
	}},
	{check: "shared-operator", what: "two workstations in one country", twin: true, on: showsUse, do: func(c *chain) {
		op := c.hireOperator("service desk")
		second := op.seat()
		second.place = places[(c.g.rng.IntN(len(places)))]
		second.ip = second.net + "253"
		c.operatorSessions(op, op.seat(), second)
		c.verdict("shared-operator", met)
	}},
	{check: "shared-operator", what: "one session abroad, ended before the next", twin: true, on: showsUse, do: func(c *chain) {
		op, abroad := c.hireOperator("service desk"), c.g.elsewhere()
		c.then(func() {
			a := c.dir.signin(c.g, c.at.Add(-20*time.Hour), op, abroad)
			c.dir.use(c.g, c.at.Add(-15*time.Hour), op, abroad, a)
			b := c.dir.signin(c.g, c.at.Add(-time.Hour), op, op.seat())
			c.dir.use(c.g, c.at.Add(-20*time.Minute), op, op.seat(), b)
		})
		c.verdict("shared-operator", met)
	}},
	{check: "shared-operator", what: "a jump host abroad that the policy lists", twin: true, on: showsUse, do: func(c *chain) {
		op, host := c.hireOperator("service desk"), c.g.elsewhere()
		host.ip = jumpHost
		c.operatorSessions(op, op.seat(), host)
		c.verdict("shared-operator", met)
	}},
	{check: "log-custodian-operator", what: "the operator keeps the logs as well", do: func(c *chain) {
		op := c.hireOperator("service desk")
		role := pick(c.g.rng, []string{"log-admin", "siem-administrator", "Organization Management", "AWSCloudTrail_FullAccess"})
		if c.g.rng.IntN(2) == 0 {
			op.groups = []string{role}
		} else {
			op.roles = append(op.roles, role)
		}
	}},
	{check: "log-custodian-operator", what: "put into the group that keeps the logs, weeks before", base: adPerson, do: func(c *chain) { c.logKeeper("4728", c.at.Add(-20*day)) }},
	{check: "log-custodian-operator", what: "taken out of the group that keeps the logs", twin: true, base: adPerson, do: func(c *chain) {
		c.logKeeper("4728", c.at.Add(-20*day))
		c.logKeeper("4729", c.at.Add(-2*day))
		c.verdict("log-custodian-operator", met)
	}},
	{check: "log-custodian-operator", what: "the operator may read logs", twin: true, do: func(c *chain) {
		op := c.hireOperator("service desk")
		op.roles = append(op.roles, pick(c.g.rng, []string{"Security Reader", "Event Log Readers", "siem-reader"}))
		c.verdict("log-custodian-operator", met)
	}},
}

// logKeeper puts the operator into the group that keeps the logs, or out of it.
func (c *chain) logKeeper(id string, at time.Time) {
	if len(c.operator.roles) == 0 || c.operator.unit != logUnit {
		c.hireOperator(logUnit)
	}
	g, op, by := c.g, c.operator, pick(c.g.rng, c.g.staff.admins)
	c.then(func() { g.adGroup(at, id, g.adAdmin(by), g.adAdmin(op), g.logonID(), "siem-admin", sid(90002)) })
}

// logUnit is the unit of operators who keep logs.
const logUnit = "platform"

// operatorSessions has the operator work on two machines since the morning.
func (c *chain) operatorSessions(op *person, first, second seat) {
	c.also = append(c.also, func() {
		a := c.dir.signin(c.g, c.at.Add(-2*time.Hour), op, first)
		b := c.dir.signin(c.g, c.at.Add(-time.Hour), op, second)
		c.dir.use(c.g, c.at.Add(-30*time.Minute), op, second, b)
		c.dir.use(c.g, c.at.Add(time.Duration(c.g.rng.IntN(58)-29)*time.Minute), op, first, a)
	})
}

// foreign has a vendor's agent carry it out.
func (c *chain) foreign(employer string) {
	op := c.hireOperator("helpdesk of " + employer)
	op.employer, op.employment, op.sponsor = employer, "vendor", op.manager.id
}

// harbour has an agent of the desk at the harbour carry it out, for somebody of
// a unit that it serves.
func (c *chain) harbour() *person {
	c.who.unit = pick(c.g.rng, harbourServes)
	return c.hireOperator(harbourDesk)
}

// inShift moves the reset to the middle of the day of that desk.
func (c *chain) inShift() {
	c.moveTo(c.at.Truncate(day).Add(8*time.Hour + time.Duration(c.g.rng.IntN(6*3600))*time.Second))
}

// deskPlants: a desk beyond its bounds, which policy.yaml sets.
var deskPlants = []plant{
	{check: "foreign-desk", what: "a vendor's agent resets an administrator", tiers: []string{privileged}, do: func(c *chain) { c.foreign(pick(c.g.rng, []string{"Oakline", vendorDesk})) }},
	{check: "foreign-desk", what: "a vendor's agent resets somebody with regulated data", tiers: []string{sensitive}, do: func(c *chain) {
		c.who.data = "regulated"
		c.foreign("Oakline")
	}},
	{check: "foreign-desk", what: "the vendor is engaged for administrators", twin: true, tiers: []string{privileged}, do: func(c *chain) {
		c.foreign(adminDesk)
		c.verdict("foreign-desk", met)
	}},
	{check: "foreign-desk", what: "somebody of the warehouse", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) { c.foreign(pick(c.g.rng, []string{"Oakline", vendorDesk})) }},

	{check: "out-of-scope", what: "somebody of a unit that the desk does not serve", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.inShift()
		c.harbour()
		c.who.unit = "legal"
	}},
	{check: "out-of-scope", what: "after the end of the shift", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.moveTo(c.at.Truncate(day).Add(17*time.Hour + time.Duration(1+c.g.rng.IntN(4*3600))*time.Second))
		c.harbour()
	}},
	{check: "out-of-scope", what: "on a Sunday", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		sunday := c.at.Truncate(day).AddDate(0, 0, 7-int(c.at.Weekday()))
		c.moveTo(sunday.Add(10 * time.Hour))
		c.harbour()
	}},
	{check: "out-of-scope", what: "an administrator", tiers: []string{privileged}, do: func(c *chain) {
		c.inShift()
		c.harbour()
	}},
	{check: "out-of-scope", what: "the third of a day in which two are allowed", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.inShift()
		c.harbour()
		c.firstOfTheDay(2)
	}},
	{check: "out-of-scope", what: "the second of the day", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.inShift()
		c.harbour()
		c.firstOfTheDay(1)
		c.verdict("out-of-scope", met)
	}},
	{check: "out-of-scope", what: "a minute before the end of the shift", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.moveTo(c.at.Truncate(day).Add(14*time.Hour + 59*time.Minute)) // 15:59 or 16:59 at the harbour
		c.harbour()
		c.verdict("out-of-scope", met)
	}},
}

// firstOfTheDay has the same operator recover others in the hours before, all
// of them soundly.
func (c *chain) firstOfTheDay(n int) {
	for i := range n {
		e := c.g.base(ordinary, c.dir, c.desk)
		e.moveTo(c.at.Add(-time.Duration(20+15*i) * time.Minute))
		e.who.unit = pick(c.g.rng, harbourServes)
		e.operate(c.operator)
		e.write()
		c.g.soundly(e)
	}
}

// soundly notes a chain of which nothing is to be said.
func (g *org) soundly(e *chain) {
	g.chains = append(g.chains, e)
	g.truth = append(g.truth, Truth{Identity: e.who.id, Time: e.at.UTC(), System: e.dir.name, Tier: e.tier, Class: e.class, Path: e.path, Plant: "sound/beside another", Twin: true, Verdicts: e.verdicts})
}
