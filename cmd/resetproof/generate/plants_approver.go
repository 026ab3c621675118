package generate

import (
	"strings"
	"time"
)

// Violations of the checks on who approved a reset: that nobody vouches for what
// he does himself, and that whoever approves may.
var approverPlants = []plant{
	{check: "self-approval", what: "the owner approved his own", do: func(c *chain) {
		c.approved()
		c.who.roles = append(c.who.roles, c.entitling()) // who may approve, though not his own
		c.approvals[0].by = c.who
	}},
	{check: "self-approval", what: "the owner approved with his other account", do: func(c *chain) {
		c.approved()
		c.who.roles = append(c.who.roles, c.entitling())
		c.approvals[0].by = c.alias(c.who)
	}},
	{check: "self-approval", what: "the manager asked and approved", tiers: own, do: func(c *chain) {
		c.askedBy(c.who.manager)
		c.approvals[0].by = c.who.manager
	}},
	{check: "self-approval", what: "the operator asked, approved and did it", do: func(c *chain) {
		p := c.entitled()
		c.askedBy(p)
		c.approvals[0].by, c.operator, c.deliver.by = p, p, p
		c.expect("approver-executed", "requester-not-bound", "one-person-chain")
	}},
	{check: "self-approval", what: "the manager approved what the owner asked", twin: true, tiers: own, do: func(c *chain) { c.approved() }},

	{check: "approver-executed", what: "the operator approved as well", do: func(c *chain) {
		p := c.entitled()
		c.approved()
		c.approvals[0].by, c.operator, c.deliver.by = p, p, p
	}},
	{check: "approver-executed", what: "the operator approved with his other account", do: func(c *chain) {
		p := c.entitled()
		c.approved()
		c.approvals[0].by, c.operator, c.deliver.by = c.alias(p), p, p
	}},
	{check: "approver-executed", what: "two of one desk", twin: true, do: func(c *chain) {
		c.approved()
		c.approvals[0].by = c.entitled()
	}},

	{check: "one-person-chain", what: "the operator checked the caller himself", tiers: []string{privileged}, do: func(c *chain) { c.checks[0].by = c.operator }},
	{check: "one-person-chain", what: "one checked, approved and did it", do: func(c *chain) {
		p := c.entitled()
		c.approved()
		c.checks[0].by, c.approvals[0].by, c.operator, c.deliver.by = p, p, p, p
		c.expect("approver-executed")
	}},
	{check: "one-person-chain", what: "the operator asked, checked and did it", do: func(c *chain) {
		c.askedBy(c.operator)
		c.checks[0].by = c.operator
		c.expect("requester-not-bound")
	}},
	{check: "one-person-chain", what: "the operator checked the caller, and the manager approved", twin: true, tiers: own, do: func(c *chain) {
		c.approved()
		c.checks[0].by = c.operator
	}},
	{check: "one-person-chain", what: "who checked the caller approved", twin: true, tiers: own, do: func(c *chain) {
		c.approved()
		c.checks[0].by = pick(c.g.rng, c.g.staff.leads)
		c.approvals[0].by = c.checks[0].by
	}},
	{check: "one-person-chain", what: "self-service", twin: true, tiers: own, base: (*org).selfBase},

	{check: "approver-not-entitled", what: "a colleague", do: func(c *chain) {
		c.needed()
		c.approvals[0].by = c.g.hire(c.who.unit)
	}},
	{check: "approver-not-entitled", what: "somebody else's manager", do: func(c *chain) {
		c.needed()
		c.approvals[0].by = other(c.g.rng, c.g.staff.managers, c.who.manager)
	}},
	{check: "approver-not-entitled", what: "the manager, where a manager may not", tiers: []string{privileged}, do: func(c *chain) { c.approvals[0].by = c.who.manager }},
	{check: "approver-not-entitled", what: "his role had ended", do: func(c *chain) {
		c.needed()
		p := c.entitled()
		p.until = c.at.Add(-time.Duration(1+c.g.rng.IntN(20)) * day).Truncate(day)
		c.approvals[0].by = p
	}},
	{check: "approver-not-entitled", what: "his role had not begun", do: func(c *chain) {
		c.needed()
		p := c.entitled()
		p.from = c.at.Add(time.Duration(2+c.g.rng.IntN(20)) * day).Truncate(day)
		c.approvals[0].by = p
	}},
	{check: "approver-not-entitled", what: "his account was disabled the day before", do: func(c *chain) {
		c.needed()
		p := c.entitled()
		c.approvals[0].by = p
		c.also = append(c.also, func() {
			admin := c.g.staff.admins[0]
			c.g.oktaEvent(c.at.Add(-26*time.Hour), "user.lifecycle.deactivate", admin, p, admin.seat(), nil)
		})
	}},
	{check: "approver-not-entitled", what: "one whom the owner manages", do: func(c *chain) {
		c.needed()
		p := c.entitled()
		p.manager = c.who
		c.approvals[0].by = p
	}},
	{check: "approver-not-entitled", what: "his role ends next week", twin: true, do: func(c *chain) {
		c.needed()
		p := c.entitled()
		p.until = c.at.Add(8 * day).Truncate(day)
		c.approvals[0].by = p
	}},
	{check: "approver-not-entitled", what: "a colleague, where nobody has to approve", twin: true, tiers: []string{ordinary}, do: func(c *chain) {
		c.approved()
		c.approvals[0].by = c.g.hire(c.who.unit)
	}},
}

// entitling is a role whose holder may approve resets of the tier.
func (c *chain) entitling() string {
	if c.tier == privileged {
		return "identity-admin"
	}
	return "service-desk-lead"
}

// entitled hires somebody who may approve resets of the tier.
func (c *chain) entitled() *person {
	p := c.g.hire("service desk")
	p.roles, p.manager = []string{c.entitling()}, c.g.staff.managers[0]
	return p
}

// alias is a second account of somebody, in the desks: the roster knows both.
func (c *chain) alias(p *person) *person {
	a := *p
	a.login, a.snow, a.more = "adm-"+p.login, c.g.hex(32), map[string]string{}
	a.more["jira"] = "5b" + strings.ReplaceAll(c.g.steadyUUID("jira", a.login), "-", "")[:22]
	p.accounts = append(p.accounts, a.login, "servicenow:"+a.snow, "jira:"+a.more["jira"])
	return &a
}
