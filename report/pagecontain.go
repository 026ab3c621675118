package report

import (
	"encoding/json"
	"fmt"
	"slices"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// containment is the section on what a reset left open: what somebody did with
// the account afterwards, old ways in that still work, secrets not rotated.
type containment struct {
	Groups  []openGroup
	Revoked string // sums Rows up, "" where nothing had to be ended
	States  []string
	Rows    []closureRow
	Waiting string // cases whose deadlines still run, "" for none
}

// openGroup is one kind of open path, gravest first.
type openGroup struct {
	Title, Say string
	Count      int
	Checks     []openCheck
	Rows       []openRow
	More       int
}

// openCheck is one check of a group, with what to do about it.
type openCheck struct {
	ID, Title, Fix string
	Count          int
}

type openRow struct{ Severity, Finding, Subject, When, Message string }

// openPaths lists the groups with the checks (rules.Check.About) that find them,
// in the order in which a responder works.
var openPaths = []struct{ about, title, say string }{
	{"takeover", "What was done with the account after the reset", "Treat the account as hostile until its owner explains it."},
	{"closure", "Ways in from before the reset that stay open", "End them, then look at what they were used for."},
	{"dependents", "Secrets that depend on the account", "Rotate them, or record why they are safe."},
}

// maxOpenRows bounds the rows of one group; the filter shows all.
const maxOpenRows = 12

func (w *Writer) containment() (containment, error) {
	var c containment
	for _, path := range openPaths {
		g := openGroup{Title: path.title, Say: path.say}
		var lines []line
		for _, l := range w.findings.lines {
			check := w.checks[w.findings.table[l.check]]
			if check != nil && check.About == path.about && !l.minor {
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			continue
		}
		// Stable: the lines stand in order of time, check and id.
		slices.SortStableFunc(lines, func(a, b line) int { return int(b.rank) - int(a.rank) })
		g.Count = len(lines)
		g.Checks = w.openChecks(lines)
		for _, l := range lines[:min(len(lines), maxOpenRows)] {
			row, err := w.openRow(l)
			if err != nil {
				return c, err
			}
			g.Rows = append(g.Rows, row)
		}
		g.More = len(lines) - len(g.Rows)
		c.Groups = append(c.Groups, g)
	}
	c.States, c.Rows = judge.ClosureStates, w.tallies.revocations()
	c.Revoked = revokedText(c.Rows)
	if n := w.summary.ByCustody[judge.Pending]; n > 0 {
		c.Waiting = fmt.Sprintf("For %s a deadline lies beyond what the logs reach so far.", plural(n, "reset"))
	}
	return c, nil
}

func (w *Writer) openChecks(lines []line) []openCheck {
	var out []openCheck
	for _, c := range w.summary.Checks { // gravest first
		n := 0
		for _, l := range lines {
			if w.findings.table[l.check] == c.ID {
				n++
			}
		}
		if n > 0 {
			out = append(out, openCheck{c.ID, visible(c.Title, maxShownText), visible(w.checks[c.ID].Fix, maxShownText), n})
		}
	}
	return out
}

func (w *Writer) openRow(l line) (openRow, error) {
	text, err := w.findings.read(l)
	if err != nil {
		return openRow{}, err
	}
	var f judge.Finding
	if err := json.Unmarshal(text, &f); err != nil {
		return openRow{}, fmt.Errorf("reading back a finding: %w", err)
	}
	row := openRow{Severity: rules.Severity(l.rank).String(), Finding: f.ID, Subject: visible(f.Subject, maxShownText), Message: visible(f.Message, maxShownText)}
	if f.Identity != nil {
		row.Subject = visible(*f.Identity, maxShownText)
	}
	if f.Time != nil {
		row.When = minute(*f.Time)
	}
	return row, nil
}
