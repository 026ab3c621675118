package generate

import "time"

// hanger is a secret, token or key that hangs on an account.
type hanger struct {
	store      *store
	id, suffix string
	kind       string
	owner      *person // in the inventory
	user       *person // who reads or uses it
	unlisted   bool    // the inventory does not know it
	minted     bool    // made with the password of the account
	maxAge     string
	others     []*person // who may read it besides, by the inventory
	stated     time.Time // when it was replaced, by the inventory alone
	// used are the times of its use, before the reset and after it; renewed is
	// when it was replaced, ended when it was revoked; zero for never.
	used           []time.Time
	renewed, ended time.Time
	by             *person // who did so
}

// store is a product that keeps secrets. What is nil leaves no record there.
type store struct {
	name  string // the system, as the inventory writes it
	id    func(g *org) string
	join  func(g *org, p *person)
	read  func(g *org, at time.Time, p *person, from seat, h *hanger)
	renew func(g *org, at time.Time, by *person, h *hanger)
	end   func(g *org, at time.Time, by *person, h *hanger)
}

var stores = []*store{awsSecrets, vaultKV, book}

// book is a list of secrets that is kept by hand.
var book = &store{
	name: "database",
	id:   func(g *org) string { return "db-" + g.letters(8, "abcdefghijklmnop") },
	renew: func(g *org, at time.Time, by *person, h *hanger) {
		g.step(row{at: at, kind: "secret.rotated", account: h.user.login, actor: by.login, secret: h.id, system: h.store.name, source: "key book"})
	},
	end: func(g *org, at time.Time, by *person, h *hanger) {
		g.step(row{at: at, kind: "secret.revoked", account: h.user.login, actor: by.login, secret: h.id, system: h.store.name, source: "key book"})
	},
}

// tokenBook is a list of the tokens and keys that people made for their programs.
var tokenBook = &store{
	name: "mail",
	id:   func(g *org) string { return "tok-" + g.letters(10, "abcdefghijklmnop") },
	end: func(g *org, at time.Time, by *person, h *hanger) {
		g.step(row{at: at, kind: "token.revoked", account: h.user.login, actor: by.login, secret: h.id, system: h.store.name, source: "key book"})
	},
}

// hang adds a secret that the account uses, and that is replaced in time.
func (c *chain) hang(s *store) *hanger {
	g := c.g
	if s.join != nil {
		s.join(g, c.who)
	}
	h := &hanger{store: s, id: s.id(g), suffix: g.word(6), kind: "secret", owner: c.who, user: c.who, by: c.operator}
	if g.rng.IntN(3) == 0 && c.who.owner != nil {
		h.owner = c.who.owner
	}
	if c.dir == vaultUsers && s == awsSecrets {
		// By one operator the reset would be one in AWS first of all.
		h.by = other(g.rng, g.staff.operators, c.operator)
	}
	h.renewed = g.clock(c.at, 10*time.Minute, 3*time.Hour)
	if s.read != nil {
		for i := range 8 {
			h.used = append(h.used, g.clock(c.at.Add(-time.Duration(40-5*i)*day), 0, time.Hour))
		}
		h.used = append(h.used, g.clock(c.at, 5*time.Hour, 6*time.Hour), g.clock(c.at, 2*day, 3*day))
	}
	c.hangers = append(c.hangers, h)
	return h
}

// writeHanger puts one into the logs and the inventory.
func (c *chain) writeHanger(h *hanger) {
	g := c.g
	if join := h.store.join; join != nil {
		join(g, h.user)
		join(g, h.by)
	}
	for _, at := range h.used {
		from := c.since
		if at.Before(c.at) {
			from = c.home
		}
		h.store.read(g, at, h.user, from, h)
	}
	if !h.renewed.IsZero() {
		h.store.renew(g, h.renewed, h.by, h)
	}
	if !h.ended.IsZero() {
		h.store.end(g, h.ended, h.by, h)
	}
	if h.unlisted {
		return
	}
	s := secret{id: h.id, kind: h.kind, system: h.store.name, owner: h.owner.id, usedBy: []string{h.user.id}, rotated: c.at.Add(-200 * day).Truncate(time.Hour), maxAge: h.maxAge}
	for _, p := range h.others {
		s.usedBy = append(s.usedBy, p.id)
	}
	if !h.stated.IsZero() {
		s.rotated = h.stated
	}
	if h.minted {
		s.mintedBy = c.who.login
	}
	g.secrets = append(g.secrets, s)
}

func (c *chain) moveHangers(move func(*time.Time)) {
	for _, h := range c.hangers {
		for i := range h.used {
			move(&h.used[i])
		}
		move(&h.renewed)
		move(&h.ended)
		move(&h.stated)
	}
}
