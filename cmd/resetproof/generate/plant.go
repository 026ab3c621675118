package generate

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// A plant breaks a sound chain so that the words of one check call it
// defective, or makes it look like that and stay sound (a twin).
type plant struct {
	check string
	what  string // in a few words
	twin  bool   // nothing is wrong with it
	// tiers are those it is planted on, nil for those of persons.
	tiers []string
	// base makes the sound chain, nil for the assisted recovery of a person in
	// some directory. It hires and thinks, and writes nothing.
	base func(g *org, tier string) *chain
	// on tells on which chains it can be done, nil for all.
	on func(c *chain) bool
	// do breaks it. The check's own verdict is not-met unless it is a twin; what
	// else follows by the words of the policy it adds with expect and verdict.
	do func(c *chain)
}

// key names a plant in truth.jsonl.
func (p *plant) key() string { return p.check + "/" + p.what }

// plants are all of them: one line a group of checks.
var plants = slices.Concat(
	requestPlants,
	undonePlants,
	otherTierPlants,
	reasonPlants,
	verificationPlants,
	stepUpPlants,
	approvalPlants,
	approverPlants,
	executionPlants,
	deliveryPlants,
	emergencyPlants,
	closurePlants,
	dependentPlants,
	takeoverPlants,
	aftermathPlants,
	beforehandPlants,
	operatorPlants,
	classPlants,
	issuancePlants,
	factorOnlyPlants,
)

// Checks lists the checks of which violations can be planted, sorted.
func Checks() []string {
	var ids []string
	for i := range plants {
		ids = append(ids, plants[i].check)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Plants lists all that can be planted in resets, as "check/what", violations
// and twins.
func Plants() []string {
	var keys []string
	for i := range plants {
		keys = append(keys, plants[i].key())
	}
	return keys
}

const (
	met           = "met"
	notMet        = "not-met"
	notDue        = "not-due"
	notAssessable = "not-assessable"
	excepted      = "excepted"
)

// expect says which other checks must not be met because of the same defect.
func (c *chain) expect(checks ...string) {
	for _, id := range checks {
		c.verdicts[id] = notMet
	}
}

// verdict says what must be said of a check: not-due, not-assessable, excepted,
// or met for what a twin is about.
func (c *chain) verdict(check, verdict string) { c.verdicts[check] = verdict }

var (
	persons = []string{ordinary, sensitive, privileged}
	// own are those who may recover their accounts themselves, approved those
	// whose recovery by others somebody must approve.
	own      = []string{ordinary, sensitive}
	approved = []string{sensitive, privileged}
)

// plantAll plants every violation and twin that the filters let through on each
// of its tiers, Each times, and sound chains.
func (g *org) plantAll() {
	staffed := g.rng
	for i := range plants {
		p := &plants[i]
		if g.Set != "" || g.Check != "" && p.check != g.Check {
			continue
		}
		g.plantEach(p)
	}
	for i := range sound {
		g.plantEach(&sound[i])
	}
	g.rng = staffed
}

// sound are chains in which nothing is wrong: one line a kind of reset.
var sound = []plant{
	{check: "sound", what: "unlock", twin: true, base: (*org).unlockBase},
	{check: "sound", what: "a further factor", twin: true, tiers: belowPrivileged, base: (*org).bindingBase},
	{check: "sound", what: "assisted recovery of a person", twin: true},
	{check: "sound", what: "assisted recovery of a program's account", twin: true, tiers: machines, base: machineSomewhere},
	{check: "sound", what: "password of a console", twin: true, tiers: consoleUsers, base: console},
	{check: "sound", what: "new key of a program", twin: true, tiers: machines, base: newKey},
	{check: "sound", what: "a new second factor from the desk", twin: true, base: (*org).factorBase},
	{check: "sound", what: "an access pass from the desk", twin: true, tiers: belowPrivileged, base: (*org).passBase},
	{check: "sound", what: "a token of one's own", twin: true, base: (*org).tokenBase},
	{check: "sound", what: "a first key of one's own", twin: true, base: ownKey},
	{check: "sound", what: "a further key of one's own", twin: true, base: ownRotation},
	{check: "sound", what: "a key that a program replaces", twin: true, tiers: machines, base: (*org).rotatorBase},
	{check: "sound", what: "recovery by its owner", twin: true, tiers: own, base: (*org).selfBase},
	{check: "sound", what: "an emergency account in an incident", twin: true, tiers: []string{breakGlass}, base: emergencySomewhere},
	{check: "sound", what: "a contractor or vendor with a sponsor", twin: true, do: func(c *chain) { c.engage(c.at.AddDate(0, 3, 0)) }},
}

// leastWays is in how many ways and tiers a check is violated at least: one that
// has fewer is planted more often, so that all reach a number of which a share
// means something.
const leastWays = 3

func (p *plant) onTiers() []string {
	if p.tiers == nil {
		return persons
	}
	return p.tiers
}

// ways counts, by check, the ways and tiers in which it is violated.
var ways = func() map[string]int {
	m := map[string]int{}
	for i := range plants {
		if p := &plants[i]; !p.twin {
			m[p.check] += len(p.onTiers())
		}
	}
	return m
}()

func (g *org) plantEach(p *plant) {
	times := g.Each
	if n := ways[p.check]; !p.twin && n < leastWays {
		times *= (leastWays + n - 1) / n
	}
	for _, tier := range p.onTiers() {
		for n := range times {
			g.rng = rand.New(rand.NewPCG(g.Seed, seedOf(p.key(), tier, n)))
			g.plant(p, tier)
		}
	}
}

// seedOf makes each plant's details its own, whatever else is planted.
func seedOf(key, tier string, n int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key + "\x00" + tier + "\x00" + string(rune(n))))
	return h.Sum64()
}

