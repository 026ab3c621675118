package generate

import "time"

// finding says that one must be made about the whole set.
func (c *chain) finding(check, subject string) {
	c.g.truth = append(c.g.truth, Truth{Check: check, Subject: subject, Plant: check + "/beside a reset"})
}

// waiverPlants: exceptions that do not hold. Each leaves the reset not approved,
// and a finding about the waiver.
var waiverPlants = []plant{
	{check: "missing-approval", what: "a waiver that had ended", tiers: needApproval, do: func(c *chain) {
		c.unapproved("waiver-expired", func(w *waiver) {
			w.from, w.until = logsFrom.AddDate(0, -2, 0), c.at.Add(-time.Duration(1+c.g.rng.IntN(200))*time.Hour)
			if c.g.rng.IntN(2) == 0 { // nobody needed it while it held
				w.from = c.at.Add(-30 * day)
				c.finding("waiver-unused", w.id)
			}
		})
	}},
	{check: "missing-approval", what: "a waiver without an end", tiers: needApproval, do: func(c *chain) {
		c.unapproved("waiver-defective", func(w *waiver) { w.until = time.Time{} })
	}},
	{check: "missing-approval", what: "a waiver without a reason", tiers: needApproval, do: func(c *chain) {
		c.unapproved("waiver-defective", func(w *waiver) { w.reason = "" })
	}},
	{check: "missing-approval", what: "a waiver that its beneficiary signed", tiers: needApproval, do: func(c *chain) {
		c.unapproved("waiver-defective", func(w *waiver) { w.by = c.who.id })
	}},
	{check: "missing-approval", what: "a waiver that nobody owns", twin: true, tiers: needApproval, do: func(c *chain) {
		c.unapproved("waiver-defective", func(w *waiver) { w.owner = "" })
		c.verdict("missing-approval", excepted)
	}},
	{check: "missing-approval", what: "a waiver for a journey that was put off", twin: true, tiers: needApproval, do: func(c *chain) {
		w := c.waive("missing-approval")
		w.from, w.until = c.at.Add(-30*day), c.at.Add(-2*day)
		c.finding("waiver-unused", w.id)
	}},
	{check: "missing-approval", what: "a waiver that was renewed on its last day", twin: true, tiers: needApproval, do: func(c *chain) {
		c.approvals = nil
		w := c.waive("missing-approval")
		w.until = c.at.Add(-2 * day).Truncate(day)
		w.from = logsFrom.AddDate(0, -1, 0)
		end := w.until
		c.waive("missing-approval").from = end
		c.verdict("missing-approval", excepted)
	}},
}

// unapproved leaves the reset without an approval, but for a waiver with a flaw.
func (c *chain) unapproved(finding string, flaw func(*waiver)) {
	c.approvals = nil
	w := c.waive("missing-approval")
	flaw(w)
	c.finding(finding, w.id)
}

// waiverSets: exceptions that are too many, or that hold for too much.
var waiverSets = []setPlant{
	{check: "waiver-defective", what: "one that holds for everybody", do: func(g *org) []string {
		g.waivers = append(g.waivers, waiver{id: "W-ALL", checks: []string{"held-account"}, selector: "true", reason: "quarter's end", ticket: "CHG0000001", by: g.staff.security[0].id,
			owner: g.staff.leads[0].id, from: logsFrom, until: logsUntil.Add(30 * day)})
		return []string{"W-ALL"}
	}},
	{check: "waivers-common", what: "one in five of a month", do: func(g *org) []string { return g.waiveShare(5) }},
	{check: "waivers-common", what: "one in forty of a month", twin: true, do: func(g *org) []string {
		g.waiveShare(40)
		return nil
	}},
}

// waiveShare excepts every n-th reset in which the owner's own change is
// missing, in March; it gives the month.
func (g *org) waiveShare(n int) []string {
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	count := 0
	for _, c := range g.chains {
		if c.at.Before(march) || !c.at.Before(march.AddDate(0, 1, 0)) {
			continue
		}
		count++
	}
	for range max(1, count/(n-1)) {
		c := g.base(ordinary, okta, servicenow)
		c.moveTo(march.AddDate(0, 0, 1+g.rng.IntN(28)).Add(12 * time.Hour))
		c.changed = time.Time{}
		c.waive("no-forced-change")
		c.verdict("no-forced-change", excepted)
		c.write()
		g.soundly(c)
	}
	return []string{"2026-03"}
}
