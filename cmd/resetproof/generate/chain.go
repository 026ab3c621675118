package generate

import (
	"fmt"
	"time"
)

// chain is one reset with everything around it, while it is being thought up.
// A base makes a sound one; a plant breaks it; then it is written to the logs.
type chain struct {
	g           *org
	who         *person
	tier, class string
	path        string
	dir         *directory
	desk        *desk
	at          time.Time // of the execution
	operator    *person
	ticket      *ticket // nil: nothing was asked in a ticket
	// cites is the ticket that steps kept by hand name; the ticket's own where empty.
	cites     string
	checks    []check
	approvals []approval
	deliver   *delivery
	// changed is when the owner replaced the password, ended when sessions were
	// ended, restored when the factors that the reset took were back; zero for never.
	changed, ended, restored time.Time
	dropped                  bool // the reset took all factors
	tokensEnded              time.Time
	keysEnd                  time.Time // of the old key, where a program got a new one
	reviewed                 *review
	activated                time.Time // when the operator took up the role for it; zero for never
	declared                 time.Time // when an incident that names the account was declared; zero for none
	carried                  func()    // writes the execution in another way than the directory's own; nil for that
	executed                 bool      // false: nothing was done in the directory
	before                   int       // sign-ins of the owner in the six weeks before
	after                    []time.Time
	home                     seat // where the owner sits before, and after
	since                    seat
	lastSession              string // the owner's last session before the reset
	lastSeen                 time.Time
	hangers                  []*hanger // secrets, tokens and keys that hang on the account
	// self is the owner's own reset, in place of one by an operator.
	self *selfReset
	// sets are findings about the whole set that it gives, beside are further
	// resets that belong to the same story.
	sets   []Truth
	beside []*chain
	// also writes what a plant adds, once the rest is written.
	also []func()
	// verdicts are what must be said of it.
	verdicts map[string]string
	// severities are those of findings whose severity depends on the case.
	severities map[string]string
}

type ticket struct {
	number, sysID         string
	opened, closed        time.Time
	by, clerk             *person
	title, text, category string
	notes, about          string
	undone                bool // closed without being done
}

type check struct {
	at      time.Time
	method  string
	by      *person
	failed  bool
	channel string
}

type approval struct {
	at      time.Time
	by      *person
	denied  bool
	until   time.Time // its own end, zero where it states none
	channel string    // how it was given, on the sheet
	// open: asked for and not answered; withdrawn is when it was taken back.
	open      bool
	withdrawn time.Time
}

type delivery struct {
	at      time.Time
	method  string
	channel string
	life    time.Duration
	uses    int
	by      *person
	note    string
}

type review struct {
	at time.Time
	by *person
}

func (c *chain) need() need { return needs[c.tier] }

// clock moves a time by a random number of minutes between from and to.
func (g *org) clock(at time.Time, from, to time.Duration) time.Time {
	return at.Add(from + time.Duration(g.rng.Int64N(int64(to-from)+1))).Truncate(time.Millisecond)
}

// workday is a time in the middle of a working day in the planted weeks.
func (g *org) workday() time.Time {
	for {
		days := int(plantUntil.Sub(plantFrom) / day)
		at := plantFrom.AddDate(0, 0, g.rng.IntN(days))
		if wd := at.Weekday(); wd != time.Saturday && wd != time.Sunday {
			return g.clock(at, 9*time.Hour, 15*time.Hour)
		}
	}
}

// base is a sound recovery of a person of the tier, carried out by the desk.
func (g *org) base(tier string, dir *directory, dsk *desk) *chain {
	who := g.hire(pick(g.rng, units))
	who.manager = pick(g.rng, g.staff.managers)
	return g.baseFor(who, tier, dir, dsk)
}

