package generate

import (
	"slices"
	"time"
)

// selfReset is a reset that its owner carries out, from the request to the new
// password; whatever has no time was not done.
type selfReset struct {
	who    *person
	from   seat
	asked  time.Time
	proofs []check // by the owner, in the words of the product
	at     time.Time
}

func recovers(d *directory) bool { return d.recover != nil }

// selfBase is a sound recovery by its owner, in a directory that offers it.
func (g *org) selfBase(tier string) *chain {
	offered := slices.DeleteFunc(slices.Clone(directories), func(d *directory) bool { return !recovers(d) })
	c := g.base(tier, pick(g.rng, offered), pick(g.rng, desks))
	c.path, c.operator, c.ticket = selfService, c.who, nil
	c.approvals, c.checks, c.deliver, c.changed = nil, nil, nil, time.Time{}
	c.self = &selfReset{who: c.who, from: c.home, at: c.at, asked: g.clock(c.at, -7*time.Minute, -5*time.Minute)}
	c.prove(pick(g.rng, c.dir.proofs[c.need().bar]))
	return c
}

// prove has the owner pass these methods in the flow, one after the other.
func (c *chain) prove(methods ...string) {
	c.self.proofs = nil
	for i, m := range methods {
		c.self.proofs = append(c.self.proofs, check{at: c.at.Add(time.Duration(i-len(methods))*40*time.Second - 30*time.Second), method: m, by: c.who})
	}
}

// oktaFlow are the messages with which Okta starts a recovery.
var oktaFlow = map[string]string{
	"email": "system.email.password_reset.sent_message", "SMS_FACTOR": "system.sms.send_password_reset_message", "CALL_FACTOR": "system.voice.send_password_reset_call",
}

// oktaSelfReset is the flow of the sign-in page: a message, a factor, the reset
// and the new password. Each is a request of its own to Okta, and so a
// transaction of its own.
func (g *org) oktaSelfReset(s selfReset) {
	page := func(uri, factor string) obj {
		return obj{"debugData": obj{"requestId": g.word(27), "requestUri": uri, "factor": factor}}
	}
	none := obj{"authenticationStep": 0, "externalSessionId": "unknown"}
	if !s.asked.IsZero() {
		kind := oktaFlow["SMS_FACTOR"] // where another factor follows, the message is a text
		if len(s.proofs) > 0 && oktaFlow[s.proofs[0].method] != "" {
			kind = oktaFlow[s.proofs[0].method]
		}
		g.oktaEvent(s.asked, kind, s.who, s.who, s.from, obj{"debugContext": page("/api/v1/authn/recovery/password", ""), "authenticationContext": none})
	}
	for _, p := range s.proofs {
		result := obj{"result": "SUCCESS", "reason": nil}
		if p.failed {
			result = obj{"result": "FAILURE", "reason": "INVALID_CREDENTIALS"}
		}
		if p.method == "email" {
			g.oktaEvent(p.at, "system.email.challenge_factor_redeemed", s.who, s.who, s.from, obj{"outcome": result, "authenticationContext": none})
			continue
		}
		g.oktaEvent(p.at, "user.authentication.auth_via_mfa", s.who, s.who, s.from, obj{"outcome": result, "authenticationContext": none,
			"debugContext": page("/api/v1/authn/recovery/factors/verify", p.method)})
	}
	if s.at.IsZero() {
		return
	}
	g.oktaEvent(s.at, "user.account.reset_password", s.who, s.who, s.from, obj{"debugContext": page("/api/v1/authn/recovery/token", ""), "authenticationContext": none})
	g.oktaEvent(s.at.Add(20*time.Second), "user.account.update_password", s.who, s.who, s.from, obj{"debugContext": page("/signin/reset-password", ""), "authenticationContext": none})
}
