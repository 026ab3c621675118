package generate

import (
	"fmt"
	"strconv"
	"time"
)

// oktaEvent writes a record of the System Log. Keys of more lie over the
// record's own, one level deep.
func (g *org) oktaEvent(at time.Time, kind string, actor, target *person, from seat, more obj) {
	o := obj{
		"uuid": g.uuid(), "published": at.UTC().Format("2006-01-02T15:04:05.000Z"), "eventType": kind, "version": "0", "severity": "INFO", "displayMessage": kind,
		"actor": oktaUser(actor), "outcome": obj{"result": "SUCCESS", "reason": nil}, "target": []any{},
		"client": obj{
			"userAgent": obj{"os": from.device, "browser": "CHROME"}, "zone": "null", "device": "Computer", "ipAddress": from.ip,
			"geographicalContext": obj{"city": from.city, "state": from.region, "country": from.country},
		},
		"authenticationContext": obj{"authenticationStep": 0, "externalSessionId": "102" + g.word(22)},
		"transaction":           obj{"type": "WEB", "id": g.word(27), "detail": obj{}},
		"debugContext":          obj{"debugData": obj{"requestId": g.word(27), "requestUri": "/api/v1"}},
		"securityContext":       obj{"isProxy": false},
	}
	if target != nil {
		o["target"] = []any{oktaUser(target)}
	}
	for _, k := range sortedKeys(more) {
		o[k] = more[k]
	}
	g.okta.add(at, o)
}

func oktaUser(p *person) obj {
	if p == nil {
		return obj{"id": "okta", "type": "SystemPrincipal", "alternateId": "system@okta.com", "displayName": "Okta System"}
	}
	return obj{"id": p.okta, "type": "User", "alternateId": p.login, "displayName": p.name()}
}

// seat is where somebody sits: an address, the place it stands for, a machine.
type seat struct {
	place
	ip, device string
}

func (p *person) seat() seat {
	if p == nil {
		return seat{} // the product itself
	}
	return seat{p.home, p.home.net + strconv.Itoa(p.host), p.device}
}

// elsewhere is a seat in a place and at a machine that nobody else uses.
func (g *org) elsewhere() seat {
	return seat{farAway, fmt.Sprintf("198.18.%d.%d", g.rng.IntN(256), 1+g.rng.IntN(254)), "Linux"}
}

// oktaSession is the part of a record that names its session.
func oktaSession(id string) obj { return obj{"authenticationStep": 0, "externalSessionId": id} }

// oktaFactors are what people sign in with who do not use the push.
var oktaFactors = map[int]string{3: "token:software:totp", 4: "FIDO_WEBAUTHN"}

// oktaSignin signs somebody in, with a push unless he has something better, and gives the session.
func (g *org) oktaSignin(at time.Time, p *person, from seat) string {
	id := "102" + g.word(22)
	g.oktaEvent(at, "user.session.start", p, nil, from, obj{"authenticationContext": oktaSession(id)})
	if factor := oktaFactors[p.signs]; factor != "" {
		g.oktaEvent(at.Add(9*time.Second), "user.authentication.auth_via_mfa", p, p, from, obj{
			"authenticationContext": oktaSession(id), "debugContext": obj{"debugData": obj{"requestId": g.word(27), "requestUri": "/api/v1/authn", "factor": factor}}})
		return id
	}
	g.oktaEvent(at.Add(9*time.Second), "user.authentication.auth_via_mfa", p, p, from, obj{
		"authenticationContext": oktaSession(id),
		"target": []any{oktaUser(p), obj{"id": "aut" + p.okta[3:], "type": "AuthenticatorEnrollment", "alternateId": "unknown", "displayName": "Okta Verify",
			"detailEntry": obj{"methodTypeUsed": "Get a push notification"}}},
	})
	return id
}

// oktaFactor is a factor as the target of a record.
func oktaFactor(id, name, method string) obj {
	return obj{"id": id, "type": "AuthenticatorEnrollment", "alternateId": "unknown", "displayName": name, "detailEntry": obj{"methodTypeUsed": method}}
}

var okta = &directory{
	name:   "okta",
	places: true, strength: 2,
	feed:   "okta-system-log/norrvik",
	signin: func(g *org, at time.Time, p *person, from seat) string { return g.oktaSignin(at, p, from) },
	program: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "user.session.start", p, nil, from, nil)
	},
	use: func(g *org, at time.Time, p *person, from seat, session string) {
		g.oktaEvent(at, "user.authentication.sso", p, nil, from, obj{
			"authenticationContext": oktaSession(session),
			"target":                []any{obj{"id": "0oa" + g.word(17), "type": "AppInstance", "alternateId": "Timesheets", "displayName": "Timesheets"}},
		})
	},
	reset: func(g *org, at time.Time, by, p *person) {
		g.oktaEvent(at, "user.account.reset_password", by, p, by.seat(), nil)
	},
	change: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "user.account.update_password", p, p, from, nil)
	},
	endSessions: func(g *org, at time.Time, by, p *person) {
		g.oktaEvent(at, "user.session.clear", by, p, by.seat(), nil)
	},
	dropFactors: func(g *org, at time.Time, by, p *person) {
		g.oktaEvent(at, "user.mfa.factor.reset_all", by, p, by.seat(), nil)
	},
	enrol: func(g *org, at time.Time, p *person, from seat, factor string) {
		g.oktaEvent(at, "user.mfa.factor.activate", p, p, from, obj{"target": []any{oktaUser(p), oktaFactor(factor, "Okta Verify", "Get a push notification")}})
	},
	grant: func(g *org, at time.Time, by, p *person, role string) {
		g.oktaEvent(at, "user.account.privilege.grant", by, p, by.seat(), obj{"debugContext": obj{"debugData": obj{"privilegeGranted": role}}})
	},
	revoke: func(g *org, at time.Time, by, p *person, role string) {
		g.oktaEvent(at, "user.account.privilege.revoke", by, p, by.seat(), obj{"debugContext": obj{"debugData": obj{"privilegeRevoked": role}}})
	},
	logout: func(g *org, at time.Time, p *person, from seat, session string) {
		g.oktaEvent(at, "user.session.end", p, p, from, obj{"authenticationContext": oktaSession(session)})
	},
	refuse: func(g *org, at time.Time, p *person, from seat, session string) {
		g.oktaEvent(at, "user.authentication.sso", p, nil, from, obj{"authenticationContext": oktaSession(session), "outcome": obj{"result": "FAILURE", "reason": "SESSION_EXPIRED"},
			"target": []any{obj{"id": "0oa" + g.word(17), "type": "AppInstance", "alternateId": "Timesheets", "displayName": "Timesheets"}}})
	},
	role:    "Super administrator",
	recover: func(g *org, s selfReset) { g.oktaSelfReset(s) },
	proofs:  map[int][]string{1: {"email"}, 2: {"SMS_FACTOR", "CALL_FACTOR", "OKTA_VERIFY_PUSH"}, 3: {"token:software:totp", "token:hotp"}, 4: {"FIDO_WEBAUTHN"}},
	contact: func(g *org, at time.Time, p *person, from seat) {
		g.oktaEvent(at, "user.account.update_secondary_email", p, p, from, nil)
	},
	bound: []string{"mail", "email"},
	risk: func(g *org, at time.Time, p *person) {
		g.oktaEvent(at, "user.risk.detect", nil, p, p.seat(), obj{"debugContext": obj{"debugData": obj{"risk": "{level=HIGH, reasons=Anomalous Device}", "requestId": g.word(27)}}})
	},
	acts: oktaActs,
}
