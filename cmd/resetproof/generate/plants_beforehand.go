package generate

import "time"

// Violations of the checks on what led up to a reset: the account's contact data,
// who was refused, and what all was given anew.
var beforehandPlants = []plant{
	{check: "changed-contact-then-reset", what: "changed in the three days before", on: contacts, do: func(c *chain) {
		c.stepUp()
		c.contactChanged(c.g.clock(c.at, -71*time.Hour, -time.Hour))
	}},
	{check: "changed-contact-then-reset", what: "changed, and the owner not verified any better for it", tiers: belowPrivileged, on: contacts, do: func(c *chain) {
		c.checks[0].method = map[string]string{ordinary: "manager-video", sensitive: "manager-in-person"}[c.tier]
		c.contactChanged(c.g.clock(c.at, -71*time.Hour, -time.Hour))
		c.expect("no-step-up")
	}},
	{check: "changed-contact-then-reset", what: "changed four days before", twin: true, on: contacts, do: func(c *chain) {
		c.contactChanged(c.g.clock(c.at, -6*day, -73*time.Hour))
	}},
	{check: "changed-contact-then-reset", what: "changed the day after", twin: true, on: contacts, do: func(c *chain) {
		c.contactChanged(c.g.clock(c.at, 3*time.Hour, 30*time.Hour))
	}},
	{check: "changed-contact-then-reset", what: "somebody else's changed", twin: true, on: contacts, do: func(c *chain) {
		at, p := c.g.clock(c.at, -71*time.Hour, -time.Hour), c.who.manager
		c.then(func() { c.dir.contact(c.g, at, p, p.seat()) })
	}},

	{check: "reset-after-refusal", what: "another agent is content with the same method", do: func(c *chain) {
		c.stepUp()
		c.turnedAway(c.withinTheWeek(), other(c.g.rng, c.g.staff.clerks, c.checks[0].by), c.checks[0].method)
	}},
	{check: "reset-after-refusal", what: "the same agent is content with a weaker method", tiers: []string{ordinary}, do: func(c *chain) {
		c.stepUp()
		c.turnedAway(c.withinTheWeek(), c.checks[0].by, pick(c.g.rng, methods[4]))
	}},
	{check: "reset-after-refusal", what: "the same agent is content with a weaker method that is no step up", tiers: belowPrivileged, do: func(c *chain) {
		c.approved()
		c.turnedAway(c.withinTheWeek(), c.checks[0].by, pick(c.g.rng, methods[4]))
		c.expect("no-step-up")
	}},
	{check: "reset-after-refusal", what: "denied, and somebody else approves a new ticket", tiers: []string{sensitive, privileged}, do: func(c *chain) {
		c.stepUp()
		first := c.deniedTicket()
		c.approvals[0].by = other(c.g.rng, c.approvers(), first, c.operator)
	}},
	{check: "reset-after-refusal", what: "the self-service refused the key, and the desk sees less", tiers: []string{ordinary}, on: func(c *chain) bool { return recovers(c.dir) && len(c.dir.proofs[4]) > 0 }, do: func(c *chain) {
		c.stepUp()
		c.selfRefused(pick(c.g.rng, c.dir.proofs[4]))
	}},
	{check: "reset-after-refusal", what: "the self-service failed, and the desk sees the passport", twin: true, tiers: belowPrivileged, on: func(c *chain) bool { return recovers(c.dir) }, do: func(c *chain) {
		c.checks[0].method = "photo-id"
		c.selfRefused(pick(c.g.rng, c.dir.proofs[3]))
	}},
	{check: "reset-after-refusal", what: "the same agent reaches the owner later by the same method", twin: true, do: func(c *chain) {
		c.stepUp()
		c.turnedAway(c.withinTheWeek(), c.checks[0].by, c.checks[0].method)
	}},
	{check: "reset-after-refusal", what: "the same agent asks for more", twin: true, do: func(c *chain) {
		weaker := pick(c.g.rng, methods[c.need().bar-1])
		c.stepUp()
		c.turnedAway(c.withinTheWeek(), c.checks[0].by, weaker)
	}},
	{check: "reset-after-refusal", what: "refused more than a week before", twin: true, do: func(c *chain) {
		c.turnedAway(c.g.clock(c.at, -20*day, -8*day), other(c.g.rng, c.g.staff.clerks, c.checks[0].by), c.checks[0].method)
	}},

	{check: "all-factors-replaced", what: "on the word of the manager", tiers: belowPrivileged, on: loses, do: func(c *chain) {
		c.approved()
		c.dropped, c.restored = true, c.g.clock(c.at, 31*time.Minute, 50*time.Minute)
		c.checks[0].method = pick(c.g.rng, []string{"manager-in-person", "document-selfie"})
		if c.tier == sensitive {
			c.expect("no-step-up")
		}
	}},
	{check: "all-factors-replaced", what: "on two methods that are not the greatest", tiers: []string{privileged}, on: loses, do: func(c *chain) {
		second := c.checks[0]
		second.at = second.at.Add(time.Minute)
		c.checks[0].method, second.method = "manager-in-person", "document-selfie"
		c.checks = append(c.checks, second)
		c.expect("weak-verification")
	}},
	{check: "all-factors-replaced", what: "the owner came with the passport", twin: true, tiers: belowPrivileged, on: loses, do: func(c *chain) {
		c.dropped, c.restored = true, c.g.clock(c.at, 31*time.Minute, 50*time.Minute)
		c.checks[0].method = pick(c.g.rng, methods[4])
	}},
	{check: "all-factors-replaced", what: "the other factor stays", twin: true, tiers: belowPrivileged, on: func(c *chain) bool { return c.dir.dropFactor != nil }, do: func(c *chain) {
		c.approved()
		c.checks[0].method = pick(c.g.rng, methods[4])
		lost, kept := "aut"+c.g.word(17), "aut"+c.g.word(17)
		for n, f := range []string{lost, kept} {
			at := c.g.clock(c.at, time.Duration(-30+8*n)*day, time.Duration(-24+8*n)*day) // within half an hour they would be one case
			c.then(func() { c.dir.enrol(c.g, at, c.who, c.home, f) })
			c.bound(at)
		}
		c.then(func() { c.dir.dropFactor(c.g, c.at.Add(30*time.Second), c.operator, c.who, lost) })
		c.restored = c.g.clock(c.at, 31*time.Minute, 50*time.Minute)
	}},
}

