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

// passBase is a sound recovery by an access pass of Entra, which an administrator
// makes and hands over; the password stays.
func (g *org) passBase(tier string) *chain {
	c := g.base(tier, entra, pick(g.rng, desks))
	c.changed = time.Time{}
	c.deliver.method, c.deliver.life = "access-pass", c.need().pass/2
	c.ticket.title, c.ticket.text = "MFA: locked out without the telephone", "The telephone is at home, the shift begins now"
	c.checks[0].method = unbound[max(3, c.need().bar)]
	c.carried = func() {
		g.entraAudit(c.at, entraAudit{service: authMethods, activity: "Admin registered temporary access pass method for user", correlation: g.uuid(),
			by: g.entraBy(c.operator, c.operator.seat().ip), about: []obj{g.entraUser(c.who)}})
		g.entraTokens(c.ended, g.uuid(), g.entraBy(c.operator, c.operator.seat().ip), c.who)
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
	{check: "no-verification", what: "an access pass, and nobody checked the caller", tiers: belowPrivileged, base: (*org).passBase, do: func(c *chain) {
		c.approved()
		c.checks = nil
	}},
	{check: "weak-verification", what: "an access pass on a call-back", tiers: []string{ordinary}, base: (*org).passBase, do: func(c *chain) {
		c.approved()
		c.checks[0].method = pick(c.g.rng, []string{"callback", "manager-mail", "manager-video"})
	}},
	{check: "long-lived-bypass", what: "an access pass lives too long", tiers: belowPrivileged, base: (*org).passBase, do: func(c *chain) {
		c.deliver.life = c.need().pass + c.g.span(time.Minute, 7*day)
	}},
}
