package report

import (
	"fmt"
	"strings"

	"resetproof/detect/judge"
)

// waiverRow is one waiver in the page's section on exceptions.
type waiverRow struct {
	ID, Checks, Life string
	Signed, Stated   []fact   // who answers for it; why, and what makes up for it
	Defects          []string // none for a sound one
	Used             string
	Months           []string // its share of the cases of each month it was used in, and what needed it later
	Uses             []waiverUse
	More             int // uses that the page does not list
}

// waiverUse is one check that a waiver excepted on one case.
type waiverUse struct{ Case, When, Check string }

// maxUsesShown bounds the uses listed of one waiver; findings.jsonl holds all.
const maxUsesShown = 100

func waiverRows(c coverageFile) []waiverRow {
	var rows []waiverRow
	for _, w := range c.Waivers {
		row := waiverRow{
			ID: visible(w.ID, maxShownText), Checks: visible(strings.Join(w.Checks, ", "), maxShownText), Life: lifeOf(w),
			Signed:  []fact{stated("owner", w.Owner), stated("approved by", w.ApprovedBy), stated("ticket", w.Ticket)},
			Stated:  []fact{stated("reason", w.Reason), stated("in its place", w.CompensatingControl)},
			Defects: shownTexts(w.Defects), Used: "never",
		}
		if w.Used > 0 {
			row.Used = fmt.Sprintf("%s, %s", plural(int(w.Cases), "case"), plural(int(w.Used), "check"))
		}
		if w.Late > 0 {
			row.Months = append(row.Months, "needed after its end by "+plural(int(w.Late), "case"))
		}
		for _, m := range w.Months {
			row.Months = append(row.Months, fmt.Sprintf("%s: %s of %d cases", m.Month, rate(int(m.Cases), int(m.Of)), m.Of))
		}
		for _, u := range w.Uses[:min(len(w.Uses), maxUsesShown)] {
			row.Uses = append(row.Uses, waiverUse{u.Case, minute(u.Time), u.Check})
		}
		row.More = int(w.Used) - len(row.Uses)
		rows = append(rows, row)
	}
	return rows
}

// stated is what a waiver says of one thing, or that it does not.
func stated(name string, value *string) fact {
	if value == nil {
		return fact{name, "not stated"}
	}
	return fact{name, visible(*value, maxShownText)}
}

func lifeOf(w judge.WaiverRecord) string {
	from, until := "always", "no end"
	if w.ValidFrom != nil {
		from = minute(*w.ValidFrom)
	}
	if w.ValidUntil != nil {
		until = minute(*w.ValidUntil)
	}
	return from + " to " + until
}
