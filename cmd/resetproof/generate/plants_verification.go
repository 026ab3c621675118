package generate

import "time"

// Violations of the checks on whether the owner was verified.
var verificationPlants = []plant{
	{check: "late-verification", what: "the caller was checked after the reset", do: func(c *chain) {
		c.approved()
		c.checks[0].at = c.at.Add(12 * time.Minute)
		c.unproven(0)
	}},
	{check: "no-verification", what: "begun and not completed", do: func(c *chain) {
		c.approved()
		c.checks[0].failed = true
		c.unproven(0)
		if c.need().stepUp > 0 {
			c.expect("no-step-up") // a failed verification is a risk signal
		}
	}},
	{check: "no-verification", what: "nobody checked the caller", do: func(c *chain) {
		c.approved()
		c.checks = nil
		c.unproven(0)
	}},
	{check: "weak-verification", what: "one strength too weak", do: func(c *chain) {
		c.approved()
		strength := c.need().bar - 1
		c.checks[0].method = pick(c.g.rng, methods[strength])
		c.unproven(strength)
	}},
}

// unproven adds what else follows where the owner was verified by no more than
// the strength: all of his factors replaced below 4, a way in that is weaker than
// the sign-in.
func (c *chain) unproven(strength int) {
	if c.dropped && strength < 4 {
		c.expect("all-factors-replaced")
	}
	if strength > 0 && strength < c.login() {
		c.expect("weaker-than-login")
	}
}

// login is the strength of what the owner signs in with, 0 where no record says.
func (c *chain) login() int {
	if c.dir.strength == 0 || c.who.signs == 0 {
		return c.dir.strength
	}
	return c.who.signs
}
