package generate

import (
	"fmt"
	"time"
)

// What happens to many at once and is no defect, or not the one that it looks
// like.
var eventPlants = []setPlant{
	{check: "reused-approval", what: "a campaign whose one approval covers every account it lists", twin: true, do: func(g *org) []string {
		g.campaign(30, 30)
		return nil
	}},
	{check: "reused-approval", what: "a campaign from which five of the accounts were left out", do: func(g *org) []string {
		g.campaign(30, 25)
		return nil
	}},
}

// campaign resets many people in one morning after a phishing wave: the incident
// lists those whom its one approval covers.
func (g *org) campaign(people, listed int) {
	lead, operator := g.staff.security[0], g.staff.operators[0]
	at := plantUntil.Add(3 * day).Add(8 * time.Hour)
	wave := incident{id: "MI-2026-0417", declared: at.Add(-2 * time.Hour), closed: at.Add(30 * time.Hour), by: lead, kind: "campaign"}
	for n := range people {
		c := g.base(ordinary, okta, servicenow)
		c.moveTo(at.Add(time.Duration(n) * 9 * time.Minute))
		c.operator, c.deliver.by = operator, operator
		c.ticket, c.cites, c.approvals = nil, wave.id, nil
		// Nobody of them asked: the response team did, and had them called back.
		asked := c.at.Add(-30 * time.Minute)
		c.also = append(c.also, func() {
			g.step(row{at: asked, kind: "reset.requested", account: c.who.login, actor: lead.login, ticket: wave.id, source: "incident log",
				detail: fmt.Sprintf("Opened the attachment of the wave, see %s", wave.id)})
		})
		if n == 0 {
			c.also = append(c.also, func() {
				g.step(row{at: wave.declared.Add(time.Hour), kind: "reset.approved", account: c.who.login, actor: g.staff.leads[0].login, ticket: wave.id, source: "incident log"})
			})
		}
		plant := "campaign/listed"
		if n < listed {
			wave.accounts = append(wave.accounts, c.who.login)
		} else {
			plant = "campaign/not listed"
			c.expect("reused-approval", "requester-not-bound")
		}
		c.write()
		g.truth = append(g.truth, Truth{Identity: c.who.id, Time: c.at.UTC(), System: c.dir.name, Tier: c.tier, Class: c.class, Path: c.path, Plant: plant, Twin: n < listed, Verdicts: c.verdicts})
	}
	g.incidents = append(g.incidents, wave)
}

// mergerPlants are about a company that was bought: its people keep their
// accounts in the domain, beside new ones in Okta, and only the roster tells whose
// account is whose.
var mergerPlants = []setPlant{
	{check: "self-approval", what: "a merger: approved by the beneficiary's other account", do: func(g *org) []string {
		g.merger(20, true)
		return nil
	}},
	{check: "self-approval", what: "a merger: approved by a namesake in the other company", twin: true, do: func(g *org) []string {
		g.merger(20, false)
		return nil
	}},
}

// merger resets accounts in the domain on the word of somebody who signs in to
// Okta and bears the same name: the owner himself, or the manager.
func (g *org) merger(people int, same bool) {
	for range people {
		c := g.base(sensitive, activeDirectory, servicenow)
		plant := "merger/namesake"
		if same {
			plant = "merger/self"
			c.who.roles = []string{"service-desk-lead"} // who may approve, though not his own
			c.approvals[0].by = c.who
			c.expect("self-approval")
		} else {
			boss := g.hire("operations")
			boss.first, boss.last, boss.manager = c.who.first, c.who.last, g.staff.managers[0]
			c.who.manager, c.approvals[0].by = boss, boss
		}
		c.write()
		g.truth = append(g.truth, Truth{Identity: c.who.id, Time: c.at.UTC(), System: c.dir.name, Tier: c.tier, Class: c.class, Path: c.path, Plant: plant, Twin: !same, Verdicts: c.verdicts})
	}
}
