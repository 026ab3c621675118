package generate

import (
	"slices"
	"time"
)

// alive shows the last session before the reset in use until shortly before it.
func (c *chain) alive() {
	at := c.at.Add(-c.g.span(5*time.Minute, 40*time.Minute))
	c.also = append(c.also, func() { c.dir.use(c.g, at, c.who, c.home, c.lastSession) })
}

// endsSessions: the directory logs the end of sessions, and their use.
func endsSessions(c *chain) bool { return c.dir.endSessions != nil && c.dir.use != nil }

// Violations of the checks on what had to end or come back after a reset.
var closurePlants = slices.Concat(sessionPlants, tokenPlants, oldAccessPlants, factorPlants, devicePlants, propagationPlants, reviewPlants, returnPlants)

var sessionPlants = []plant{
	{check: "sessions-not-revoked", what: "nobody ended them", on: endsSessions, do: func(c *chain) {
		c.alive()
		c.ended = time.Time{}
	}},
	{check: "sessions-not-revoked", what: "somebody ended them too late", on: endsSessions, do: func(c *chain) {
		c.alive()
		c.ended = c.at.Add(c.need().sessions + c.g.span(time.Minute, 5*time.Hour))
	}},
	{check: "sessions-not-revoked", what: "somebody ended them just in time", twin: true, on: endsSessions, do: func(c *chain) {
		c.alive()
		c.ended = c.at.Add(c.need().sessions - c.g.span(time.Second, 3*time.Minute))
		c.verdict("sessions-not-revoked", met)
	}},
	{check: "sessions-not-revoked", what: "the owner had signed out", twin: true, on: func(c *chain) bool { return c.dir.logout != nil }, do: func(c *chain) {
		at := c.at.Add(-c.g.span(5*time.Minute, 3*time.Hour))
		c.also = append(c.also, func() { c.dir.logout(c.g, at, c.who, c.home, c.lastSession) })
		c.ended = time.Time{}
		c.verdict("sessions-not-revoked", notAssessable)
	}},
	{check: "sessions-not-revoked", what: "nothing shows the end of sessions in a domain", twin: true, on: func(c *chain) bool { return c.dir == activeDirectory }, do: func(c *chain) {
		c.verdict("sessions-not-revoked", notAssessable)
	}},
	{check: "sessions-not-revoked", what: "the logs end before the deadline", twin: true, on: endsSessions, do: func(c *chain) {
		c.beforeTheEnd(12 * time.Minute)
		c.alive()
		c.ended, c.changed = time.Time{}, time.Time{}
		c.verdict("sessions-not-revoked", notDue)
	}},
}

// token hangs a token on the account that ends in time.
func (c *chain) token(kind string, minted bool) *hanger {
	h := c.hang(tokenBook)
	h.kind, h.minted, h.renewed = kind, minted, time.Time{}
	h.ended = c.g.clock(c.at, c.need().tokens/8, c.need().tokens/2)
	return h
}

// owned hangs on a person a token made with the password, or on an administrator
// any other.
func (c *chain) owned() *hanger {
	kinds := []string{"app-password", "refresh-token", "session"}
	if c.g.rng.IntN(3) == 0 {
		return c.token(pick(c.g.rng, []string{"token", "key"}), true)
	}
	if c.tier == privileged && c.g.rng.IntN(2) == 0 {
		return c.token(pick(c.g.rng, []string{"token", "key"}), false)
	}
	return c.token(pick(c.g.rng, kinds), false)
}

// inAWS is a program that works in AWS besides, with a key of its own.
func inAWS(g *org, tier string) *chain {
	c := machineSomewhere(g, tier)
	if c.who.aws == "" {
		c.hang(awsSecrets)
		c.newKey()
	}
	return c
}

