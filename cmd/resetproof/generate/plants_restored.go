package generate

import (
	"time"
)

// losesFactors: the directory logs that factors go and that they come.
func losesFactors(c *chain) bool { return c.dir.dropFactors != nil && c.dir.enrol != nil }

// dropAll has the reset take all factors as well, which asks for the strongest
// verification, and the owner enrol a new one in time.
func (c *chain) dropAll() {
	c.dropped = true
	c.checks[0].method = pick(c.g.rng, methods[4])
	c.restored = c.g.clock(c.at, 31*time.Minute, 50*time.Minute)
}

var factorPlants = []plant{
	{check: "mfa-not-restored", what: "none came back", on: losesFactors, do: func(c *chain) {
		c.dropAll()
		c.restored = time.Time{}
	}},
	{check: "mfa-not-restored", what: "it came back too late", on: losesFactors, do: func(c *chain) {
		c.dropAll()
		c.restored = c.at.Add(c.need().factor + c.g.span(time.Minute, 10*time.Hour))
	}},
	{check: "mfa-not-restored", what: "the new one was taken away again", on: func(c *chain) bool { return c.dir == okta || c.dir == activeDirectory }, do: func(c *chain) {
		c.dropAll()
		c.restored = time.Time{}
		at, factor := c.g.clock(c.at, 31*time.Minute, 50*time.Minute), "aut"+c.g.word(17)
		c.also = append(c.also, func() {
			c.dir.enrol(c.g, at, c.who, c.since, factor)
			c.g.oktaEvent(at.Add(time.Hour), "user.mfa.factor.deactivate", c.who, c.who, c.since, obj{"target": []any{oktaUser(c.who), oktaFactor(factor, "Okta Verify", "Get a push notification")}})
		})
	}},
	{check: "mfa-not-restored", what: "it came back just in time", twin: true, on: losesFactors, do: func(c *chain) {
		c.dropAll()
		c.restored = c.at.Add(c.need().factor - c.g.span(time.Minute, 40*time.Minute))
		c.verdict("mfa-not-restored", met)
	}},
	{check: "mfa-not-restored", what: "the logs end before the deadline", twin: true, on: losesFactors, do: func(c *chain) {
		c.beforeTheEnd(40 * time.Minute)
		c.dropAll()
		c.restored = time.Time{}
		c.verdict("mfa-not-restored", notDue)
	}},
}

// oktaDevice has somebody's device trusted, or trusted no longer.
func (g *org) oktaDevice(at time.Time, kind string, by, p *person, from seat) {
	g.oktaEvent(at, kind, by, p, from, obj{"target": []any{oktaUser(p), obj{"id": "guo" + g.word(17), "type": "UDDevice", "alternateId": "unknown", "displayName": from.device}}})
}

const (
	deviceGone = "device.user.remove"
	deviceNew  = "device.enrollment.create"
)

// lost has the owner's device lose its trust around the reset, and another one
// trusted at a time, zero for never.
func (c *chain) lost(again time.Time) {
	gone := c.g.clock(c.at, -15*time.Minute, 10*time.Minute)
	c.also = append(c.also, func() {
		c.g.oktaDevice(gone, deviceGone, c.operator, c.who, c.operator.seat())
		if !again.IsZero() {
			c.g.oktaDevice(again, deviceNew, c.who, c.who, c.since)
		}
	})
}

var devicePlants = []plant{
	{check: "device-not-retrusted", what: "no device followed the lost one", do: func(c *chain) { c.lost(time.Time{}) }},
	{check: "device-not-retrusted", what: "a device followed too late", do: func(c *chain) {
		c.lost(c.at.Add(c.need().device + c.g.span(time.Minute, 5*day)))
	}},
	{check: "device-not-retrusted", what: "a device followed just in time", twin: true, do: func(c *chain) {
		c.lost(c.at.Add(c.need().device - c.g.span(time.Minute, 12*time.Hour)))
		c.verdict("device-not-retrusted", met)
	}},
	{check: "device-not-retrusted", what: "the new device was there the day before", twin: true, do: func(c *chain) {
		c.lost(c.at.Add(-c.g.span(4*time.Hour, 30*time.Hour)))
		c.verdict("device-not-retrusted", met)
	}},
	{check: "device-not-retrusted", what: "the logs end before the deadline", twin: true, do: func(c *chain) {
		c.beforeTheEnd(c.g.span(c.need().device/4, c.need().device/2))
		c.lost(time.Time{})
		c.verdict("device-not-retrusted", notDue)
	}},
}

// copies are the directories to which passwords are copied: those of a domain
// go to the mail provider, those of Okta to the portal of the shops.
var copies = map[*directory]string{activeDirectory: "google", okta: "keycloak"}

func isCopied(c *chain) bool { return copies[c.dir] != "" }

// copied gives the owner an account in the copy, which the password reaches at a
// time, zero for never; so does the one that the owner chooses.
func (c *chain) copied(at time.Time) {
	system := copies[c.dir]
	c.who.more[system] = c.who.login
	for _, at := range []time.Time{at, c.changed.Add(time.Minute)} {
		if at.After(c.at) && (!at.Equal(c.changed.Add(time.Minute)) || at.After(c.at.Add(time.Hour))) {
			c.also = append(c.also, func() {
				c.g.step(row{at: at, kind: "directory.synced", account: system + ":" + c.who.login, system: system, source: "password sync"})
			})
		}
	}
}

var propagationPlants = []plant{
	{check: "not-propagated", what: "it never came to the copy", on: isCopied, do: func(c *chain) { c.copied(time.Time{}) }},
	{check: "not-propagated", what: "it came to the copy too late", on: isCopied, do: func(c *chain) {
		c.copied(c.at.Add(time.Hour + c.g.span(6*time.Minute, 9*time.Hour)))
	}},
	{check: "not-propagated", what: "it came to the copy just in time", twin: true, on: isCopied, do: func(c *chain) {
		c.copied(c.at.Add(time.Hour - c.g.span(time.Second, 50*time.Minute)))
		c.verdict("not-propagated", met)
	}},
	{check: "not-propagated", what: "the logs end before the deadline", twin: true, on: isCopied, do: func(c *chain) {
		c.beforeTheEnd(20 * time.Minute)
		c.copied(time.Time{})
		c.verdict("not-propagated", notDue)
	}},
}