// maxTries is how many chains are thought up until a plant can be done on one.
const maxTries = 60

func (g *org) plant(p *plant, tier string) {
	make := p.base
	if make == nil {
		make = func(g *org, tier string) *chain { return g.base(tier, pick(g.rng, directories), pick(g.rng, desks)) }
	}
	for range maxTries {
		people, tickets := len(g.people), g.tickets
		c := make(g, tier)
		if !g.wanted(c) || p.on != nil && !p.on(c) {
			g.people, g.tickets = g.people[:people], tickets
			continue
		}
		if !p.twin {
			c.expect(p.check)
			g.planted++
		}
		if p.do != nil {
			p.do(c)
		}
		g.keep(c, p)
		for _, o := range c.beside {
			g.keep(o, p)
		}
		return
	}
}

// keep writes a chain, and what is true of it.
func (g *org) keep(c *chain, p *plant) {
	c.write()
	if c.executed {
		g.chains = append(g.chains, c)
		g.truth = append(g.truth, Truth{Identity: c.who.id, Time: c.at.UTC(), System: c.dir.name, Tier: c.tier, Class: c.class, Path: c.path, Plant: p.key(), Twin: p.twin,
			Verdicts: c.verdicts, Severities: c.severities})
	}
	for _, t := range c.sets {
		t.Plant = p.key()
		g.truth = append(g.truth, t)
	}
}

func (g *org) wanted(c *chain) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(g.Tier, c.tier) && is(g.Class, c.class) && is(g.Path, c.path) && is(g.System, c.dir.name)
}

// plantSet plants the defect of the whole set that the options name.
func (g *org) plantSet() {
	for i := range setPlants {
		p := &setPlants[i]
		if p.key() != g.Set {
			continue
		}
		g.rng = rand.New(rand.NewPCG(g.Seed, seedOf(p.key(), "", 0)))
		for _, subject := range p.do(g) {
			g.truth = append(g.truth, Truth{Check: p.check, Subject: subject, Plant: p.key()})
			g.planted++
		}
	}
}
