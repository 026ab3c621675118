package generate

import (
	"slices"
	"time"
)

// Violations of the checks on whether the owner was verified, and how well.
var verificationPlants = []plant{
	{check: "no-verification", what: "begun and not completed", do: func(c *chain) {
		c.approved()
		c.checks[0].failed = true
		c.unproven(0)
		c.signalled() // a failed verification is a risk signal
	}},
	{check: "no-verification", what: "nobody checked the caller", do: func(c *chain) {
		c.approved()
		c.checks = nil
		c.unproven(0)
	}},
	{check: "no-verification", what: "checked for something else eight days before", do: func(c *chain) {
		c.approved()
		c.checkedBefore(8*day + 5*time.Hour)
		c.unproven(0)
	}},
	{check: "no-verification", what: "self-service without a proof", tiers: own, base: (*org).selfBase, do: func(c *chain) { c.self.proofs = nil }},
	{check: "no-verification", what: "checked six days before, on the sheet without a ticket", twin: true, do: func(c *chain) {
		c.approved()
		c.checkedBefore(6*day + 5*time.Hour)
	}},
	{check: "no-verification", what: "the week before is on no record", twin: true, do: func(c *chain) {
		c.approved()
		c.checks = nil
		c.early()
		c.verdict("no-verification", notAssessable)
	}},

	{check: "weak-verification", what: "one strength too weak", do: func(c *chain) {
		c.approved()
		strength := c.need().bar - 1
		c.checks[0].method = pick(c.g.rng, methods[strength])
		c.unproven(c.worth(c.checks[0].method))
	}},
	{check: "weak-verification", what: "two methods that hang on one thing", tiers: approved, do: func(c *chain) {
		two := []string{"sms", "callback"} // one telephone
		if c.tier == privileged {
			two = []string{"document-selfie", "manager-in-person"} // two, and never more than 3
		}
		c.checkedTwice(two[0], two[1])
		c.unproven(c.need().bar - 1)
	}},
	{check: "weak-verification", what: "the number was changed the day before", tiers: []string{ordinary}, on: func(c *chain) bool { return c.dir == entra }, do: func(c *chain) {
		c.approved()
		c.contactChanged(c.g.clock(c.at, -30*time.Hour, -20*time.Hour))
		c.checks[0].method = pick(c.g.rng, c.dir.bound)
		c.expect("no-step-up", "changed-contact-then-reset", "weaker-than-login")
	}},
	{check: "weak-verification", what: "by a key, and all factors are enrolled anew", twin: true, tiers: []string{privileged}, do: func(c *chain) {
		c.checks[0].method = pick(c.g.rng, []string{"fido2", "passkey", "piv"})
	}},
	{check: "weak-verification", what: "self-service, one strength too weak", tiers: own, base: (*org).selfBase, do: func(c *chain) {
		strength := c.need().bar - 1
		c.prove(pick(c.g.rng, c.dir.proofs[strength]))
		c.unproven(strength)
	}},
	{check: "weak-verification", what: "two methods that have nothing in common", twin: true, tiers: []string{sensitive}, do: func(c *chain) {
		c.checkedTwice(pick(c.g.rng, []string{"sms", "callback"}), pick(c.g.rng, []string{"manager-mail", "manager-video"}))
	}},
	{check: "weak-verification", what: "self-service by two factors", twin: true, tiers: []string{sensitive}, base: (*org).selfBase, do: func(c *chain) {
		two := []string{"SMS_FACTOR", "OKTA_VERIFY_PUSH"}
		if c.dir == entra {
			two = []string{"mobile phone sms", "mobile app notification"}
		}
		c.prove(two...)
	}},
	{check: "weak-verification", what: "as people write it", twin: true, do: func(c *chain) {
		c.checks[0].method = pick(c.g.rng, map[int][]string{
			2: {"Call-back", "SMS code", "manager vouches by mail", "Recovery Contact"},
			3: {"Manager in person", "hardware OTP", "TOTP", "unattended document with selfie"},
			4: {"Photo ID", "Photo_ID", "Code issued in person", "supervised document and biometric proofing"},
		}[c.need().bar])
	}},
	{check: "weak-verification", what: "nobody wrote down how", twin: true, do: func(c *chain) {
		c.approved()
		c.checks[0].method = pick(c.g.rng, []string{"", "the usual way"})
		c.verdict("weak-verification", notAssessable)
	}},

	{check: "late-verification", what: "the caller was checked after the reset", do: func(c *chain) {
		c.approved()
		c.checks[0].at = c.g.clock(c.at, 6*time.Minute, 20*time.Hour)
		c.unproven(0)
	}},
	{check: "late-verification", what: "the caller was checked after the approval", tiers: approved, do: func(c *chain) {
		c.checks[0].at = c.g.clock(c.at, -9*time.Minute, -3*time.Minute)
	}},
	{check: "late-verification", what: "four minutes after, by another clock", twin: true, do: func(c *chain) {
		c.approved()
		c.checks[0].at = c.g.clock(c.at, time.Minute, 4*time.Minute+50*time.Second)
		c.approvals[0].at = c.checks[0].at.Add(-90 * time.Second)
	}},
	{check: "late-verification", what: "checked before, and again afterwards", twin: true, do: func(c *chain) {
		c.checks = append(c.checks, check{at: c.at.Add(40 * time.Minute), method: c.checks[0].method, by: c.checks[0].by})
	}},

	{check: "weaker-than-login", what: "he signs in with a key", on: signsIn, do: func(c *chain) {
		c.approved()
		c.who.signs = 4
		if c.tier == privileged {
			c.checks[0].method = pick(c.g.rng, []string{"document-selfie", "manager-in-person"})
			c.expect("weak-verification", "all-factors-replaced")
		}
	}},
	{check: "weaker-than-login", what: "he signs in with a code", tiers: []string{ordinary}, on: signsIn, do: func(c *chain) { c.who.signs = 3 }},
	{check: "weaker-than-login", what: "self-service of one who signs in with a key", tiers: own, base: (*org).selfBase, do: func(c *chain) { c.who.signs = 4 }},
	{check: "weaker-than-login", what: "as strong as the sign-in", twin: true, on: signsIn, do: func(c *chain) { c.who.signs = max(3, c.need().bar); c.atLeast(3) }},
	{check: "weaker-than-login", what: "the key came only afterwards", twin: true, on: signsIn, do: func(c *chain) {
		after := c.after
		c.after = nil
		c.also = append(c.also, func() {
			c.who.signs = 4
			for _, at := range after {
				c.dir.signin(c.g, at, c.who, c.since)
			}
		})
	}},
	{check: "weaker-than-login", what: "no record says how he signs in", twin: true, tiers: []string{ordinary}, on: func(c *chain) bool { return !signsIn(c) }, do: func(c *chain) {
		c.verdict("weaker-than-login", notAssessable)
	}},
}

