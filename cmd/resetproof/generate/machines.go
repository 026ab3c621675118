package generate

import (
	"fmt"
	"strconv"
	"time"
)

// machineDirectories are those in which accounts of programs live.
var machineDirectories = []*directory{okta, vaultUsers}

var programs = []string{"billing", "payroll", "reports", "backup", "labels", "routing", "invoices", "stock", "catalogue", "scanner"}

// data centres, where programs run.
var dataCentre = place{"Luleå", "Norrbotten County", "Sweden", "10.30."}

// hireService adds a program's account with an owner of its own.
func (g *org) hireService(tier string) *person {
	owner := g.hire(pick(g.rng, units))
	owner.manager = pick(g.rng, g.staff.managers)
	n := len(g.people) + 1
	p := &person{
		id: fmt.Sprintf("s%05d", n), kind: pick(g.rng, []string{"service", "workload"}), first: "svc-" + pick(g.rng, programs), last: strconv.Itoa(n), unit: owner.unit, owner: owner,
		home: dataCentre, host: 1 + g.rng.IntN(250), device: "Linux", more: map[string]string{}, tags: map[string]string{},
	}
	p.home.net = fmt.Sprintf("%s%d.", dataCentre.net, n%250)
	p.login = p.first + p.last + "@norrvik.example"
	p.okta = "00u" + g.word(17)
	if tier == privilegedMachine {
		p.roles = []string{pick(g.rng, []string{"Super Administrator", "Domain Admins", "AdministratorAccess"})}
	}
	g.people = append(g.people, p)
	return p
}

// machineBase is a sound assisted recovery of a program's account: its owner asks
// and is verified, somebody entitled approves, the new secret goes to a vault,
// and what hangs on the account is replaced.
func (g *org) machineBase(tier string, dir *directory, dsk *desk) *chain {
	c := &chain{g: g, tier: tier, class: recovery, path: assisted, dir: dir, desk: dsk, executed: true, verdicts: map[string]string{}}
	c.who = g.hireService(tier)
	if dir.join != nil {
		dir.join(g, c.who)
	}
	c.home, c.since = c.who.seat(), c.who.seat()
	c.at = g.workday().Truncate(time.Second)
	c.operator = pick(g.rng, g.staff.operators)
	clerk := pick(g.rng, g.staff.clerks)
	n := c.need()
	c.ask(clerk)
	c.ticket.by, c.ticket.about = c.who.owner, c.who.login
	c.ticket.title, c.ticket.text = "Password reset for "+c.who.name(), pick(g.rng, machineReasons)+"; consumers are the nightly job and its two workers, the owner restarts them"
	c.checks = []check{{at: g.clock(c.at, -25*time.Minute, -20*time.Minute), method: pick(g.rng, methods[n.bar]), by: clerk}}
	c.approvals = []approval{{at: g.clock(c.at, -19*time.Minute, -15*time.Minute), by: c.approver()}}
	c.deliver = &delivery{at: g.clock(c.at, time.Minute, 4*time.Minute), method: "secret", channel: pick(g.rng, []string{"vault", "secrets-manager"}), by: c.operator}
	if tier == privilegedMachine {
		c.reviewed = &review{at: g.clock(c.at, day, 20*day), by: g.staff.security[0]}
	}
	for range 1 + g.rng.IntN(2) {
		c.hang(pick(g.rng, stores))
	}
	if c.who.aws != "" {
		c.newKey()
	}
	c.before = 12
	c.after = []time.Time{g.clock(c.at, 2*time.Hour, 4*time.Hour), g.clock(c.at, 20*time.Hour, 28*time.Hour), g.clock(c.at, 6*day, 7*day)}
	return c
}

// newKey gives a program that works in AWS a new key as well: every live key of
// it has to go.
func (c *chain) newKey() {
	g := c.g
	c.who.oldKey, c.who.key = c.who.key, g.awsKey()
	c.who.keyFrom = g.clock(c.at, 20*time.Minute, 60*time.Minute)
	c.keysEnd = g.clock(c.who.keyFrom, 30*time.Minute, 2*time.Hour)
}

// changeKey writes down the new key, and what became of the old one.
func (c *chain) changeKey() {
	g := c.g
	by := c.operator
	if c.dir == vaultUsers {
		// By one operator the reset would be one in AWS first of all.
		by = other(g.rng, g.staff.operators, c.operator)
	}
	g.joinAWS(by)
	if c.dir != aws {
		g.awsNewKey(c.who.keyFrom.Add(-5*time.Minute), by, c.who, c.who.key)
	}
	g.awsEndKey(c.keysEnd, by, c.who, c.who.oldKey)
	g.awsDropKey(c.keysEnd.Add(5*day), by, c.who, c.who.oldKey)
}

var machineReasons = []string{
	"The nightly run stopped, its password was not taken over from the old host",
	"The account locked itself after the restore of the job server",
	"Nobody who built the integration is left and the password was never written down",
	"The configuration was lost with the disk of the old server",
}

// somewhere is a machine base in any directory.
func machineSomewhere(g *org, tier string) *chain {
	return g.machineBase(tier, pick(g.rng, machineDirectories), pick(g.rng, desks))
}

var machines = []string{machine, privilegedMachine}

// programLogs are those in which little but programs is seen.
func (g *org) programLogs() {
	g.cloudtrail = g.newLog("cloudtrail", "aws-cloudtrail", "logs/cloudtrail/trail.json", records)
	g.vault = g.newLog("vault", "vault-audit", "logs/vault/audit.log", lines)
}

// programNoise is what a program does all day: it reads what it needs, and works
// with its key.
func (g *org) programNoise() {
	robot := g.staff.robot
	kept := map[*store]*hanger{}
	for _, s := range []*store{awsSecrets, vaultKV} {
		s.join(g, robot)
		kept[s] = &hanger{store: s, id: s.id(g), suffix: g.word(6), user: robot}
	}
	for at := logsFrom; at.Before(logsUntil); at = at.Add(7 * time.Hour) {
		for _, s := range []*store{awsSecrets, vaultKV} {
			s.read(g, g.clock(at, 0, 4*time.Hour), robot, robot.seat(), kept[s])
		}
	}
	g.scheduled(robot, g.staff.pipeline)
}

// scheduled has a program replace a secret once a month, as the inventory says
// that it does: no reset of anything.
func (g *org) scheduled(user, by *person) {
	s := awsSecrets
	s.join(g, by)
	h := &hanger{store: s, id: s.id(g), suffix: g.word(6), user: user}
	g.secrets = append(g.secrets, secret{id: h.id, kind: "secret", system: s.name, owner: user.id, usedBy: []string{user.id}, rotated: logsFrom.AddDate(0, 0, -20), cadence: "30d", rotator: by.login})
	for at := logsFrom.AddDate(0, 0, 10); at.Before(logsUntil); at = at.AddDate(0, 0, 30) {
		out := obj{"arn": awsSecretARN(h), "name": h.id, "versionId": g.uuid(), "versionStages": []string{"AWSCURRENT"}}
		g.awsEvent(g.clock(at, 0, 20*time.Hour), call{service: "secretsmanager", name: "PutSecretValue", by: by, key: by.key, from: by.seat(),
			in: obj{"secretId": awsSecretARN(h), "clientRequestToken": g.uuid()}, out: out})
	}
}
