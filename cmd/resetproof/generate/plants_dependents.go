package generate

import (
	"slices"
	"time"
)

// Violations of the checks on secrets that depend on the account.
var dependentPlants = slices.Concat(rotatedPlants, oldSecretPlants, overduePlants, holderPlants, unknownPlants)

// more hangs a further secret on a program's account, which works in AWS then
// if the secret lies there.
func (c *chain) more(s *store) *hanger {
	h := c.hang(s)
	if c.who.aws != "" && c.keysEnd.IsZero() {
		c.newKey()
	}
	return h
}

// hers hangs a secret on an account that the reset obliges to replace: on a
// program's or an administrator's any, on others' one made with the password.
func (c *chain) hers() *hanger {
	if c.who.kind != "person" {
		return c.more(pick(c.g.rng, stores))
	}
	h := c.hang(book)
	h.minted = c.tier != privileged || c.g.rng.IntN(2) == 0
	return h
}

var rotatedPlants = []plant{
	{check: "dependent-not-rotated", what: "it stays as it was", tiers: everybody, base: anybase, do: func(c *chain) { c.hers().renewed = time.Time{} }},
	{check: "dependent-not-rotated", what: "replaced too late", tiers: everybody, base: anybase, do: func(c *chain) {
		c.hers().renewed = c.at.Add(c.need().dependents + c.g.span(6*time.Minute, 3*day))
	}},
	{check: "dependent-not-rotated", what: "no inventory lists it, and the program read it", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		h := c.more(pick(c.g.rng, []*store{awsSecrets, vaultKV}))
		h.unlisted, h.renewed = true, time.Time{}
	}},
	{check: "dependent-not-rotated", what: "the account was stolen, and what it used stays", tiers: []string{ordinary, sensitive}, do: func(c *chain) {
		h := c.hang(book)
		h.renewed = time.Time{}
		c.ticket.category = pick(c.g.rng, []string{"phishing", "security incident", "compromised account"})
	}},
	{check: "dependent-not-rotated", what: "replaced just in time", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		h := c.hers()
		h.renewed = c.at.Add(c.need().dependents - c.g.span(time.Minute, 2*time.Hour))
		c.verdict("dependent-not-rotated", met)
	}},
	{check: "dependent-not-rotated", what: "given up instead", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		h := c.hers()
		h.renewed, h.ended = time.Time{}, h.renewed
		h.used = slices.DeleteFunc(h.used, func(at time.Time) bool { return at.After(c.at) })
		c.verdict("dependent-not-rotated", met)
	}},
	{check: "dependent-not-rotated", what: "only the inventory says that it was replaced", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		h := c.hers()
		h.stated, h.renewed = h.renewed, time.Time{}
		c.verdict("dependent-not-rotated", met)
	}},
	{check: "dependent-not-rotated", what: "replaced by the owner of the program", twin: true, tiers: machines, base: machineSomewhere, do: func(c *chain) {
		h := c.hers()
		h.by = c.who.owner
		c.verdict("dependent-not-rotated", met)
	}},
	{check: "dependent-not-rotated", what: "a secret that was not made with the password", twin: true, tiers: []string{ordinary, sensitive}, do: func(c *chain) { c.hang(book).renewed = time.Time{} }},
	{check: "dependent-not-rotated", what: "the logs end before the deadline", twin: true, tiers: everybody, base: anybase, do: func(c *chain) {
		c.beforeTheEnd(c.need().dependents - c.g.span(time.Hour, 10*time.Hour))
		c.hers().renewed = time.Time{}
		c.verdict("dependent-not-rotated", notDue)
	}},
}

// keyBase is a sound replacement of a program's key in AWS, by an administrator
// who signed in with a security key; the old key goes in time.
func (g *org) keyBase(tier string, dsk *desk) *chain {
	c := g.machineBase(tier, aws, dsk)
	c.class = rotation
	c.checks, c.deliver, c.reviewed = nil, nil, nil
	c.operator = pick(g.rng, g.staff.admins)
	c.approvals[0].by = c.approver()
	for c.approvals[0].by == c.operator {
		c.approvals[0].by = c.approver()
	}
	for _, h := range c.hangers {
		h.by = c.operator
	}
	c.ticket.title = "New credential for " + c.who.name() + ", password reset of its console user not needed"
	c.who.keyFrom = g.clock(c.at, 20*time.Minute, 60*time.Minute).Truncate(time.Second)
	c.also = append(c.also, func() {
		g.joinAWS(c.operator)
		g.awsSignin(c.at.Add(-20*time.Minute), c.operator, c.operator.seat())
	})
	return c
}

