package generate

import "time"

// Violations of the checks on the operator's own account and right.
//
// An operator who takes up a role for each reset of an administrator becomes a
// privileged account by it, so that his own reset needs what theirs do: such are
// left out where the operator's own account is reset.
var operatorPlants = []plant{
	{check: "reset-by-reset-account", what: "the operator's own account was reset shortly before", on: standing, do: func(c *chain) {
		c.stepUp()
		c.resetOperator(-70*time.Hour, -2*time.Hour, true)
	}},
	{check: "reset-by-reset-account", what: "for an administrator, five days before", tiers: []string{privileged}, on: standing, do: func(c *chain) {
		c.resetOperator(-160*time.Hour, -74*time.Hour, true)
	}},
	{check: "reset-by-reset-account", what: "the operator never reset anybody before", on: standing, do: func(c *chain) {
		c.stepUp()
		o := c.resetOperator(-70*time.Hour, -2*time.Hour, false)
		o.expect("reset-then-privilege")
	}},
	{check: "reset-by-reset-account", what: "and the owner not verified any better for it", tiers: belowPrivileged, on: standing, do: func(c *chain) {
		c.resetOperator(-70*time.Hour, -2*time.Hour, true)
		c.expect("no-step-up")
	}},
	{check: "reset-by-reset-account", what: "five days before", twin: true, tiers: belowPrivileged, on: standing, do: func(c *chain) {
		c.stepUp()
		c.resetOperator(-160*time.Hour, -74*time.Hour, true)
	}},
	{check: "reset-by-reset-account", what: "the day after", twin: true, on: standing, do: func(c *chain) {
		c.resetOperator(2*time.Hour, 30*time.Hour, true)
	}},
	{check: "reset-by-reset-account", what: "the operator changed the password himself", twin: true, on: standing, do: func(c *chain) {
		op := c.newOperator()
		at := c.g.clock(c.at, -70*time.Hour, -2*time.Hour)
		c.then(func() { c.dir.change(c.g, at, op, op.seat()) })
	}},

	{check: "fresh-operator-right", what: "given the right in the day before", on: canGrant, do: func(c *chain) {
		c.right(c.g.clock(c.at, -23*time.Hour, -5*time.Minute), c.dir, c.dir.role)
	}},
	{check: "fresh-operator-right", what: "given the right minutes before", on: canGrant, do: func(c *chain) {
		c.right(c.g.clock(c.at, -20*time.Minute, -6*time.Minute), c.dir, c.dir.role)
	}},
	{check: "fresh-operator-right", what: "given the right two days before", twin: true, tiers: belowPrivileged, on: canGrant, do: func(c *chain) {
		c.right(c.g.clock(c.at, -9*day, -25*time.Hour), c.dir, c.dir.role)
	}},
	{check: "fresh-operator-right", what: "given the right after the reset", twin: true, on: canGrant, do: func(c *chain) {
		c.right(c.g.clock(c.at, time.Hour, 20*time.Hour), c.dir, c.dir.role)
	}},
	{check: "fresh-operator-right", what: "given a role that lets nobody reset", twin: true, on: canGrant, do: func(c *chain) {
		c.right(c.g.clock(c.at, -20*time.Hour, -time.Hour), c.dir, "Timesheet readers")
	}},
	{check: "fresh-operator-right", what: "given a right in another directory", twin: true, do: func(c *chain) {
		to := okta
		if c.dir == okta {
			to = activeDirectory
		}
		c.right(c.g.clock(c.at, -20*time.Hour, -time.Hour), to, to.role)
	}},
}

// standing: the operator needs take up no role for it.
func standing(c *chain) bool { return c.tier != privileged || c.dir.activate == nil }

// newOperator has somebody carry the reset out who carries out no other.
func (c *chain) newOperator() *person {
	old := c.operator
	op := c.g.hire(old.unit)
	op.manager, op.roles = old.manager, old.roles
	c.operator = op
	if c.deliver != nil && c.deliver.by == old {
		c.deliver.by = op
	}
	return op
}

// resetOperator has the operator's own account reset between two times from the
// reset that is planted, soundly, and gives that chain. Who has a habit of resetting others did so some weeks before as well.
func (c *chain) resetOperator(before, after time.Duration, habit bool) *chain {
	if early := plantFrom.Add(32 * day); habit && c.at.Before(early) {
		c.moveTo(c.at.Add(28 * day)) // nobody was reset before the planted weeks
	}
	op, at := c.newOperator(), c.g.clock(c.at, before, after)
	g := c.g
	o := g.baseFor(op, sensitive, c.dir, c.desk)
	o.moveTo(at)
	c.beside = append(c.beside, o)
	if habit {
		h := g.base(ordinary, c.dir, c.desk)
		h.moveTo(g.clock(at, -25*day, -9*day))
		h.operator, h.deliver.by = op, op
		c.beside = append(c.beside, h)
	}
	return o
}

// right gives the operator a role.
func (c *chain) right(at time.Time, dir *directory, role string) {
	op, by := c.newOperator(), other(c.g.rng, c.g.staff.admins, c.operator)
	c.then(func() { dir.grant(c.g, at, by, op, role) })
}
