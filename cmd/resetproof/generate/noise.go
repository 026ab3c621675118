package generate

import (
	"io"
	"time"
)

// noise is what goes on besides: people sign in day and night, tickets are
// opened about other things, the desk writes down what is of no concern.
func (g *org) noise() {
	g.programNoise()
	for at := logsFrom; at.Before(logsUntil); at = at.Add(5 * time.Hour) {
		p := pick(g.rng, g.staff.bystander)
		g.oktaSignin(g.clock(at, 0, 4*time.Hour), p, p.seat())
		entra.signin(g, g.clock(at, 0, 4*time.Hour), p, p.seat())
		g.entraAudit(g.clock(at, 0, 4*time.Hour), entraAudit{service: coreDirectory, activity: "Change user license", correlation: g.uuid(),
			by: g.entraBy(g.staff.admins[0], nil), about: []obj{g.entraUser(p)}})
	}
	formed := len(g.forms.records) > 0
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
		if formed {
			g.form(g.clock(at, 0, 4*time.Hour), "withdrawn", p.login, p.login, "", "", "")
		}
	}
	g.windowsNoise()
	g.oktaNoise()
}

// signinsFile holds the further sign-ins, beside the log that they belong to.
const signinsFile = "logs/okta/signins.jsonl"

// writeSignins writes the further sign-ins of people whom nothing happens to, in
// order of time. They may be millions, so none of them is kept.
func (g *org) writeSignins(to io.Writer) error {
	kept := g.okta
	defer func() { g.okta = kept }()
	step := logsUntil.Add(-time.Hour).Sub(logsFrom) / time.Duration(g.Signins)
	for n := range g.Signins {
		g.okta = &log{}
		p := pick(g.rng, g.staff.bystander)
		g.oktaSignin(logsFrom.Add(time.Duration(n)*step), p, p.seat())
		for _, r := range g.okta.records {
			if _, err := to.Write(append(r.raw, '\n')); err != nil {
				return err
			}
			g.streamed++
		}
	}
	return nil
}
