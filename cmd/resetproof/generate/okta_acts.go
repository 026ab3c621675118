package generate

import "time"

// What somebody may do in Okta besides signing in and being reset.

func oktaObject(id, kind, name string) obj {
	return obj{"id": id, "type": kind, "alternateId": "unknown", "displayName": name}
}

// oktaPersist is a record that the account itself causes, about the object.
func oktaPersist(name, kind string, admin bool, prefix, object, called string) persistence {
	return persistence{name, admin, func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, kind, p, nil, from, obj{"target": []any{oktaObject(prefix+g.word(17), object, called)}})
	}}
}

var oktaActs = acts{
	bindsWhere: true,
	ungrant: func(g *org, at time.Time, by, p *person, role string) {
		g.oktaEvent(at, "user.account.privilege.revoke", by, p, by.seat(), obj{"debugContext": obj{"debugData": obj{"privilegeRevoked": role}}})
	},
	group: func(g *org, at time.Time, by, p *person, group string) {
		g.oktaEvent(at, "group.user_membership.add", by, p, by.seat(), obj{"target": []any{oktaObject("00g"+g.word(17), "UserGroup", group), oktaUser(p)}})
	},
	console: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "user.session.access_admin_app", p, nil, from, obj{"target": []any{oktaObject("0oa"+g.word(17), "AppInstance", "Okta Administration")}})
	},
	open: func(g *org, at time.Time, p *person, from seat, app string) {
		g.oktaEvent(at, "user.authentication.sso", p, nil, from, obj{"target": []any{oktaObject("0oa"+g.word(17), "AppInstance", app), oktaUser(p)}})
	},
	persist: []persistence{
		oktaPersist("API token", "system.api_token.create", false, "00T", "Token", "backup"),
		{"consent", false, func(g *org, at time.Time, p *person, from seat) {
			g.oktaEvent(at, "app.oauth2.as.consent.grant", p, p, from, obj{"target": []any{oktaObject("0oa"+g.word(17), "PublicClientApp", "Mail backup"), oktaUser(p)}})
		}},
		oktaPersist("identity provider", "system.idp.lifecycle.create", true, "0oa", "IdentityProvider", "Partner sign-in"),
		oktaPersist("sign-in policy", "policy.rule.update", true, "0pr", "PolicyRule", "Catch-all"),
	},
	read: func(g *org, at time.Time, p *person, from seat, secret string) {
		g.oktaEvent(at, "application.user_membership.show_password", p, p, from, obj{"target": []any{
			obj{"id": secret, "type": "AppUser", "alternateId": p.login}, oktaObject("0oa"+g.word(17), "AppInstance", "Payroll"), oktaUser(p)}})
	},
	stopLog: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "system.log_stream.lifecycle.deactivate", p, nil, from, obj{"target": []any{oktaObject("0ls"+g.word(17), "LogStream", "to the lake")}})
	},
	trust: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "device.enrollment.create", p, p, from, obj{"target": []any{oktaObject("guo"+g.word(17), "UDDevice", from.device)}})
	},
	dropFactor: func(g *org, at time.Time, by, p *person, factor string) {
		g.oktaEvent(at, "user.mfa.factor.deactivate", by, p, by.seat(), obj{"target": []any{oktaUser(p), oktaFactor(factor, "Okta Verify", "Get a push notification")}})
	},
	unlock: func(g *org, at time.Time, by, p *person) {
		g.oktaEvent(at, "user.account.unlock_by_admin", by, p, by.seat(), nil)
	},
}