var tokenPlants = []plant{
	{check: "tokens-not-revoked", what: "nobody ended it", do: func(c *chain) {
		c.owned().ended = time.Time{}
		c.expect("dependent-not-rotated")
	}},
	{check: "tokens-not-revoked", what: "somebody ended it too late", do: func(c *chain) {
		n := c.need()
		c.owned().ended = c.at.Add(n.tokens + c.g.span(time.Minute, (n.dependents-n.tokens)/2))
	}},
	{check: "tokens-not-revoked", what: "the old key of a program lives on", tiers: machines, base: inAWS, do: func(c *chain) {
		c.keysEnd = pick(c.g.rng, []time.Time{{}, c.at.Add(c.need().tokens + c.g.span(time.Minute, 20*day))})
	}},
	{check: "tokens-not-revoked", what: "an administrator's key in a cloud lives on", tiers: []string{privileged}, do: func(c *chain) { c.cloudKey() }},
	{check: "tokens-not-revoked", what: "somebody ended it just in time", twin: true, do: func(c *chain) {
		c.owned().ended = c.at.Add(c.need().tokens - c.g.span(time.Second, 20*time.Minute))
		c.verdict("tokens-not-revoked", met)
	}},
	{check: "tokens-not-revoked", what: "one record ends them all", twin: true, do: func(c *chain) {
		c.token(pick(c.g.rng, []string{"app-password", "refresh-token", "session"}), false).ended = time.Time{}
		c.tokensEnded = c.at.Add(c.g.span(time.Minute, c.need().tokens/2))
		c.verdict("tokens-not-revoked", met)
	}},
	{check: "tokens-not-revoked", what: "a key that was not made with the password", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		c.token("key", false).ended = time.Time{}
	}},
	{check: "tokens-not-revoked", what: "a key in a cloud of somebody who is no administrator", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) { c.cloudKey() }},
	{check: "tokens-not-revoked", what: "the logs end before the deadline", twin: true, do: func(c *chain) {
		c.beforeTheEnd(c.need().tokens / 2)
		c.owned().ended = time.Time{}
		c.verdict("tokens-not-revoked", notDue)
	}},
}

// cloudKey is a key that a person has in AWS, used before the reset, and that
// nobody ends.
func (c *chain) cloudKey() *hanger {
	h := c.hang(awsKeys)
	h.unlisted, h.renewed = true, time.Time{}
	h.used = slices.DeleteFunc(h.used, func(at time.Time) bool { return at.After(c.at) })
	return h
}

// outlives is how long an old session may live on in a directory, beyond what a
// reset can end: an Entra access token up to 90 minutes.
func (c *chain) outlives() time.Duration {
	if c.dir == entra {
		return max(90*time.Minute, c.need().sessions) + time.Hour
	}
	return c.need().sessions
}

func usesSessions(c *chain) bool { return c.dir.use != nil }

// again uses the last session before the reset once more, or tries to.
func (c *chain) again(at time.Time, use func(*org, time.Time, *person, seat, string)) {
	c.also = append(c.also, func() { use(c.g, at, c.who, c.since, c.lastSession) })
}

var oldAccessPlants = []plant{
	{check: "old-access-used", what: "a session from before goes on", on: usesSessions, do: func(c *chain) {
		if c.dir.endSessions != nil && c.g.rng.IntN(2) == 0 {
			c.alive()
			c.ended = time.Time{}
			c.expect("sessions-not-revoked")
		}
		c.again(c.at.Add(c.outlives()+c.g.span(6*time.Minute, 40*time.Hour)), c.dir.use)
	}},
	{check: "old-access-used", what: "an administrator's old key goes on", tiers: []string{privileged}, do: func(c *chain) {
		h := c.cloudKey()
		h.used = append(h.used, c.at.Add(c.need().tokens+c.g.span(6*time.Minute, 5*day)))
		c.expect("tokens-not-revoked")
	}},
	{check: "old-access-used", what: "once more while the policy gives time", twin: true, on: usesSessions, do: func(c *chain) {
		c.again(c.at.Add(c.need().sessions-c.g.span(time.Minute, 5*time.Minute)), c.dir.use)
		c.verdict("old-access-used", met)
	}},
	{check: "old-access-used", what: "the try is refused", twin: true, on: func(c *chain) bool { return c.dir.refuse != nil }, do: func(c *chain) {
		c.again(c.at.Add(c.need().sessions+c.g.span(time.Hour, 40*time.Hour)), c.dir.refuse)
		c.verdict("old-access-used", met)
	}},
	{check: "old-access-used", what: "a key that need not end goes on", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		h := c.cloudKey()
		h.used = append(h.used, c.at.Add(c.need().tokens+c.g.span(6*time.Minute, 24*time.Hour)))
	}},
	{check: "old-access-used", what: "the watch is not over", twin: true, on: usesSessions, do: func(c *chain) {
		c.beforeTheEnd(c.g.span(5*time.Hour, 2*day))
		c.verdict("old-access-used", notDue)
	}},
}
