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

// actorPlants: whoever carried it out should not have.
var actorPlants = []plant{
	{check: "unattributed-reset", what: "the directory's own system", on: func(c *chain) bool { return c.dir == okta || c.dir == activeDirectory && !c.dropped }, do: func(c *chain) {
		c.operate(nil)
		c.path = "unknown"
	}},
	{check: "shared-operator", what: "an account that the roster calls shared", do: func(c *chain) {
		op := c.hireOperator("service desk")
		op.kind, op.first = "shared", "Counter"
	}},
	{check: "shared-operator", what: "at work in two countries at once", on: func(c *chain) bool { return c.dir == okta }, do: func(c *chain) {
		op := c.hireOperator("service desk")
		c.operatorSessions(op, op.seat(), c.g.elsewhere())
	}},
	{check: "shared-operator", what: "two workstations in one country", twin: true, on: func(c *chain) bool { return c.dir == okta }, do: func(c *chain) {
		op := c.hireOperator("service desk")
		second := op.seat()
		second.place = places[(c.g.rng.IntN(len(places)))]
		second.ip = second.net + "253"
		c.operatorSessions(op, op.seat(), second)
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
	{check: "log-custodian-operator", what: "the operator may read logs", twin: true, do: func(c *chain) {
		op := c.hireOperator("service desk")
		op.roles = append(op.roles, pick(c.g.rng, []string{"Security Reader", "Event Log Readers", "siem-reader"}))
		c.verdict("log-custodian-operator", met)
	}},
}

// operatorSessions has the operator work on two machines since the morning.
func (c *chain) operatorSessions(op *person, first, second seat) {
	c.also = append(c.also, func() {
		a := c.dir.signin(c.g, c.at.Add(-2*time.Hour), op, first)
		b := c.dir.signin(c.g, c.at.Add(-time.Hour), op, second)
		c.dir.use(c.g, c.at.Add(-30*time.Minute), op, second, b)
		c.dir.use(c.g, c.at.Add(-time.Duration(c.g.rng.IntN(29))*time.Minute), op, first, a)
	})
}