// signsIn: the directory's sign-ins say by which method.
func signsIn(c *chain) bool { return c.dir.strength > 0 }

// checkedBefore moves the check to so long before, into the sheet and out of the
// ticket.
func (c *chain) checkedBefore(ago time.Duration) {
	k := c.checks[0]
	c.checks = nil
	c.also = append(c.also, func() {
		c.g.step(row{at: c.at.Add(-ago), kind: "identity.verified", account: c.who.login, actor: k.by.login, method: k.method, source: "caller check"})
	})
}

// checkedTwice has the caller checked by two methods in one call.
func (c *chain) checkedTwice(one, two string) {
	k := c.checks[0]
	c.checks = []check{{at: k.at, method: one, by: k.by}, {at: k.at.Add(2 * time.Minute), method: two, by: k.by}}
}

// atLeast has the caller checked by a method of at least that strength.
func (c *chain) atLeast(strength int) {
	c.checks[0].method = pick(c.g.rng, methods[max(strength, c.need().bar)])
}

// unproven adds what else follows where the owner was verified by no more than
// the strength: all of his factors replaced below 4, a way in that is weaker than
// the sign-in.
func (c *chain) unproven(strength int) {
	if c.dropped && strength < 4 {
		c.expect("all-factors-replaced")
	}
	if login := c.login(); login > 0 && strength != 0 && strength < login {
		c.expect("weaker-than-login")
	}
}

// worth is the strength of a method in this reset.
func (c *chain) worth(method string) int {
	for strength := range 5 {
		if slices.Contains(methods[strength], method) {
			return strength
		}
	}
	return 0
}

// login is the strength of what the owner signs in with, 0 where no record says.
func (c *chain) login() int {
	if c.dir.strength == 0 || c.who.signs == 0 {
		return c.dir.strength
	}
	return c.who.signs
}
