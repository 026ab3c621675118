package generate

import "time"

// formFormat is the organisation's own log format: a form of the help desk which
// has a line for the check of the caller and one for who approved.
const formFormat = `id: helpdesk-form
title: the help desk's form (JSON lines)
framing: {kind: json}
sniff: {form: ["HD-*"], clerk: ["*"], state: ["*"]}
required: [account]
type: state
record_id: [form]
instance: "=norrvik"
time: {from: [at], layouts: [{as: rfc3339}]}
shows: [identity.verified, reset.approved]
needs_setting: [identity.verified, reset.approved]
fields:
  account: {ref: account}
  actor: {ref: clerk}
  ticket: ticket
events:
  - match: [checked]
    kind: identity.verified
    fields: {method: how}
    and:
      - when: {approved_by: ["*"]}
        kind: reset.approved
        fields: {actor: {ref: approved_by}}
  - match: [approved]
    kind: reset.approved
    fields: {actor: {ref: approved_by}}
  - {match: [withdrawn], kind: other}
`

// form writes one; what is empty was not filled in.
func (g *org) form(at time.Time, state, account, clerk, ticket, how, approvedBy string) {
	g.forms.add(at, obj{"form": "HD-" + g.letters(9, "0123456789"), "at": at.UTC().Format("2006-01-02T15:04:05.000Z"), "state": state, "account": account, "clerk": clerk,
		"ticket": ticket, "how": how, "approved_by": approvedBy})
}

// onForms takes the check of the caller and the approval out of the sheet and
// the ticket, and gives what is to be written on forms instead.
func (c *chain) onForms() (k check, a approval) {
	c.approved()
	k, a = c.checks[0], c.approvals[0]
	c.checks, c.approvals = nil, nil
	return k, a
}

// formPlants: one record stands for several steps.
var formPlants = []plant{
	{check: "collapsed-steps", what: "one form for the check and the approval", tiers: needApproval, do: func(c *chain) {
		k, a := c.onForms()
		c.then(func() { c.g.form(k.at, "checked", c.who.login, k.by.login, c.ticket.number, k.method, a.by.login) })
	}},
	{check: "collapsed-steps", what: "one form, and the check was word of mouth", tiers: []string{ordinary}, do: func(c *chain) {
		k, a := c.onForms()
		c.then(func() { c.g.form(k.at, "checked", c.who.login, k.by.login, c.ticket.number, "informal", a.by.login) })
		c.expect("weak-verification")
		if c.dir.strength > 0 {
			c.expect("weaker-than-login")
		}
	}},
	{check: "collapsed-steps", what: "a form for each", twin: true, do: func(c *chain) {
		k, a := c.onForms()
		c.then(func() {
			c.g.form(k.at, "checked", c.who.login, k.by.login, c.ticket.number, k.method, "")
			c.g.form(a.at, "approved", c.who.login, k.by.login, c.ticket.number, "", a.by.login)
		})
		if c.tier != ordinary {
			c.verdict("collapsed-steps", met)
		}
	}},
	{check: "collapsed-steps", what: "one form of an ordinary reset, with a sound check", twin: true, tiers: []string{ordinary}, do: func(c *chain) {
		k, a := c.onForms()
		c.then(func() { c.g.form(k.at, "checked", c.who.login, k.by.login, c.ticket.number, k.method, a.by.login) })
	}},
}