// withinTheWeek is a time before the reset at which a refusal still counts.
func (c *chain) withinTheWeek() time.Time { return c.g.clock(c.at, -160*time.Hour, -time.Hour) }

// turnedAway writes down that the caller could not prove who he is.
func (c *chain) turnedAway(at time.Time, by *person, method string) {
	c.then(func() {
		c.g.step(row{at: at, kind: "identity.verification_failed", account: c.who.login, actor: by.login, method: method, outcome: "failure", source: "caller check"})
	})
}

// selfRefused has the owner try by himself first, in vain.
func (c *chain) selfRefused(method string) {
	at := c.g.clock(c.at, -50*time.Hour, -time.Hour)
	s := selfReset{who: c.who, from: c.home, asked: at.Add(-2 * time.Minute), proofs: []check{{at: at, method: method, by: c.who, failed: true}}}
	c.then(func() { c.dir.recover(c.g, s) })
}

// approvers are those who may approve the reset.
func (c *chain) approvers() []*person {
	if c.tier == privileged {
		return append(append([]*person{}, c.g.staff.admins...), c.g.staff.security[1:]...) // the first reviews
	}
	return append(append([]*person{}, c.g.staff.leads...), c.who.manager)
}

// deniedTicket asks for the same a day or two before, and is denied by whoever
// it gives.
func (c *chain) deniedTicket() *person {
	g := c.g
	by := other(g.rng, c.approvers(), c.operator)
	at := g.clock(c.at, -60*time.Hour, -20*time.Hour)
	g.tickets++
	t := &ticket{number: c.desk.number(g, g.tickets), sysID: g.hex(32), opened: at.Add(-30 * time.Minute), closed: at.Add(5 * time.Minute), by: c.who, clerk: c.ticket.clerk,
		title: c.ticket.title, text: c.ticket.text, category: c.ticket.category, undone: true}
	c.then(func() {
		c.desk.open(g, t)
		c.desk.approve(g, t, approval{at: at, by: by, denied: true})
	})
	return by
}
