package generate

import "time"

// Keys and tokens: those that somebody makes for himself, signed in, and those
// that a program makes for another.

// signedIn has somebody sign in with what proves as much as a reset of his tier
// asks for: the session stands in the place of a verification.
func (c *chain) signedIn() {
	if bar := c.need().bar; bar > 2 {
		c.who.signs = bar
	}
}

var keyReasons = []string{
	"The monthly figures are to be fetched by a script on my own machine",
	"For the plan of the shifts, which is copied into the calendar every night",
	"The test of the new warehouse scanner needs one until the summer",
}

// ownBase is something that somebody makes for himself from a session.
func (g *org) ownBase(tier, class string, dir *directory) *chain {
	c := g.bare(tier, class, dir)
	c.path, c.operator = selfService, c.who
	c.ticket.title, c.ticket.text = "New credential for a program of mine", pick(g.rng, keyReasons)
	if tier == ordinary && g.rng.IntN(2) == 0 {
		c.ticket = nil // nobody has to be asked
	}
	c.signedIn()
	return c
}

// tokenBase is an API token of Okta that its owner makes, signed in.
func (g *org) tokenBase(tier string) *chain {
	c := g.ownBase(tier, issuance, okta)
	id := "00T" + g.word(17)
	c.carried = func() {
		session := c.signin(c.at.Add(-2*time.Minute), c.home)
		g.oktaEvent(c.at, "system.api_token.create", c.who, nil, c.home, obj{"authenticationContext": oktaSession(session), "target": []any{oktaObject(id, "Token", "reports")}})
	}
	return c
}

// ownKeyBase is an access key of AWS that its owner makes, signed in at the
// console; where he had one before, the old one goes at once.
func (g *org) ownKeyBase(tier, class string) *chain {
	c := g.ownBase(tier, class, aws)
	c.moveTo(c.at.Truncate(time.Second))
	c.who.signs = 4 // the console knows a security key, or the password alone
	c.who.key = g.awsKey()
	c.carried = func() {
		c.signin(c.at.Add(-20*time.Minute), c.home)
		g.awsNewKey(c.at, c.who, c.who, c.who.key)
	}
	if class == rotation {
		c.who.oldKey, c.who.keyFrom = g.awsKey(), c.at
		c.keysEnd = g.clock(c.at, time.Minute, 4*time.Minute).Truncate(time.Second)
		for i := range 6 {
			at := g.clock(c.at.Add(-time.Duration(30-4*i)*day), 0, time.Hour)
			c.then(func() { g.awsUse(at, c.who, c.home, c.who.oldKey) })
		}
		c.then(func() { g.awsUse(c.at.Add(10*time.Minute), c.who, c.home, c.who.key) })
	}
	return c
}

func ownKey(g *org, tier string) *chain      { return g.ownKeyBase(tier, issuance) }
func ownRotation(g *org, tier string) *chain { return g.ownKeyBase(tier, rotation) }

// ownSomething is a token or a key that somebody makes for himself.
func ownSomething(g *org, tier string) *chain {
	switch g.rng.IntN(3) {
	case 0:
		return g.tokenBase(tier)
	case 1:
		return ownKey(g, tier)
	}
	return ownRotation(g, tier)
}

// rotatorBase is a program's key that another program replaces: one with an
// owner, and for a program with rights a registered pipeline.
func (g *org) rotatorBase(tier string) *chain {
	c := g.machineBase(tier, aws, pick(g.rng, desks))
	c.class, c.path = rotation, automated
	c.checks, c.approvals, c.deliver, c.reviewed = nil, nil, nil, nil
	by := g.staff.pipeline
	if tier == machine {
		by = c.hireAgent(pick(g.rng, g.staff.admins))
		c.ticket = nil
	}
	c.rotateBy(by)
	return c
}

// rotateBy has a program replace the key, with a key of its own.
func (c *chain) rotateBy(by *person) {
	g := c.g
	c.operator = by
	for _, h := range c.hangers {
		h.by = by
	}
	c.who.keyFrom = g.clock(c.at, 20*time.Minute, 60*time.Minute).Truncate(time.Second)
	c.carried = func() {
		g.joinAWS(by)
		g.awsMakeKey(c.at, call{by: by, key: by.key, from: by.seat()}, c.who, c.who.key)
	}
}
