package generate

import (
	"slices"
	"strings"
	"time"
)

// knowsPlaces: the directory says where its people sign in.
func knowsPlaces(c *chain) bool { return c.dir.places }

var everybody = []string{ordinary, sensitive, privileged, machine, privilegedMachine}

// anybase is a sound assisted recovery of whom the tier is about.
func anybase(g *org, tier string) *chain {
	if slices.Contains(machines, tier) {
		return machineSomewhere(g, tier)
	}
	return g.base(tier, pick(g.rng, directories), pick(g.rng, desks))
}

// Violations of the checks on how the new credential reached its owner.
var deliveryPlants = slices.Concat(channelPlants, lifePlants, changePlants, []plant{
	{check: "redeemed-elsewhere", what: "first used at an unknown place and machine", on: knowsPlaces, do: func(c *chain) {
		c.since = c.g.elsewhere()
		if !c.restored.IsZero() {
			c.expect("reset-then-new-factor") // the lost factor comes back there as well
		}
	}},
	{check: "redeemed-elsewhere", what: "first used where the owner worked weeks before", twin: true, on: knowsPlaces, do: func(c *chain) {
		c.since = c.g.elsewhere()
		for i := range 3 {
			at := c.g.clock(c.at.Add(-time.Duration(30-5*i)*day), 0, time.Hour)
			c.also = append(c.also, func() { c.dir.signin(c.g, at, c.who, c.since) })
		}
		c.verdict("redeemed-elsewhere", met)
	}},
	{check: "redeemed-elsewhere", what: "too little is known of the owner", twin: true, on: knowsPlaces, do: func(c *chain) {
		c.before = 1 + c.g.rng.IntN(4)
		c.since = c.g.elsewhere()
		c.verdict("redeemed-elsewhere", notAssessable)
	}},
	{check: "redeemed-elsewhere", what: "the logs end before the first sign-in", twin: true, on: knowsPlaces, do: func(c *chain) {
		c.beforeTheEnd(8 * time.Minute)
		c.changed, c.restored = time.Time{}, time.Time{}
		c.verdict("redeemed-elsewhere", notDue)
	}},
	{check: "secret-in-log", what: "the ticket holds the new password", tiers: everybody, base: anybase, do: func(c *chain) {
		c.say(pick(c.g.rng, leaks)(c.g))
	}},
	{check: "secret-in-log", what: "the ticket speaks of a password", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.say(pick(c.g.rng, talk))
		c.verdict("secret-in-log", met)
	}},
	{check: "secret-in-log", what: "comments may still come", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.beforeTheEnd(c.g.span(2*time.Hour, 24*time.Hour))
		c.verdict("secret-in-log", notDue)
	}},
})

// span is a random length of time.
func (g *org) span(from, to time.Duration) time.Duration {
	return (from + time.Duration(g.rng.Int64N(int64(to-from)+1))).Truncate(time.Second)
}

// say puts a text into one of the places in which the desk writes.
func (c *chain) say(text string) {
	switch c.g.rng.IntN(3) {
	case 0:
		c.ticket.notes = text
	case 1:
		c.ticket.text += ". " + text
	default:
		c.deliver.note = text
	}
}

const (
	lower   = "abcdefghijkmnpqrstuvwxyz"
	digits  = "23456789"
	symbols = "!#$%&*+?"
)

// password is one as people and programs make them up.
func (g *org) password() string {
	if g.rng.IntN(2) == 0 {
		return strings.ToUpper(g.letters(1, lower)) + g.letters(5, lower) + g.letters(4, digits) + g.letters(1, symbols)
	}
	return g.letters(6, lower) + g.letters(2, symbols) + g.letters(3, digits) + g.letters(3, upper)
}

var leaks = []func(g *org) string{
	func(g *org) string { return "Temporary password: " + g.password() },
	func(g *org) string { return "New password is " + g.password() + " until tomorrow" },
	func(g *org) string { return "done, pw=" + g.password() },
	func(g *org) string { return "Reset, told the caller. password " + g.password() },
	func(g *org) string { return "aws_secret_access_key=" + g.letters(40, alphabet) },
	func(g *org) string { return "Set with: net user svc " + g.password() + " /domain" },
}

