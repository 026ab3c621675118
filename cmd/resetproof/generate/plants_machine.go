package generate

import "time"

// machinePlants: what is given to programs, and to boxes that several read.
var machinePlants = []plant{
	{check: "shared-mailbox-credential", what: "a shared mailbox gets a password", tiers: []string{machine}, base: machineSomewhere, do: func(c *chain) {
		c.who.kind, c.who.first = "shared", "Sales box"
	}},
	{check: "shared-mailbox-credential", what: "a service's account", twin: true, tiers: machines, base: machineSomewhere, do: func(c *chain) { c.verdict("shared-mailbox-credential", met) }},
	{check: "secret-beside-workload-identity", what: "the roster says that it has one", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.who.kind, c.who.tags["workload_identity"] = "workload", pick(c.g.rng, []string{"irsa", "spiffe", "managed identity"})
	}},
	{check: "secret-beside-workload-identity", what: "the roster says that it has none", twin: true, tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.who.kind, c.who.tags["workload_identity"] = "workload", "none"
		c.verdict("secret-beside-workload-identity", met)
	}},
	{check: "secret-beside-workload-identity", what: "neither roster nor logs say", twin: true, tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.who.kind = "workload"
		c.verdict("secret-beside-workload-identity", notAssessable)
	}},
	{check: "service-account-reset", what: "nobody wrote down who uses it", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.who.kind = "workload"
		c.ticket.text = pick(c.g.rng, machineReasons)
	}},
	{check: "service-account-reset", what: "a person's account that runs a service", tiers: []string{ordinary, sensitive}, base: adPerson, do: func(c *chain) { c.serve() }},
	{check: "service-account-reset", what: "the consumers of the service are in the ticket", twin: true, tiers: []string{ordinary, sensitive}, base: adPerson, do: func(c *chain) {
		c.serve()
		c.ticket.text += "; consumers: the two report servers, restarted at noon"
		c.verdict("service-account-reset", met)
	}},
	{check: "service-account-reset", what: "the consumers go on with the old password", tiers: machines, base: adMachine, do: func(c *chain) {
		for i := range 5 {
			at := c.at.Add(time.Duration(20+70*i) * time.Minute)
			c.then(func() { c.g.adRefused(at, c.g.adOf(c.who), c.since.ip) })
		}
	}},
	{check: "service-account-reset", what: "a few tries until the password is entered there", twin: true, tiers: machines, base: adMachine, do: func(c *chain) {
		for i := range 4 {
			at := c.at.Add(time.Duration(60+20*i) * time.Second)
			c.then(func() { c.g.adRefused(at, c.g.adOf(c.who), c.since.ip) })
		}
		c.then(func() { c.dir.program(c.g, c.at.Add(6*time.Minute), c.who, c.since) })
		c.verdict("service-account-reset", met)
	}},
	{check: "service-account-reset", what: "the watch is not over", twin: true, tiers: machines, base: adMachine, do: func(c *chain) {
		c.beforeTheEnd(c.g.clock(time.Time{}, 4*time.Hour, 40*time.Hour).Sub(time.Time{}))
		c.verdict("service-account-reset", notDue)
	}},
}

func adPerson(g *org, tier string) *chain {
	return g.base(tier, activeDirectory, pick(g.rng, desks))
}

func adMachine(g *org, tier string) *chain {
	return g.machineBase(tier, activeDirectory, pick(g.rng, desks))
}

// serve has others ask for tickets to the account, which has a principal name.
func (c *chain) serve() {
	g := c.g
	for i := range 5 {
		at, p := g.clock(c.at, -time.Duration(30-5*i)*day, -time.Duration(29-5*i)*day), pick(g.rng, g.staff.bystander)
		c.then(func() { g.adTicket(at, g.adOf(p), g.adOf(c.who), p.seat().ip) })
	}
}
