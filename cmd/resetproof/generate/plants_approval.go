package generate

import "time"

// Violations of the checks on whether a reset was approved, and when.
var approvalPlants = []plant{
	{check: "missing-approval", what: "nobody approved", tiers: approved, do: func(c *chain) { c.approvals = nil }},
	{check: "missing-approval", what: "the manager asked, and nobody else approved", tiers: []string{ordinary}, do: func(c *chain) {
		c.askedBy(c.who.manager)
		c.approvals = nil
	}},
	{check: "missing-approval", what: "the operator checked the caller himself", tiers: []string{ordinary}, do: func(c *chain) {
		c.checks[0].by = c.operator
		c.approvals = nil
	}},
	{check: "missing-approval", what: "refused, and done all the same", tiers: approved, do: func(c *chain) {
		c.approvals[0].denied = true
		c.refused()
	}},
	{check: "missing-approval", what: "asked for and never answered", tiers: approved, do: func(c *chain) { c.approvals[0].open = true }},
	{check: "missing-approval", what: "only a remark in the ticket says that somebody agreed", tiers: approved, do: func(c *chain) {
		c.approvals = nil
		c.ticket.notes = pick(c.g.rng, []string{"Approved by " + c.who.manager.name() + " over the phone", "manager approved it verbally", "OK from the boss, approved"})
	}},
	{check: "missing-approval", what: "one for another reset, eight days before", tiers: approved, do: func(c *chain) {
		c.approvals[0].at = c.at.Add(-8*day - 3*time.Hour)
		c.onSheet()
		c.sets = append(c.sets, Truth{Check: "orphan-approval", Identity: c.who.id})
	}},
	{check: "missing-approval", what: "withdrawn before the reset", tiers: approved, on: inServiceNow, do: func(c *chain) {
		c.approvals[0].at = c.g.clock(c.at, -29*time.Minute, -25*time.Minute)
		c.checks[0].at = c.approvals[0].at.Add(-time.Minute)
		c.approvals[0].withdrawn = c.g.clock(c.at, -15*time.Minute, -7*time.Minute)
	}},
	{check: "missing-approval", what: "the owner asked and a clerk checked him", twin: true, tiers: []string{ordinary}, do: func(c *chain) { c.approvals = nil }},
	{check: "missing-approval", what: "self-service", twin: true, tiers: own, base: (*org).selfBase},
	{check: "missing-approval", what: "the week before is on no record", twin: true, tiers: approved, do: func(c *chain) {
		c.approvals = nil
		c.early()
		c.verdict("missing-approval", notAssessable)
	}},

	{check: "too-few-approvers", what: "one where the unit asks for two", tiers: approved, base: inTreasury, do: func(c *chain) { c.approvals = c.approvals[:1] }},
	{check: "too-few-approvers", what: "one who approved twice", tiers: approved, base: inTreasury, do: func(c *chain) { c.approvals[1].by = c.approvals[0].by }},
	{check: "too-few-approvers", what: "one by his two accounts", tiers: approved, base: inTreasury, do: func(c *chain) {
		p := c.entitled()
		c.approvals[0].by, c.approvals[1].by = p, c.alias(p)
	}},
	{check: "too-few-approvers", what: "two where the unit asks for two", twin: true, tiers: approved, base: inTreasury},
	{check: "too-few-approvers", what: "one where one is enough", twin: true, tiers: approved},

	{check: "late-approval", what: "approved after the reset", do: func(c *chain) {
		c.needed()
		c.approvals[0].at = c.g.clock(c.at, 6*time.Minute, 20*time.Hour)
	}},
	{check: "late-approval", what: "approved six days after", do: func(c *chain) {
		c.needed()
		c.approvals[0].at = c.g.clock(c.at, 5*day, 6*day+20*time.Hour)
	}},
	{check: "late-approval", what: "within the tolerance of the clocks", twin: true, do: func(c *chain) {
		c.needed()
		c.approvals[0].at = c.at.Add(4 * time.Minute)
	}},
	{check: "late-approval", what: "none was needed", twin: true, tiers: []string{ordinary}, do: func(c *chain) {
		c.approved()
		c.approvals[0].at = c.at.Add(2 * time.Hour)
	}},

	{check: "stale-approval", what: "older than the tier lets it be", do: func(c *chain) {
		c.needed()
		c.approvedAt(c.at.Add(-c.need().approvalValid - time.Duration(5+c.g.rng.IntN(600))*time.Minute))
	}},
	{check: "stale-approval", what: "past the end that it states", do: func(c *chain) {
		c.needed()
		c.approvals[0].at = c.g.clock(c.at, -6*time.Hour, -3*time.Hour)
		c.checks[0].at = c.approvals[0].at.Add(-10 * time.Minute)
		c.approvals[0].until = c.g.clock(c.at, -2*time.Hour, -20*time.Minute)
		c.onSheet()
	}},
	{check: "stale-approval", what: "just young enough", twin: true, do: func(c *chain) {
		c.needed()
		c.approvedAt(c.at.Add(-c.need().approvalValid + time.Duration(5+c.g.rng.IntN(60))*time.Minute))
	}},
	{check: "stale-approval", what: "before the end that it states", twin: true, do: func(c *chain) {
		c.needed()
		c.approvals[0].until = c.at.Add(20 * time.Minute)
		c.onSheet()
	}},

	{check: "reused-approval", what: "the ticket had served three hours before", tiers: []string{sensitive}, do: func(c *chain) {
		o := c.earlier()
		o.ticket.closed = c.at.Add(time.Hour)
		c.cites, c.approvals = o.ticket.number, nil
		c.onSheet()
	}},
	{check: "reused-approval", what: "the approval of somebody else's ticket", tiers: approved, do: func(c *chain) {
		o := c.g.base(c.tier, c.dir, c.desk)
		o.moveTo(c.g.clock(c.at, -3*time.Hour, -time.Hour))
		c.beside = append(c.beside, o)
		c.cites, c.approvals = o.ticket.number, nil
		c.onSheet()
		c.expect("dead-ticket")
	}},
	{check: "reused-approval", what: "approved twice, reset twice", twin: true, tiers: approved, do: func(c *chain) {
		c.earlier()
	}},

	{check: "informal-approval", what: "the sheet says that somebody agreed", tiers: approved, do: func(c *chain) {
		c.approvals[0].channel = pick(c.g.rng, []string{"chat", "phone", "mail", "verbal"})
		c.onSheet()
	}},
	{check: "informal-approval", what: "a note beside the approval itself", twin: true, tiers: approved, do: func(c *chain) {
		c.ticket.notes = "Approved by " + c.approvals[0].by.name() + " over the phone, see the approval"
	}},
}

