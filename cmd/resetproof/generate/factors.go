package generate

import (
	"slices"
	"time"
)

// factorBase is a sound recovery of somebody who lost his second factor alone:
// the desk takes all factors and he enrols one anew; the password stays.
func (g *org) factorBase(tier string) *chain {
	can := slices.DeleteFunc(slices.Clone(directories), func(d *directory) bool { return d.dropFactors == nil || d.enrol == nil })
	c := g.base(tier, pick(g.rng, can), pick(g.rng, desks))
	c.dropped, c.deliver, c.changed = false, nil, time.Time{}
	c.ticket.title, c.ticket.text = "MFA reset: new telephone", "The old telephone went through the wash, the authenticator is lost with it"
	c.checks[0].method = unbound[max(3, c.need().bar)] // a factor that goes as well proves nothing
	c.restored = g.clock(c.at, 31*time.Minute, 50*time.Minute)
	c.carried = func() {
		c.dir.dropFactors(g, c.at, c.operator, c.who)
		if c.dir == entra { // which ends the sessions with a password only
			g.entraTokens(c.ended, g.uuid(), g.entraBy(c.operator, c.operator.seat().ip), c.who)
		}
	}
	return c
}

// Violations on resets of factors alone.
var factorOnlyPlants = []plant{
	{check: "no-verification", what: "all factors taken, and nobody checked the caller", base: (*org).factorBase, do: func(c *chain) {
		c.approved()
		c.checks = nil
	}},
	{check: "weak-verification", what: "all factors taken on a call-back", tiers: []string{ordinary}, base: (*org).factorBase, do: func(c *chain) {
		c.approved()
		c.checks[0].method = pick(c.g.rng, []string{"callback", "manager-mail", "manager-video"})
	}},
	{check: "mfa-not-restored", what: "all factors taken, and none ever came back", base: (*org).factorBase, do: func(c *chain) { c.restored = time.Time{} }},
}