func newKey(g *org, tier string) *chain { return g.keyBase(tier, pick(g.rng, desks)) }

// inAWSAnyhow is a program whose key is replaced, by itself or with a password.
func inAWSAnyhow(g *org, tier string) *chain {
	if g.rng.IntN(2) == 0 {
		return newKey(g, tier)
	}
	return inAWS(g, tier)
}

// oldKey uses the old key at a time, from one of the hosts that the program runs
// on; host 0 is the one that it is always seen on.
func (c *chain) oldKey(at time.Time, host int) {
	from := c.home
	if host > 0 {
		from.ip = c.who.home.net + "25" + string(rune('0'+host))
	}
	c.also = append(c.also, func() { c.g.awsUse(at, c.who, from, c.who.oldKey) })
}

var oldSecretPlants = []plant{
	{check: "old-secret-used", what: "a program goes on with its old key", tiers: machines, base: inAWSAnyhow, do: func(c *chain) {
		at := c.at.Add(c.need().overlap + c.g.span(6*time.Minute, 40*time.Hour))
		c.oldKey(at, 0)
		c.keysEnd = pick(c.g.rng, []time.Time{{}, at.Add(c.g.span(time.Hour, 3*day))})
		c.expect("tokens-not-revoked")
	}},
	{check: "old-secret-used", what: "one of its hosts goes on with the old key", tiers: machines, base: inAWSAnyhow, do: func(c *chain) {
		for host := range 4 {
			c.oldKey(c.at.Add(-c.g.span(day, 20*day)), host)
		}
		at := c.at.Add(c.need().overlap + c.g.span(6*time.Minute, 40*time.Hour))
		c.oldKey(at, 1+c.g.rng.IntN(3))
		c.keysEnd = at.Add(c.g.span(time.Hour, 3*day))
		c.expect("tokens-not-revoked")
	}},
	{check: "old-secret-used", what: "the old key while it may live", twin: true, tiers: machines, base: inAWSAnyhow, do: func(c *chain) {
		at := c.at.Add(c.need().overlap - c.g.span(20*time.Minute, 2*time.Hour))
		c.oldKey(at, 0)
		c.keysEnd = at.Add(10 * time.Minute)
	}},
	{check: "old-secret-used", what: "a try with the old key is refused", twin: true, tiers: machines, base: inAWSAnyhow, do: func(c *chain) {
		at := c.at.Add(c.need().overlap + c.g.span(6*time.Minute, 40*time.Hour))
		c.also = append(c.also, func() {
			c.g.awsEvent(at, call{service: "s3", name: "ListBuckets", by: c.who, key: c.who.oldKey, from: c.home, readOnly: true,
				more: obj{"errorCode": "InvalidClientTokenId", "errorMessage": "The security token included in the request is invalid"}})
		})
	}},
	{check: "old-secret-used", what: "the watch is not over", twin: true, tiers: machines, base: inAWSAnyhow, do: func(c *chain) {
		c.beforeTheEnd(c.need().overlap - c.g.span(time.Hour, 2*time.Hour))
		c.keysEnd = time.Time{}
		// Only AWS shows the use of what hangs on it.
		c.hangers = slices.DeleteFunc(c.hangers, func(h *hanger) bool { return h.store != awsSecrets })
		c.verdict("old-secret-used", notDue)
	}},
}

// aged limits the life of the new key by the inventory.
func (c *chain) aged(age string) {
	c.also = append(c.also, func() {
		c.g.secrets = append(c.g.secrets, secret{id: c.who.key, kind: "key", system: "aws", owner: c.who.id, usedBy: []string{c.who.id}, rotated: c.at.Add(time.Minute), maxAge: age})
	})
}

// endNew ends the new key at a time.
func (c *chain) endNew(at time.Time) {
	c.also = append(c.also, func() { c.g.awsEndKey(at, c.operator, c.who, c.who.key) })
	c.after = slices.DeleteFunc(c.after, func(t time.Time) bool { return t.After(at) })
}

