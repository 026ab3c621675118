package generate

import "time"

// noise is what goes on besides: people sign in day and night, tickets are
// opened about other things, the desk writes down what is of no concern.
func (g *org) noise() {
	for at := logsFrom; at.Before(logsUntil); at = at.Add(5 * time.Hour) {
		p := pick(g.rng, g.staff.bystander)
		g.oktaSignin(g.clock(at, 0, 4*time.Hour), p, p.seat())
		entra.signin(g, g.clock(at, 0, 4*time.Hour), p, p.seat())
		g.entraAudit(g.clock(at, 0, 4*time.Hour), entraAudit{service: coreDirectory, activity: "Change user license", correlation: g.uuid(),
			by: g.entraBy(g.staff.admins[0], nil), about: []obj{g.entraUser(p)}})
	}
	for at := logsFrom; at.Before(logsUntil); at = at.Add(9 * time.Hour) {
		p := pick(g.rng, g.staff.bystander)
		for _, d := range desks {
			g.tickets++
			t := &ticket{number: d.number(g, g.tickets), sysID: g.hex(32), opened: g.clock(at, 0, 4*time.Hour), by: p, clerk: p,
				title: "Noise on the headset", text: "Crackles when docking the laptop", category: "hardware"}
			t.closed = t.opened.Add(7 * time.Hour)
			d.open(g, t)
		}
		g.step(row{at: g.clock(at, 0, 4*time.Hour), kind: "other", account: p.login, actor: p.login, source: "visitors' book"})
	}
	g.windowsNoise()
	for range g.Signins {
		p := pick(g.rng, g.staff.bystander)
		g.oktaSignin(g.clock(logsFrom, 0, logsUntil.Sub(logsFrom)-day), p, p.seat())
	}
}
