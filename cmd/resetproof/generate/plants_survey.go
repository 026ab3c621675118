package generate

import "time"

// Violations of the checks that compare all resets with one another.
var comparedPlants = []setPlant{
	{check: "repeated-target", what: "one person eight times in a month", do: func(g *org) []string {
		p := g.often(8, 4)
		return []string{p.id}
	}},
	{check: "repeated-target", what: "one person twice in a month", twin: true, do: func(g *org) []string {
		g.often(2, 20)
		return nil
	}},
	// Around these lie no other resets of people: of those some way is always rare.
	{check: "path-variant", what: "one reset was approved before the owner was verified", tier: breakGlass, do: func(g *org) []string {
		g.ordinaryWays(40, 1)
		return []string{"recovery|ordinary|person|okta|assisted: requested, approved, verified, executed, delivered"}
	}},
	{check: "path-variant", what: "half of the resets were", twin: true, tier: breakGlass, do: func(g *org) []string {
		g.ordinaryWays(15, 15)
		return nil
	}},
	{check: "population-gap", what: "nobody says why vendors' people are reset", do: func(g *org) []string {
		g.vendors(40, 40)
		return []string{"vendors and contractors"}
	}},
	{check: "population-gap", what: "nobody says it of one of them", twin: true, do: func(g *org) []string {
		g.vendors(40, 1)
		return nil
	}},
	{check: "factor-on-many", what: "one authenticator on three people after their resets", do: func(g *org) []string {
		first := g.enrolled(3, true)
		g.truth = append(g.truth, Truth{Check: "factor-on-many", Identity: first.id, Plant: "factor-on-many/one authenticator"})
		return nil
	}},
	{check: "factor-on-many", what: "three people, each with one of their own", twin: true, do: func(g *org) []string {
		g.enrolled(3, false)
		return nil
	}},
	{check: "policy-not-monotone", what: "administrators' tokens may live on longer than others'", do: func(g *org) []string {
		g.tightened = "    tokens_revoked: 8h\n"
		return []string{"policy|privileged|tokens_revoked"}
	}},
	{check: "policy-not-monotone", what: "administrators' tokens end sooner", twin: true, do: func(g *org) []string {
		g.tightened = "    tokens_revoked: 30m\n"
		return nil
	}},
}

// another writes a sound chain that a set plant has thought up.
func (g *org) another(c *chain) {
	c.write()
	g.truth = append(g.truth, Truth{Identity: c.who.id, Time: c.at.UTC(), System: c.dir.name, Tier: c.tier, Class: c.class, Path: c.path, Plant: "sound/of a set", Twin: len(c.verdicts) == 0, Verdicts: c.verdicts})
}

// often recovers one person so many times, with days between.
func (g *org) often(times, days int) *person {
	var p *person
	for n := range times {
		c := g.base(ordinary, okta, servicenow)
		c.moveTo(g.monday(2).AddDate(0, 0, n*days).Add(11 * time.Hour))
		if p == nil {
			p = c.who
		}
		c.who, c.ticket.by = p, p
		c.home, c.since = p.seat(), p.seat()
		if n > 0 {
			c.before = 0 // he signs in as he does after the reset before
		}
		if len(c.approvals) > 0 {
			c.approvals[0].by = p.manager
		}
		g.another(c)
	}
	return p
}

// ordinaryWays resets ordinary people with an approval that comes after the
// verification, and some where it came before.
func (g *org) ordinaryWays(usual, other int) {
	for n := range usual + other {
		c := g.base(ordinary, okta, servicenow)
		c.approved()
		if n >= usual {
			c.checks[0].at = c.approvals[0].at.Add(8 * time.Minute)
			c.expect("late-verification") // after the approval is late as well
		}
		g.another(c)
	}
}

// vendors resets people of vendors, some of them without a reason.
func (g *org) vendors(people, unreasoned int) {
	for n := range people {
		c := g.base(ordinary, okta, servicenow)
		c.engage(c.at.AddDate(0, 3, 0))
		if n < unreasoned {
			c.ticket.title, c.ticket.text = "Password reset", "password reset"
			c.expect("no-reason")
		}
		g.another(c)
	}
}

// enrolled resets people who each enrol an authenticator two hours later, the
// same one or their own.
func (g *org) enrolled(people int, same bool) *person {
	var first *person
	factor := "opf" + g.word(17)
	for n := range people {
		c := g.base(ordinary, okta, servicenow)
		c.moveTo(g.monday(3).AddDate(0, 0, n).Add(10 * time.Hour))
		if first == nil {
			first = c.who
		}
		if !same {
			factor = "opf" + g.word(17)
		}
		id := factor
		c.also = append(c.also, func() { c.dir.enrol(g, c.at.Add(2*time.Hour), c.who, c.since, id) })
		g.another(c)
	}
	return first
}
