package generate

import "time"

// oktaNoise is what Okta writes all year that looks like a reset or a takeover
// and is none: people change their own passwords, mistype them, all passwords
// run out at once, and administrators open their console.
func (g *org) oktaNoise() {
	for at := logsFrom.AddDate(0, 0, 2); at.Before(logsUntil); at = at.AddDate(0, 0, 3) {
		p, admin := pick(g.rng, g.staff.bystander), pick(g.rng, g.staff.admins)
		t := g.clock(at, 8*time.Hour, 16*time.Hour)
		failed := obj{"outcome": obj{"result": "FAILURE", "reason": "INVALID_CREDENTIALS"}}
		g.oktaEvent(t.Add(-time.Minute), "user.session.start", p, nil, p.seat(), failed)
		g.oktaSignin(t, p, p.seat())
		okta.change(g, t.Add(time.Minute), p, p.seat())
		okta.console(g, g.clock(at, 8*time.Hour, 16*time.Hour), admin, admin.seat())
		by := pick(g.rng, g.staff.operators)
		g.oktaEvent(g.clock(at, 8*time.Hour, 16*time.Hour), "user.account.reset_password", by, p, by.seat(), obj{"outcome": obj{"result": "FAILURE", "reason": "Insufficient permissions"}})
	}
	for _, months := range []int{1, 4} {
		admin := g.staff.admins[0]
		g.oktaEvent(logsFrom.AddDate(0, months, 0).Add(6*time.Hour), "user.lifecycle.password_mass_expiry", admin, nil, admin.seat(), nil)
	}
}
