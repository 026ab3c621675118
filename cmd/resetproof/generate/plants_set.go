package generate

import (
	"bytes"
	"slices"
	"time"
)

// A setPlant is a defect of the whole set: of the logs themselves, of what
// several people did. Each has an organisation of its own, in which every reset
// is sound, so that what it takes away from others spoils no score.
type setPlant struct {
	check string
	what  string
	twin  bool
	// each is how many sound resets of each kind surround it, where that is not
	// the Each of the options: what compares weeks wants few that begin and end.
	each int
	// tier is that of the sound resets around it, all where empty.
	tier string
	// do plants it, after all resets were written, and gives the subject of each
	// finding that must be made.
	do func(g *org) (subjects []string)
}

func (p *setPlant) key() string { return p.check + "/" + p.what }

var setPlants = slices.Concat(evidencePlants, pathPlants, unusualPlants, comparedPlants, waiverSets, clockPlants, eventPlants, mergerPlants)

// Sets lists the keys of the defects of whole sets, each for Options.Set.
func Sets() []string {
	var keys []string
	for i := range setPlants {
		keys = append(keys, setPlants[i].key())
	}
	return keys
}

// A quiet time after the last reset and what belongs to it, in which logs can
// lose what they like.
var quiet = logsUntil.AddDate(0, 0, -12)

// Violations of the checks on the evidence itself.
var evidencePlants = []setPlant{
	{check: "log-gap", what: "a log is silent for three days", do: func(g *org) []string {
		g.okta.lose(quiet, quiet.Add(3*day))
		return []string{"okta-system-log/norrvik"}
	}},
	{check: "log-gap", what: "a slow night", twin: true, do: func(g *org) []string {
		g.okta.lose(quiet, quiet.Add(6*time.Hour))
		return nil
	}},
	{check: "log-cleared", what: "the stream of the log is deleted", do: func(g *org) []string {
		g.oktaStream(quiet, "system.log_stream.lifecycle.delete")
		return []string{"okta-system-log/norrvik"}
	}},
	{check: "log-cleared", what: "a stream of the log is made", twin: true, do: func(g *org) []string {
		g.oktaStream(quiet, "system.log_stream.lifecycle.create")
		return nil
	}},
	{check: "state-without-event", what: "a password was set and no log shows it", do: func(g *org) []string {
		p := g.someoneReset()
		g.states = append(g.states, state{account: p.okta, at: logsUntil.Add(-time.Hour), passwordSet: quiet.Add(22 * time.Hour)})
		return []string{p.id}
	}},
	{check: "state-without-event", what: "the last change explains it", twin: true, do: func(g *org) []string {
		for _, c := range g.oktaChains() {
			last := c.at // of those who keep what they were given
			if !c.changed.IsZero() {
				last = c.changed
			}
			g.states = append(g.states, state{account: c.who.okta, at: logsUntil.Add(-time.Hour), passwordSet: last.Add(time.Second)})
		}
		return nil
	}},
	{check: "short-retention", what: "read from its first record on, and that is 140 days back", do: func(g *org) []string {
		g.okta.history = "full"
		return []string{"okta"}
	}},
	{check: "empty-field", what: "the sheet never says how somebody was verified", do: func(g *org) []string {
		g.steps.edit(func(raw []byte) []byte {
			if cells := bytes.Split(raw, []byte(",")); string(cells[1]) == "identity.verified" {
				cells[5] = nil
				return bytes.Join(cells, []byte(","))
			}
			return raw
		})
		return []string{"resetproof-steps/norrvik"}
	}},
	{check: "empty-field", what: "the sheet says it of one in ten", twin: true, do: func(g *org) []string {
		n := 0
		g.steps.edit(func(raw []byte) []byte {
			if cells := bytes.Split(raw, []byte(",")); string(cells[1]) == "identity.verified" {
				if n++; n%10 != 0 {
					cells[5] = nil
				}
				return bytes.Join(cells, []byte(","))
			}
			return raw
		})
		return nil
	}},
	{check: "step-without-source", what: "an organisation without any ticket log", do: func(g *org) []string {
		g.noTickets()
		var subjects []string
		for _, c := range g.chains {
			// Whether an ordinary reset needs an approval hangs on who asked for it.
			subjects = append(subjects, "requested|"+c.dir.name+"|"+c.tier)
			if c.class == recovery || c.tier == privilegedMachine { // a program's new key needs none otherwise
				subjects = append(subjects, "approved|"+c.dir.name+"|"+c.tier)
			}
		}
		slices.Sort(subjects)
		return slices.Compact(subjects)
	}},
}

// lose drops what a log holds of a time.
func (l *log) lose(from, to time.Time) {
	l.records = slices.DeleteFunc(l.records, func(r record) bool { return !r.at.Before(from) && r.at.Before(to) })
}

// edit changes every record.
func (l *log) edit(change func([]byte) []byte) {
	for i := range l.records {
		l.records[i].raw = change(l.records[i].raw)
	}
}

// noTickets has no desk at all: nothing shows who asked and who approved.
func (g *org) noTickets() {
	g.servicenow.records, g.jiraRequests.records, g.jiraApprovals.records = nil, nil, nil
	g.steps.records = slices.DeleteFunc(g.steps.records, func(r record) bool {
		return bytes.Contains(r.raw, []byte(",reset.requested,")) || bytes.Contains(r.raw, []byte(",reset.approved,"))
	})
	g.steps.expect = slices.DeleteFunc(slices.Clone(kindsKept), func(k string) bool { return k == "reset.requested" || k == "reset.approved" || k == "reset.denied" })
}

func (g *org) oktaStream(at time.Time, kind string) {
	by := g.staff.admins[0]
	g.oktaEvent(at, kind, by, nil, by.seat(), obj{"target": []any{obj{"id": "0oa" + g.word(17), "type": "LogStream", "alternateId": "siem", "displayName": "siem"}}})
}

// someoneReset is one of those who were reset in Okta.
func (g *org) someoneReset() *person { return pick(g.rng, g.oktaChains()).who }

func (g *org) oktaChains() []*chain {
	return slices.DeleteFunc(slices.Clone(g.chains), func(c *chain) bool { return c.dir != okta || c.changed.IsZero() })
}