func inServiceNow(c *chain) bool { return c.desk == servicenow }

// treasury is the unit whose people need two approvals, by the
// organisation's own policy.
const treasury = "treasury"

// inTreasury is the sound recovery of somebody there.
func inTreasury(g *org, tier string) *chain {
	c := g.base(tier, pick(g.rng, directories), pick(g.rng, desks))
	c.who.unit = treasury
	second := pick(g.rng, g.staff.leads)
	if tier == privileged {
		second = g.staff.security[1] // the other one reviews
	}
	c.approvals = append(c.approvals, approval{at: c.approvals[0].at.Add(time.Minute), by: second})
	return c
}

// needed makes an approval one that the tier needs: for an ordinary account the
// manager asks, and a lead approves.
func (c *chain) needed() {
	if c.tier == ordinary {
		c.askedBy(c.who.manager)
		c.approvals[0].by = pick(c.g.rng, c.g.staff.leads)
	}
}

// approvedAt moves the approval, and what comes before it, to an earlier time.
func (c *chain) approvedAt(at time.Time) {
	c.approvals[0].at = at
	c.ticket.opened = at.Add(-50 * time.Minute)
	c.checks[0].at = at.Add(-10 * time.Minute)
}

// onSheet keeps request and approval in the sheet of the desk, with no ticket.
func (c *chain) onSheet() {
	opened, by, text := c.ticket.opened, c.ticket.by, c.ticket.text
	if len(c.checks) > 0 && c.checks[0].at.Before(opened) {
		opened = c.checks[0].at.Add(-20 * time.Minute)
	}
	c.unticketed()
	c.phoned(opened, by, text)
}

// earlier has the same person reset three hours before, by another operator, as
// it should be.
func (c *chain) earlier() *chain {
	g := c.g
	people := len(g.people)
	o := g.base(c.tier, c.dir, c.desk)
	g.people = g.people[:people]
	o.who, o.home, o.since, o.before, c.before = c.who, c.home, c.home, c.before, 0
	o.ticket.by, o.after = c.who, nil
	o.operator = other(g.rng, g.staff.operators, c.operator)
	if c.tier == privileged {
		o.operator = other(g.rng, g.staff.admins, c.operator, c.approvals[0].by)
	}
	o.deliver.by, o.approvals[0].by = o.operator, c.approvals[0].by
	o.moveTo(c.at.Add(-3 * time.Hour))
	c.beside = append(c.beside, o)
	return o
}

// refused: that somebody said no is a risk signal.
func (c *chain) refused() { c.signalled() }
