package generate

import "time"

// Violations on keys and tokens that somebody makes for himself, and on those
// that programs replace.
var issuancePlants = []plant{
	{check: "no-request", what: "a key or token of one's own, unasked", tiers: []string{sensitive}, base: ownSomething, do: func(c *chain) { c.ticket = nil }},
	{check: "no-request", what: "a registered pipeline replaces a key, unasked", tiers: []string{privilegedMachine}, base: (*org).rotatorBase, do: func(c *chain) {
		c.ticket = nil
		c.expect("no-reason")
	}},
	{check: "sessions-not-revoked", what: "the session in which a token was made goes on", twin: true, tiers: belowPrivileged, base: (*org).tokenBase, do: func(c *chain) {
		c.then(func() { c.dir.use(c.g, c.at.Add(3*time.Hour), c.who, c.home, c.lastSession) })
	}},
	{check: "old-access-used", what: "the old key was stolen, and is used beside the new one", tiers: belowPrivileged, base: stolenKey, do: func(c *chain) {
		c.oldKeyUsed(c.need().tokens+10*time.Minute, c.need().tokens+20*time.Hour)
		c.expect("tokens-not-revoked")
	}},
	{check: "tokens-not-revoked", what: "the old key was stolen, and stays", tiers: belowPrivileged, base: stolenKey, do: func(c *chain) { c.keysEnd = time.Time{} }},
	{check: "tokens-not-revoked", what: "the old key was stolen, and goes at once", twin: true, tiers: belowPrivileged, base: stolenKey, do: func(c *chain) {
		c.verdict("tokens-not-revoked", met)
	}},
	{check: "old-access-used", what: "used the old key of his own until the new one came", twin: true, tiers: belowPrivileged, base: ownRotation, do: func(c *chain) {
		at := c.at.Add(-c.g.span(time.Minute, time.Hour))
		c.then(func() { c.g.awsUse(at, c.who, c.home, c.who.oldKey) })
		c.verdict("old-access-used", met)
	}},
	{check: "reset-then-privilege", what: "makes himself a token, and is given a role", tiers: belowPrivileged, base: (*org).tokenBase, do: func(c *chain) { c.grant(c.watched(), c.dir.role) }},
	{check: "reset-then-secret-access", what: "makes himself a token, and reads a secret for the first time", tiers: belowPrivileged, base: (*org).tokenBase, do: func(c *chain) { c.read(c.watched(), c.secretName()) }},
	{check: "ownerless-automation", what: "a program that nobody owns replaces a key", tiers: []string{machine}, base: (*org).rotatorBase, do: func(c *chain) { c.rotateBy(c.hireAgent(nil)) }},
	{check: "ownerless-automation", what: "the owner of the program that replaces a key has left", tiers: []string{machine}, base: (*org).rotatorBase, do: func(c *chain) { c.rotateBy(c.hireAgent(c.leaver())) }},
	{check: "ownerless-automation", what: "a registered pipeline with an owner replaces a key", twin: true, tiers: machines, base: (*org).rotatorBase, do: func(c *chain) {
		c.verdict("ownerless-automation", met)
	}},
	{check: "tokens-not-revoked", what: "the program leaves the old key as it was", tiers: machines, base: (*org).rotatorBase, do: func(c *chain) { c.keysEnd = time.Time{} }},
	{check: "tokens-not-revoked", what: "the program ends the old key too late", tiers: machines, base: (*org).rotatorBase, do: func(c *chain) {
		c.keysEnd = c.at.Add(c.need().tokens + c.g.span(10*time.Minute, 3*day))
	}},
	{check: "tokens-not-revoked", what: "the program ends the old key just in time", twin: true, tiers: machines, base: (*org).rotatorBase, do: func(c *chain) {
		c.keysEnd = c.at.Add(c.need().tokens - c.g.span(time.Minute, time.Hour))
		c.verdict("tokens-not-revoked", met)
	}},
	{check: "old-secret-used", what: "a program replaces the key, and the old one is in use", tiers: machines, base: (*org).rotatorBase, do: func(c *chain) {
		at := c.at.Add(c.need().overlap + c.g.span(6*time.Minute, 40*time.Hour))
		c.oldKey(at, 0)
		c.keysEnd = time.Time{}
		c.expect("tokens-not-revoked")
	}},
}

// stolenKey is a key of somebody's own that he replaces because the old one was
// stolen: then every live key has to go.
func stolenKey(g *org, tier string) *chain {
	c := ownRotation(g, tier)
	if c.ticket == nil {
		c.ask(pick(g.rng, g.staff.clerks))
	}
	c.ticket.title, c.ticket.category = "New credential for a program of mine", pick(g.rng, []string{"phishing", "security incident", "compromised account"})
	return c
}

// oldKeyUsed has the owner use his old key so long after the new one was made;
// it ends only then.
func (c *chain) oldKeyUsed(from, to time.Duration) {
	at := c.at.Add(c.g.span(from, to))
	c.then(func() { c.g.awsUse(at, c.who, c.home, c.who.oldKey) })
	c.keysEnd = at.Add(10 * time.Minute)
}
