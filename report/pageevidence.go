package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"resetproof/rules"
)

// evidenceRow is what the feeds of one system show of each link of a chain.
type evidenceRow struct {
	System string
	Cells  []evidenceCell
}

// evidenceCell is one link: how many records show it, or that they could.
type evidenceCell struct{ Text, Class string }

// evidenceMap lays out which system's logs show which link, and in a last row
// where no log at all does.
func evidenceMap(c coverageFile, links []rules.Link) []evidenceRow {
	if len(c.Feeds) == 0 {
		return nil
	}
	type seen struct {
		records int64
		could   bool
	}
	add := func(s *seen, f feedRecord, l rules.Link) {
		for _, kind := range l.Kinds {
			s.records += f.Kinds[kind.String()]
			s.could = s.could || slices.Contains(f.Shows, kind.String())
		}
	}
	cell := func(s seen, none evidenceCell) evidenceCell {
		switch {
		case s.records > 0:
			return evidenceCell{strconv.FormatInt(s.records, 10), "seen"}
		case s.could:
			return evidenceCell{"none seen", "could"}
		}
		return none
	}
	systems := map[string][]seen{}
	whole := make([]seen, len(links))
	for _, f := range c.Feeds {
		name := cmp.Or(f.System, f.Format)
		if systems[name] == nil {
			systems[name] = make([]seen, len(links))
		}
		for i, l := range links {
			add(&systems[name][i], f, l)
			add(&whole[i], f, l)
		}
	}
	var rows []evidenceRow
	for _, name := range slices.Sorted(maps.Keys(systems)) {
		row := evidenceRow{System: visible(name, maxShownText)}
		for _, s := range systems[name] {
			row.Cells = append(row.Cells, cell(s, evidenceCell{"–", "none"}))
		}
		rows = append(rows, row)
	}
	last := evidenceRow{System: "any source"}
	for _, s := range whole {
		last.Cells = append(last.Cells, cell(s, evidenceCell{"no source", "hole"}))
	}
	return append(rows, last)
}

// unsaid is what cannot be judged, and a sentence for each log that would change
// it, the one that helps most first.
func unsaid(f FirstContact) (string, []string) {
	if f.Unsaid == 0 {
		return "", nil
	}
	var add []string
	for _, a := range f.Add {
		add = append(add, fmt.Sprintf("%s: %s become assessable for %s, by %s.", visible(some(a.Logs, len(a.Logs), " or "), maxShownText),
			plural(a.Cases, "case"), plural(a.Checks, "check"), strings.Join(a.Kinds, ", ")))
	}
	return fmt.Sprintf("%d of %d verdicts (%s) cannot be given.", f.Unsaid, f.Asked, rate(f.Unsaid, f.Asked)), add
}
