package generate

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// person is an identity of the roster: a person, or a service of somebody's.
type person struct {
	id, kind, first, last string
	login                 string // the UPN, and the account name in Okta
	okta, snow            string // ids in those products, "" where there is no account
	aws, key, oldKey      string // id and keys of an IAM user, the new one in use from keyFrom on
	keyFrom               time.Time
	vault                 string // entity in Vault, with the token last given and its accessor
	token, accessor       string
	more                  map[string]string // ids in further systems
	accounts              []string          // further accounts, as the roster writes them
	tier                  string
	groups, roles         []string
	manager, owner        *person
	sponsor, unit         string
	employer, employment  string
	data, hold            string
	from, until           time.Time // of the role; zero: long ago, and still
	home                  place
	host                  int    // last byte of the address
	rid, adminRID         int    // relative ids of the accounts in the domain, 0 for none
	device                string // operating system, as the browser names it
	tags                  map[string]string
	earlier               []person  // rows of the roster that hold for other times
	signs                 int       // strength of what he signs in with, 0 for the usual push
	delegates             []*person // who may ask in his name
}

func (p *person) name() string { return strings.TrimSpace(p.first + " " + p.last) }

// staff are those who run the service desk and those who may approve.
type staff struct {
	clerks    []*person // answer the phone, verify callers, open tickets
	operators []*person // carry resets out
	leads     []*person // service-desk-lead
	admins    []*person // identity-admin
	security  []*person // security-lead
	managers  []*person
	bystander []*person // nothing happens to them
	robot     *person   // a program to which nothing happens
	pipeline  *person   // a program that the policy lets replace the secrets of others
}

// hire adds a person of the given unit, with accounts in Okta and ServiceNow.
func (g *org) hire(unit string) *person {
	n := len(g.people) + 1
	p := &person{
		id: fmt.Sprintf("p%05d", n), kind: "person", unit: unit, employer: "Norrvik", employment: "employee",
		first: pick(g.rng, firstNames), last: pick(g.rng, lastNames), home: pick(g.rng, places), host: 1 + g.rng.IntN(250),
		device: pick(g.rng, []string{"Windows 11", "Mac OS X"}), more: map[string]string{}, tags: map[string]string{},
	}
	p.login = fmt.Sprintf("%s.%s%d@norrvik.example", strings.ToLower(p.first), strings.ToLower(p.last), n)
	p.okta, p.snow = "00u"+g.word(17), g.hex(32)
	g.people = append(g.people, p)
	return p
}

func (g *org) hireStaff() {
	boss := g.hire("board")
	team := func(n int, unit string, into *[]*person, roles ...string) {
		for range n {
			p := g.hire(unit)
			p.manager, p.roles = boss, roles
			*into = append(*into, p)
		}
	}
	team(20, "operations", &g.staff.managers)
	team(8, "service desk", &g.staff.clerks, "service-desk-agent")
	team(12, "service desk", &g.staff.operators, "service-desk-operator")
	team(2, "service desk", &g.staff.leads, "service-desk-lead")
	team(3, "identity", &g.staff.admins, "identity-admin")
	team(2, "security", &g.staff.security, "security-lead")
	for range 40 {
		p := g.hire(pick(g.rng, units))
		p.manager = pick(g.rng, g.staff.managers)
		g.staff.bystander = append(g.staff.bystander, p)
	}
	g.staff.robot = g.hireService(machine)
	g.staff.pipeline = g.hireService(machine)
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// other picks one that is none of those given.
func other(r *rand.Rand, from []*person, not ...*person) *person {
	for {
		p := pick(r, from)
		free := true
		for _, n := range not {
			free = free && p != n
		}
		if free {
			return p
		}
	}
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// word is an id of n letters and digits, hex one of n hexadecimal digits.
func (g *org) word(n int) string { return g.letters(n, alphabet) }
func (g *org) hex(n int) string  { return g.letters(n, "0123456789abcdef") }

func (g *org) letters(n int, of string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = of[g.rng.IntN(len(of))]
	}
	return string(b)
}

func (g *org) uuid() string {
	return g.hex(8) + "-" + g.hex(4) + "-4" + g.hex(3) + "-a" + g.hex(3) + "-" + g.hex(12)
}

// steadyUUID is the id that a product gave to something long ago: the same
// whenever it is asked for.
func (g *org) steadyUUID(product, id string) string {
	h := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s %s %d", product, id, g.Seed)))
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}