var talk = []string{
	"Password told on the call-back, nothing written down",
	"password: see the vault entry",
	"The password expired on Monday, error 0x80070569 at the kiosk",
	"Password reset done, the owner signed in while we were on the telephone",
	"The reset link went to the mail on file; correlation 6f1c2a7e-90d4-4d0a-8f1e-2b77c0a3d911",
	"Asked for the token of the build server, which is in the vault and was not touched",
}

// console is a sound recovery of the console password of an IAM user who has no
// second factor.
func console(g *org, tier string) *chain {
	c := g.base(tier, aws, pick(g.rng, desks))
	c.moveTo(c.at.Truncate(time.Second))
	return c
}

var consoleUsers = []string{ordinary, sensitive}

// Violations of the check on channels.
var channelPlants = []plant{
	{check: "uncontrolled-delivery", what: "by a channel that nobody may use", tiers: everybody, base: anybase, do: func(c *chain) {
		c.deliver.channel = pick(c.g.rng, []string{"chat", "mail", "ticket-comment", "phone", "sms"})
	}},
	{check: "uncontrolled-delivery", what: "a console's password by a channel that nobody may use", tiers: consoleUsers, base: console, do: func(c *chain) {
		c.deliver.channel = pick(c.g.rng, []string{"chat", "mail", "ticket-comment", "phone", "sms"})
	}},
	{check: "uncontrolled-delivery", what: "by a channel that another tier may use", tiers: []string{sensitive, privileged, machine, privilegedMachine}, base: anybase, do: func(c *chain) {
		c.deliver.channel = pick(c.g.rng, map[string][]string{
			sensitive: {"mail-link", "in-person", "vault"}, privileged: {"voice-callback", "manager-in-person", "mail-link", "sms-link"},
			machine: {"in-person", "voice-callback", "vault-link"}, privilegedMachine: {"sealed-envelope", "vault-link", "mail-link"},
		}[c.tier])
	}},
	{check: "uncontrolled-delivery", what: "by a channel of its own tier", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.deliver.channel = pick(c.g.rng, allowed[c.tier])
		c.verdict("uncontrolled-delivery", met)
	}},
	{check: "uncontrolled-delivery", what: "the book does not say how", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.deliver.channel = ""
		c.verdict("uncontrolled-delivery", notAssessable)
	}},
	{check: "uncontrolled-delivery", what: "nothing left so far", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.beforeTheEnd(9 * time.Minute)
		c.deliver, c.changed = nil, time.Time{}
		c.verdict("uncontrolled-delivery", notDue)
	}},
}

// allowed are the channels of each tier for a password or secret.
var allowed = map[string][]string{
	ordinary:          {"vault-link", "manager-in-person", "voice-callback"},
	sensitive:         {"vault-link", "manager-in-person", "voice-callback"},
	privileged:        {"vault-link", "in-person"},
	machine:           {"vault", "secrets-manager"},
	privilegedMachine: {"vault", "secrets-manager"},
}

// handout is something that is handed over, with the longest life it may have.
type handout struct {
	method, channel string
	life            time.Duration
}

// handouts are what may be handed over to a person of the tier.
func (n need) handouts(tier string) []handout {
	out := []handout{{"temporary-password", n.channel, n.password}, {"access-pass", n.channel, n.pass}, {"bypass-code", n.channel, time.Hour}}
	switch tier {
	case ordinary:
		out = append(out, handout{"link", "mail-link", day}, handout{"link", "sms-link", 10 * time.Minute}, handout{"code", "sms-link", 10 * time.Minute})
	case sensitive:
		out = append(out, handout{"link", "sms-link", 10 * time.Minute}, handout{"code", "sms-link", 10 * time.Minute})
	}
	return out
}

// hand hands something else over, and gives what; a pass or a code asks for a
// verification of 3 at least.
func (c *chain) hand() handout {
	n := c.need()
	h := pick(c.g.rng, n.handouts(c.tier))
	c.deliver.method, c.deliver.channel, c.deliver.life = h.method, h.channel, h.life
	if h.method == "access-pass" || h.method == "bypass-code" {
		c.checks[0].method = pick(c.g.rng, methods[max(n.bar, 3)])
	}
	return h
}

