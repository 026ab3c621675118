package generate

import (
	"strings"
	"time"
)

// hireBreakGlass adds an emergency account, which somebody in the identity team
// answers for and nobody uses.
func (g *org) hireBreakGlass() *person {
	p := g.hire("identity")
	p.kind, p.employment, p.employer = "break-glass", "", ""
	p.first, p.snow = "Emergency", ""
	p.owner = pick(g.rng, g.staff.admins)
	return p
}

// waiverPolicy: where waivers are planted on purpose they are no rarity.
func (g *org) waiverPolicy() string {
	if strings.HasPrefix(g.Set, "waivers-common/") {
		return ""
	}
	return "limits: {waivers_share: 0.6}\n"
}

// declare opens an incident that names the account.
func (c *chain) declare(kind string, from, until time.Time) *incident {
	g := c.g
	g.incidents = append(g.incidents, incident{id: g.number("MI", len(g.incidents)+1), declared: from, closed: until, by: g.staff.security[0], accounts: []string{c.who.login}, kind: kind})
	return &g.incidents[len(g.incidents)-1]
}

// emergencyBase is a sound use of an emergency account: an incident is declared,
// its owner has the password set anew, a security lead approves, which may come
// later, the envelope is sealed again and somebody else looks at it all.
func (g *org) emergencyBase(dir *directory, dsk *desk) *chain {
	c := &chain{g: g, tier: breakGlass, class: recovery, path: emergency, dir: dir, desk: dsk, executed: true, verdicts: map[string]string{}}
	c.who = g.hireBreakGlass()
	if dir.join != nil {
		dir.join(g, c.who)
	}
	c.home, c.since = c.who.seat(), c.who.seat()
	c.at = g.workday()
	c.operator = other(g.rng, g.staff.admins, c.who.owner)
	clerk := pick(g.rng, g.staff.clerks)
	c.ask(clerk)
	c.ticket.by, c.ticket.about = c.who.owner, c.who.login
	c.ticket.title, c.ticket.text = "Password for the emergency account", pick(g.rng, emergencies)
	c.checks = []check{{at: g.clock(c.at, -25*time.Minute, -20*time.Minute), method: pick(g.rng, methods[3+g.rng.IntN(2)]), by: clerk}}
	c.approvals = []approval{{at: g.clock(c.at, -19*time.Minute, -15*time.Minute), by: g.staff.security[1]}}
	if g.rng.IntN(2) == 0 { // in the night nobody waits for it
		c.approvals[0].at = g.clock(c.at, time.Hour, 20*time.Hour)
		c.ticket.closed = c.approvals[0].at.Add(time.Hour)
	}
	c.deliver = &delivery{at: g.clock(c.at, time.Minute, 4*time.Minute), method: "temporary-password", channel: pick(g.rng, []string{"sealed-envelope", "vault"}), life: 2 * time.Hour, uses: 1, by: c.operator}
	c.ended = g.clock(c.at, time.Minute, 5*time.Minute)
	c.reviewed = &review{at: g.clock(c.at, day, 2*day+20*time.Hour), by: g.staff.leads[0]}
	c.after = []time.Time{g.clock(c.at, 10*time.Minute, time.Hour)}
	c.declared = c.at.Add(-2 * time.Hour)
	return c
}

func emergencySomewhere(g *org, _ string) *chain {
	return g.emergencyBase(pick(g.rng, emergencyDirectories), pick(g.rng, desks))
}

var emergencyDirectories = []*directory{okta, activeDirectory, entra}

var emergencies = []string{
	"The identity provider refuses every administrator since the certificate ran out",
	"Fire alarm in the data centre, the shift lead cannot reach anybody with a key",
	"Replication between the domain controllers has stopped and no administrator can sign in",
	"The second factors of all administrators are refused after the update",
}