var overduePlants = []plant{
	{check: "issued-secret-overdue", what: "a new key is older than it may be", tiers: machines, base: newKey, do: func(c *chain) { c.aged(pick(c.g.rng, []string{"30d", "20d", "14d"})) }},
	{check: "issued-secret-overdue", what: "a new key was ended too late", tiers: machines, base: newKey, do: func(c *chain) {
		c.aged("14d")
		c.endNew(c.at.Add(14*day + c.g.span(6*time.Minute, 10*day)))
	}},
	{check: "issued-secret-overdue", what: "a new key was put to use again", tiers: machines, base: newKey, do: func(c *chain) {
		c.aged("20d")
		at := c.at.Add(c.g.span(9*day, 18*day))
		c.endNew(at)
		c.also = append(c.also, func() { c.g.awsSetKey(at.Add(c.g.span(time.Hour, day)), c.operator, c.who, c.who.key, "Active") })
	}},
	{check: "issued-secret-overdue", what: "a new key was ended in time", twin: true, tiers: machines, base: newKey, do: func(c *chain) {
		c.aged("20d")
		c.endNew(c.at.Add(20*day - c.g.span(time.Hour, 9*day)))
		c.verdict("issued-secret-overdue", met)
	}},
	{check: "issued-secret-overdue", what: "a new key may live on", twin: true, tiers: machines, base: newKey, do: func(c *chain) {
		c.aged("180d")
		c.verdict("issued-secret-overdue", notDue)
	}},
}

// stranger is a host in a network that the program was never seen in.
func (c *chain) stranger() seat {
	s := c.home
	s.ip = "10.99." + c.who.last[:1] + ".17"
	return s
}

// reader reads a secret of the program's at times, as somebody else.
func (c *chain) reader(h *hanger, p *person, times ...time.Time) {
	h.store.join(c.g, p)
	for _, at := range times {
		c.also = append(c.also, func() { h.store.read(c.g, at, p, p.seat(), h) })
	}
}

// seen is a program of which all that it uses leaves a record.
func seen(g *org, tier string) *chain {
	c := machineSomewhere(g, tier)
	c.hangers = slices.DeleteFunc(c.hangers, func(h *hanger) bool { return h.store == book })
	return c
}

var holderPlants = []plant{
	{check: "new-holder", what: "from a network where it never ran", tiers: machines, base: machineSomewhere, do: func(c *chain) { c.since = c.stranger() }},
	{check: "new-holder", what: "somebody else reads what it reads", tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.reader(c.more(pick(c.g.rng, []*store{awsSecrets, vaultKV})), c.g.hireService(machine), c.at.Add(c.g.span(time.Hour, 2*day)))
	}},
	{check: "new-holder", what: "from another host of its network", twin: true, tiers: machines, base: seen, do: func(c *chain) {
		c.since.ip = c.who.home.net + "253"
		c.verdict("new-holder", met)
	}},
	{check: "new-holder", what: "somebody who read it before reads it again", twin: true, tiers: machines, base: seen, do: func(c *chain) {
		c.reader(c.more(pick(c.g.rng, []*store{awsSecrets, vaultKV})), c.g.hireService(machine), c.at.Add(-c.g.span(day, 20*day)), c.at.Add(c.g.span(time.Hour, 2*day)))
		c.verdict("new-holder", met)
	}},
	{check: "new-holder", what: "somebody whom the inventory lists begins to read it", twin: true, tiers: machines, base: seen, do: func(c *chain) {
		h, p := c.more(pick(c.g.rng, []*store{awsSecrets, vaultKV})), c.g.hireService(machine)
		h.others = []*person{p}
		c.reader(h, p, c.at.Add(c.g.span(time.Hour, 2*day)))
		c.verdict("new-holder", met)
	}},
	{check: "new-holder", what: "too little is known of it", twin: true, tiers: machines, base: bare, do: func(c *chain) {
		c.before = 1 + c.g.rng.IntN(4)
		c.since = c.stranger()
		c.verdict("new-holder", notAssessable)
	}},
	{check: "new-holder", what: "the watch is not over", twin: true, tiers: machines, base: machineSomewhere, do: func(c *chain) {
		c.beforeTheEnd(c.need().watch - c.g.span(time.Hour, 60*time.Hour))
		c.verdict("new-holder", notDue)
	}},
}

// bare is a program on which nothing hangs that anybody knows of.
func bare(g *org, tier string) *chain {
	for {
		c := machineSomewhere(g, tier)
		if c.hangers = nil; c.keysEnd.IsZero() {
			return c
		}
	}
}

var unknownPlants = []plant{
	{check: "dependents-unknown", what: "nobody lists it and nothing shows it at work", tiers: machines, base: bare, do: func(c *chain) { c.before = 0 }},
	{check: "dependents-unknown", what: "the inventory lists a secret of it", twin: true, tiers: machines, base: bare, do: func(c *chain) {
		c.before = 0
		c.hang(book)
		c.verdict("dependents-unknown", met)
	}},
	{check: "dependents-unknown", what: "it signed in before", twin: true, tiers: machines, base: bare, do: func(c *chain) {
		c.before = 1 + c.g.rng.IntN(5)
		c.verdict("dependents-unknown", met)
	}},
}