// Violations of the checks on how long it lives, and how often it can be used.
var lifePlants = []plant{
	{check: "long-lived-bypass", what: "it lives longer than it may", do: func(c *chain) {
		h := c.hand()
		c.deliver.life = h.life + pick(c.g.rng, []time.Duration{time.Minute, h.life, 7 * day})
	}},
	{check: "long-lived-bypass", what: "it lives as long as it may", twin: true, do: func(c *chain) {
		c.hand()
		c.deliver.life -= pick(c.g.rng, []time.Duration{0, 2 * time.Minute})
		c.verdict("long-lived-bypass", met)
	}},
	{check: "long-lived-bypass", what: "the book does not say when it ends", twin: true, do: func(c *chain) {
		c.hand()
		c.deliver.life = 0
		c.verdict("long-lived-bypass", notAssessable)
	}},
	{check: "long-lived-bypass", what: "nothing left so far", twin: true, do: func(c *chain) {
		c.beforeTheEnd(9 * time.Minute)
		c.deliver, c.changed = nil, time.Time{}
		c.verdict("long-lived-bypass", notDue)
	}},
	{check: "reusable-bypass", what: "it works more than once", do: func(c *chain) {
		c.hand()
		c.deliver.uses = 2 + c.g.rng.IntN(9)
	}},
	{check: "reusable-bypass", what: "it works once", twin: true, do: func(c *chain) {
		c.hand()
		c.verdict("reusable-bypass", met)
	}},
	{check: "reusable-bypass", what: "a secret that a program may read again", twin: true, tiers: machines, base: anybase, do: func(c *chain) { c.deliver.uses = 50 }},
	{check: "reusable-bypass", what: "the book does not say how often", twin: true, do: func(c *chain) {
		// A temporary password ends with its first use, whatever a book says.
		for c.hand().method == "temporary-password" {
		}
		c.deliver.uses = 0
		c.verdict("reusable-bypass", notAssessable)
	}},
	{check: "reusable-bypass", what: "nothing left so far", twin: true, do: func(c *chain) {
		c.beforeTheEnd(9 * time.Minute)
		c.deliver, c.changed = nil, time.Time{}
		c.verdict("reusable-bypass", notDue)
	}},
}

// Violations of the check on what became of the temporary password.
var changePlants = []plant{
	{check: "no-forced-change", what: "the owner never replaced it", do: func(c *chain) { c.changed = time.Time{} }},
	{check: "no-forced-change", what: "the user of a console never replaced it", tiers: consoleUsers, base: console, do: func(c *chain) { c.changed = time.Time{} }},
	{check: "no-forced-change", what: "the owner replaced it too late", do: func(c *chain) {
		c.changeAt(c.at.Add(c.need().change).Add(c.g.span(6*time.Minute, 6*time.Hour)))
	}},
	{check: "no-forced-change", what: "the owner replaced it just in time", twin: true, do: func(c *chain) {
		c.changeAt(c.at.Add(c.need().change).Add(-c.g.span(time.Minute, 20*time.Minute)))
		c.verdict("no-forced-change", met)
	}},
	{check: "no-forced-change", what: "the owner got a link and chose it himself", twin: true, tiers: []string{ordinary}, do: func(c *chain) {
		c.deliver.method, c.deliver.channel, c.deliver.life = "link", "mail-link", 12*time.Hour
		c.changed = time.Time{}
	}},
	{check: "no-forced-change", what: "the logs end before the deadline", twin: true, do: func(c *chain) {
		c.beforeTheEnd(20 * time.Minute)
		c.changed = time.Time{}
		c.verdict("no-forced-change", notDue)
	}},
}

// changeAt has the owner come to replace the password at a time, and not before.
func (c *chain) changeAt(at time.Time) {
	c.changed = at.Truncate(time.Millisecond)
	if !c.restored.IsZero() {
		c.restored = c.at.Add(50 * time.Minute)
	}
	for i := range c.after {
		if c.after[i].Before(at) {
			c.after[i] = at.Add(time.Duration(1+i) * time.Hour)
		}
	}
}
