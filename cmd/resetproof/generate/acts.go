package generate

import "time"

// acts are what somebody may do with an account besides, good or bad; each is
// nil where the product has no such thing or logs nothing of it.
type acts struct {
	// bindsWhere: its records of a new factor say from which place and device.
	bindsWhere bool
	ungrant    func(g *org, at time.Time, by, p *person, role string)
	// group puts p into a group.
	group func(g *org, at time.Time, by, p *person, group string)
	// console opens the console of the administrators: use of privilege.
	console func(g *org, at time.Time, p *person, from seat)
	// open signs p in to an application.
	open func(g *org, at time.Time, p *person, from seat, app string)
	// persist are the ways to come back later, by name.
	persist []persistence
	// read shows p the secret; secrets are named as in the inventory.
	read func(g *org, at time.Time, p *person, from seat, secret string)
	// stopLog has p stop a log, and gives the subject of the finding about the log itself.
	stopLog func(g *org, at time.Time, p *person, from seat)
	// trust binds a device to the account.
	trust func(g *org, at time.Time, p *person, from seat)
	// dropFactor removes one factor of several.
	dropFactor func(g *org, at time.Time, by, p *person, factor string)
	unlock     func(g *org, at time.Time, by, p *person)
}

// persistence is one way to come back later. Some only an administrator has.
type persistence struct {
	name  string
	admin bool
	do    func(g *org, at time.Time, p *person, from seat)
}
