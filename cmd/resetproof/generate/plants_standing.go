package generate

import "time"

// activate has the operator take up the role that the reset needs, for four
// hours, with the ticket.
func (c *chain) activate() {
	ticket := ""
	if c.ticket != nil {
		ticket = c.ticket.number
	}
	c.dir.activate(c.g, c.activated, c.g.staff.security[1], c.operator, "Privileged Authentication Administrator", ticket)
}

func inTime(c *chain) bool    { return c.dir.activate != nil }
func notInTime(c *chain) bool { return c.dir.activate == nil }

// showsFactors: the directory itself would show a factor enrolled.
func showsFactors(c *chain) bool { return c.dir != activeDirectory }

var admins = []string{privileged}

// recoveryPlants: too little was done, or by a right held all year.
var recoveryPlants = []plant{
	{check: "standing-privilege", what: "the role was not taken up for it", tiers: admins, on: inTime, do: func(c *chain) { c.standing() }},
	{check: "standing-privilege", what: "the role was given back before", tiers: admins, on: inTime, do: func(c *chain) {
		c.standing()
		c.activated = c.g.clock(c.at, -20*time.Hour, -5*time.Hour)
	}},
	{check: "standing-privilege", what: "the role was taken up the day before", tiers: admins, on: inTime, do: func(c *chain) {
		c.standing()
		c.activated = c.g.clock(c.at, -3*day, -26*time.Hour)
	}},
	{check: "standing-privilege", what: "the role was taken up afterwards", tiers: admins, on: inTime, do: func(c *chain) {
		c.standing()
		c.activated = c.g.clock(c.at, 10*time.Minute, 3*time.Hour)
	}},
	{check: "standing-privilege", what: "taken up hours before", twin: true, tiers: admins, on: inTime, do: func(c *chain) {
		c.standing()
		c.activated = c.g.clock(c.at, -3*time.Hour-50*time.Minute, -3*time.Hour)
		c.verdict("standing-privilege", met)
	}},
	{check: "standing-privilege", what: "the directory gives no role for a time", twin: true, tiers: admins, on: notInTime, do: func(c *chain) {
		c.verdict("standing-privilege", notAssessable)
	}},

	{check: "insufficient-recovery", what: "an administrator keeps the factors", tiers: admins, on: showsFactors, do: func(c *chain) { c.dropped, c.restored = false, time.Time{} }},
	{check: "insufficient-recovery", what: "the factor is enrolled anew and not taken before", twin: true, tiers: admins, do: func(c *chain) {
		c.dropped = false
		c.verdict("insufficient-recovery", met)
	}},
	{check: "insufficient-recovery", what: "four hours are not over", twin: true, tiers: admins, on: showsFactors, do: func(c *chain) {
		c.beforeTheEnd(c.g.clock(time.Time{}, 30*time.Minute, 3*time.Hour+50*time.Minute).Sub(time.Time{}))
		c.dropped, c.restored = false, time.Time{}
		c.verdict("insufficient-recovery", notDue)
	}},
	{check: "insufficient-recovery", what: "a directory that knows no factors", twin: true, tiers: admins, on: func(c *chain) bool { return !showsFactors(c) }, do: func(c *chain) {
		c.dropped, c.restored = false, time.Time{}
		c.verdict("insufficient-recovery", notAssessable)
	}},
	{check: "insufficient-recovery", what: "an ordinary account keeps its factors", twin: true, tiers: []string{ordinary, sensitive}},
}

// standing has an administrator of its own carry it out, who takes up no role.
func (c *chain) standing() {
	op := c.hireOperator("identity")
	op.roles = []string{"identity-admin"}
	c.activated = time.Time{}
}