// baseFor is the recovery of somebody who was hired before.
func (g *org) baseFor(who *person, tier string, dir *directory, dsk *desk) *chain {
	c := &chain{g: g, who: who, tier: tier, class: recovery, path: assisted, dir: dir, desk: dsk, executed: true, verdicts: map[string]string{}}
	switch tier {
	case sensitive:
		c.who.data = "customer"
	case privileged:
		c.who.tier = privileged
	}
	if dir.join != nil {
		dir.join(g, c.who)
	}
	c.home, c.since = c.who.seat(), c.who.seat()
	c.at = g.workday()
	c.operator = pick(g.rng, g.staff.operators)
	clerk := pick(g.rng, g.staff.clerks)
	n := c.need()
	c.ask(clerk)
	c.checks = []check{{at: g.clock(c.at, -25*time.Minute, -20*time.Minute), method: pick(g.rng, methods[n.bar]), by: clerk}}
	if tier != ordinary || g.rng.IntN(2) == 0 {
		c.approvals = []approval{{at: g.clock(c.at, -19*time.Minute, -15*time.Minute), by: c.approver()}}
	}
	c.deliver = &delivery{at: g.clock(c.at, time.Minute, 4*time.Minute), method: "temporary-password", channel: n.channel, life: n.password / 2, uses: 1, by: c.operator}
	c.ended = g.clock(c.at, time.Minute, 5*time.Minute)
	c.changed = g.clock(c.at, 10*time.Minute, 30*time.Minute)
	if tier == privileged {
		c.dropped = true
		c.restored = g.clock(c.at, 31*time.Minute, 50*time.Minute)
		c.reviewed = &review{at: g.clock(c.at, day, 4*day), by: g.staff.security[0]}
		c.operator = pick(g.rng, g.staff.admins)
		c.deliver.by = c.operator
		c.approvals[0].by = other(g.rng, g.staff.admins, c.operator)
		if dir.activate != nil {
			// Nobody takes up a role twice at once, so that each has an administrator
			// of its own.
			c.operator = g.hire("identity")
			c.operator.roles = []string{"identity-admin"}
			c.deliver.by = c.operator
			c.activated = g.clock(c.at, -3*time.Hour, -15*time.Minute)
		}
	}
	c.before = 12
	c.after = []time.Time{g.clock(c.at, 2*time.Hour, 4*time.Hour), g.clock(c.at, 20*time.Hour, 28*time.Hour), g.clock(c.at, 6*day, 7*day)}
	return c
}

// ask opens a ticket for the owner half an hour before.
func (c *chain) ask(clerk *person) {
	g := c.g
	g.tickets++
	c.ticket = &ticket{
		number: c.desk.number(g, g.tickets), sysID: g.hex(32), opened: g.clock(c.at, -50*time.Minute, -30*time.Minute), closed: g.clock(c.at, 20*time.Minute, 50*time.Minute),
		by: c.who, clerk: clerk, title: "Password reset for a locked account", text: pick(g.rng, reasons), category: "access",
	}
}

// approver is somebody who may approve the reset.
func (c *chain) approver() *person {
	switch c.need().approver {
	case "manager":
		return c.who.manager
	case "owner":
		return c.who.owner
	case "security-lead":
		return pick(c.g.rng, c.g.staff.security)
	}
	return pick(c.g.rng, c.g.staff.admins)
}

// write puts the chain into the logs and into the truth.
func (c *chain) write() {
	g := c.g
	cites := c.cites
	if c.ticket != nil {
		if cites == "" {
			cites = c.ticket.number
		}
		c.desk.open(g, c.ticket)
		for _, a := range c.approvals {
			c.desk.approve(g, c.ticket, a)
		}
	}
	for i := range c.before {
		at := c.at.Add(-time.Duration(40-3*i) * day)
		if i == c.before-1 {
			at = c.at.Add(-20 * time.Hour)
		}
		if at = g.clock(at, 0, time.Hour); at.Before(logsFrom) {
			continue
		}
		c.lastSession, c.lastSeen = c.signin(at, c.home), at
	}
	for _, k := range c.checks {
		kind, outcome := "identity.verified", "success"
		if k.failed {
			kind, outcome = "identity.verification_failed", "failure"
		}
		g.step(row{at: k.at, kind: kind, account: c.who.login, actor: k.by.login, ticket: cites, method: k.method, outcome: outcome, channel: k.channel, source: "caller check"})
	}
	if !c.activated.IsZero() && c.operator != nil && c.self == nil {
		c.activate()
	}
	if c.self != nil {
		c.dir.recover(g, *c.self)
	} else if c.carried != nil {
		c.carried()
	} else if c.executed {
		c.dir.reset(g, c.at, c.operator, c.who)
	}
	if c.dropped {
		c.dir.dropFactors(g, c.at.Add(30*time.Second), c.operator, c.who)
	}
	if !c.ended.IsZero() && c.dir.endSessions != nil {
		c.dir.endSessions(g, c.ended, c.operator, c.who)
	}
	if d := c.deliver; d != nil {
		g.step(row{at: d.at, kind: "credential.delivered", account: c.who.login, actor: d.by.login, ticket: cites, method: d.method, channel: d.channel,
			expires: expiry(d), uses: d.uses, source: "delivery book", detail: d.note})
	}
	if !c.changed.IsZero() {
		first := -time.Minute
		if c.dir.changeFirst {
			first = 20 * time.Second
		}
		c.dir.signin(g, c.changed.Add(first), c.who, c.since)
		c.dir.change(g, c.changed, c.who, c.since)
	}
	if !c.restored.IsZero() {
		c.dir.enrol(g, c.restored, c.who, c.since, "aut"+g.word(17))
	}
	if !c.tokensEnded.IsZero() {
		g.step(row{at: c.tokensEnded, kind: "token.revoked", account: c.who.login, actor: c.operator.login, ticket: cites, source: "key book"})
	}
	for _, at := range c.after {
		c.signin(at, c.since)
	}
	for _, h := range c.hangers {
		c.writeHanger(h)
	}
	if !c.keysEnd.IsZero() {
		c.changeKey()
	}
	if r := c.reviewed; r != nil {
		g.step(row{at: r.at, kind: "case.reviewed", account: c.who.login, actor: r.by.login, ticket: cites, method: "accepted", source: "review sheet"})
	}
	if !c.declared.IsZero() {
		c.declare("incident", c.declared, c.at.Add(8*time.Hour))
	}
	for _, f := range c.also {
		f()
	}
}

