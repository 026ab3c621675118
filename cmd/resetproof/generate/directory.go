package generate

import "time"

// directory is a product in which credentials are reset. A function that is nil
// is one whose act the product does not log, or that it has not got.
type directory struct {
	name string // the system, as the roster prefixes accounts
	role string // the name of a role that makes an administrator
	// places: its records of a sign-in say where; strength is that of the method
	// which they state, 0 for none.
	places   bool
	strength int
	feed     string // how reports name its feed
	// join gives somebody an account, nil where everybody has one.
	join func(g *org, p *person)
	// signin gives the session; use shows it alive.
	signin func(g *org, at time.Time, p *person, from seat) string
	// program is a program at work with its account; nil where none lives.
	program func(g *org, at time.Time, p *person, from seat)
	use     func(g *org, at time.Time, p *person, from seat, session string)
	// reset sets or expires the password of p, change is the owner's own change.
	reset  func(g *org, at time.Time, by, p *person)
	change func(g *org, at time.Time, p *person, from seat)
	// endSessions ends all of them; where it is nil, reset does or nothing shows it.
	endSessions func(g *org, at time.Time, by, p *person)
	dropFactors func(g *org, at time.Time, by, p *person)
	enrol       func(g *org, at time.Time, p *person, from seat, factor string)
	grant       func(g *org, at time.Time, by, p *person, role string)
	revoke      func(g *org, at time.Time, by, p *person, role string)
	// logout is the owner's own end of a session; refuse a try with one that ended.
	logout, refuse func(g *org, at time.Time, p *person, from seat, session string)
	// activate takes up a role for some hours, which an approver let through.
	activate func(g *org, at time.Time, approver, p *person, role, ticket string)
	// recover is a reset by its owner; proofs are the methods that the product
	// can ask for, in its own words, by their strength.
	recover func(g *org, s selfReset)
	proofs  map[int][]string
	// contact changes the contact data on which the methods bound hang; risk is a
	// warning of the product itself.
	contact func(g *org, at time.Time, p *person, from seat)
	bound   []string
	risk    func(g *org, at time.Time, p *person)
	// changeFirst: nobody gets in before the temporary password is replaced.
	changeFirst bool
	acts
}

// desk is a product in which people ask for resets and approve them.
type desk struct {
	name string
	// open writes the ticket once everything about it is known; approve one approval of it.
	open    func(g *org, t *ticket)
	approve func(g *org, t *ticket, a approval)
	// number gives the name of the n-th ticket.
	number func(g *org, n int) string
}

var directories = []*directory{okta, activeDirectory, entra}
var desks = []*desk{servicenow, jira}