// signin is the owner, or the program, at work.
func (c *chain) signin(at time.Time, from seat) string {
	if c.who.kind == "person" || c.who.kind == "break-glass" {
		return c.dir.signin(c.g, at, c.who, from)
	}
	c.dir.program(c.g, at, c.who, from)
	return ""
}

func expiry(d *delivery) time.Time {
	if d.life == 0 {
		return time.Time{}
	}
	return d.at.Add(d.life)
}

func (c *chain) String() string {
	return fmt.Sprintf("%s %s %s by %s in %s", c.tier, c.class, c.path, c.operator.id, c.dir.name)
}

// moveTo has everything happen as long before or after the new time of the
// execution as it would have before or after the old one. Call it before
// anything is planted that has a time of its own.
func (c *chain) moveTo(at time.Time) {
	by := at.Sub(c.at)
	move := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.Add(by)
		}
	}
	for _, t := range []*time.Time{&c.at, &c.changed, &c.ended, &c.restored, &c.tokensEnded, &c.declared, &c.activated, &c.keysEnd, &c.who.keyFrom} {
		move(t)
	}
	if c.self != nil {
		move(&c.self.asked)
		move(&c.self.at)
		for i := range c.self.proofs {
			move(&c.self.proofs[i].at)
		}
	}
	if c.ticket != nil {
		move(&c.ticket.opened)
		move(&c.ticket.closed)
	}
	for i := range c.checks {
		move(&c.checks[i].at)
	}
	for i := range c.approvals {
		move(&c.approvals[i].at)
	}
	if c.deliver != nil {
		move(&c.deliver.at)
	}
	if c.reviewed != nil {
		move(&c.reviewed.at)
	}
	for i := range c.after {
		move(&c.after[i])
	}
	c.moveHangers(move)
}

// beforeTheEnd moves the reset to shortly before the logs end; what would come
// after the end is on no record.
func (c *chain) beforeTheEnd(left time.Duration) {
	c.moveTo(logsUntil.Add(-left))
	if c.operator != c.who {
		c.ownOperator() // nobody resets dozens in the last hour
	}
}

// ownOperator has somebody carry the reset out who does nothing else.
func (c *chain) ownOperator() {
	old := c.operator
	c.operator = c.g.hire(old.unit)
	c.operator.manager, c.operator.roles = old.manager, old.roles
	if c.deliver != nil && c.deliver.by == old {
		c.deliver.by = c.operator
	}
	for _, h := range c.hangers {
		if h.by == old {
			h.by = c.operator
		}
	}
}

// early moves the reset to shortly after the logs begin: what may have been
// asked for before that is on no record. Whoever carries it out does nothing
// later, so that nobody's work rises by it.
func (c *chain) early() {
	c.moveTo(c.g.clock(logsFrom, 2*day+8*time.Hour, 2*day+16*time.Hour))
	c.before = 0
	if c.path == assisted {
		p := c.g.hire("reserve desk")
		p.roles = c.operator.roles
		c.operator = p
		if c.deliver != nil {
			c.deliver.by = p
		}
	}
}
