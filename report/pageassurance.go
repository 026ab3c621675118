package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// assurance is the section on how well resets are proven: what the evidence
// holds, how platforms and months compare, which controls are not in operation.
type assurance struct {
	Tiles        []tile
	Designs      []designRow
	Completeness completeness
	Platforms    []platformRow
	Segments     []segmentRow
	Months       []monthRow
	Weak         []weakRow
	Charts       []chart
	Grids        []grid
}

// designRow is one control that is not in operation.
type designRow struct {
	Severity, Check, Title, Where string
	Cases, Of                     int
	Examples                      []string
}

// weakRow is a way of recovery on which much fails or little is verified.
type weakRow struct{ Path, System, Fails, Check, Verified string }

type completeness struct {
	Text string
	Bar  bar
}

type platformRow struct {
	System                                  string
	Cases, Proven, Partial, Pending, Broken int
	Met, Assessed                           int
	Rate                                    string
	W                                       float64
	Fields                                  []field // approver, time, ticket, method
}

// field is in how many cases a field is filled.
type field struct {
	N     int
	Share string
}

func fieldOf(n, whole int) field { return field{n, rate(n, whole)} }

// rate is a share in whole per cent that says 0 or 100 only where it is so.
func rate(part, whole int) string {
	switch text := share(part, whole); {
	case whole == 0:
		return "–"
	case part > 0 && text == "0 %":
		return "< 1 %"
	case part < whole && text == "100 %":
		return "> 99 %"
	default:
		return text
	}
}

// segmentRow is a segment of the policy; the last is everybody in none.
type segmentRow struct {
	Name                                    string
	Cases, Proven, Partial, Pending, Broken int
	Timed                                   int // of the cases, those with a request before the reset
	Median, P95                             string
}

type monthRow struct {
	Month         string
	Met, Assessed int
	Rate          string
	W             float64
}

func (w *Writer) assurance(c coverageFile) (assurance, error) {
	t := w.tallies
	a := assurance{Tiles: append(w.summary.tiles(), t.tiles()...), Completeness: t.completeness(), Platforms: t.platforms(), Segments: t.segmentRows()}
	for _, d := range w.summary.Designs {
		a.Designs = append(a.Designs, designRow{
			Severity: d.Severity.String(), Check: d.Check, Title: visible(d.Title, maxShownText), Cases: d.Cases, Of: d.Of, Examples: d.Examples,
			Where: visible(strings.Join([]string{d.Tier + " accounts", d.Path, cmp.Or(d.System, "unknown system")}, ", "), maxShownText),
		})
	}
	for _, month := range byTime(t.months) {
		m := t.months[month]
		n := m.met + m.notMet
		a.Months = append(a.Months, monthRow{month.Format("January 2006"), m.met, n, rate(m.met, n), width(m.met, n)})
	}
	for _, way := range w.summary.First.Weak {
		row := weakRow{Path: visible(way.Path, maxShownText), System: visible(way.System, maxShownText), Fails: "–", Verified: "–"}
		if way.Failed > 0 {
			row.Fails, row.Check = fmt.Sprintf("%d of %d fail: %s", way.Failed, way.Of, visible(way.Title, maxShownText)), way.Check
		}
		if way.Proven > 0 {
			row.Verified = fmt.Sprintf("weakest %d of %d, in %s; %d of %d show one", way.Weakest, maxStrength, plural(way.WeakestCases, "case"), way.Proven, way.Cases)
		}
		a.Weak = append(a.Weak, row)
	}
	a.Grids = grids(t.passTable(), t.populationTable(), t.variantTable(), t.scorecard(c.SelfService))
	var err error
	a.Charts, err = t.charts()
	return a, err
}

// tiles count the cases by what gave the way in, and by why it was needed.
func (t *tallies) tiles() []tile {
	return []tile{
		countTile("Resets by credential", t.credentials, byCount(t.credentials), false),
		countTile("Resets by cause", t.causes, byCount(t.causes), false),
	}
}

// maxTileRows bounds a tile; the rest adds up to one row.
const maxTileRows = 6

// byCount orders names by count, then by name, the most frequent only.
func byCount(of map[string]int) []string {
	names := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(cmp.Compare(of[b], of[a]), strings.Compare(a, b))
	})
	return names[:min(len(names), maxTileRows)]
}

func (t *tallies) completeness() completeness {
	if t.required == 0 {
		return completeness{}
	}
	hidden, open := t.required-t.assessable, t.assessable-t.shown
	return completeness{
		Text: fmt.Sprintf("Policy asks for %s over all resets. Records show %d (%s), %d could have been shown and are not (%s), and for %d no log was there to tell (%s).",
			plural(t.required, "link"), t.shown, rate(t.shown, t.required), open, rate(open, t.required), hidden, rate(hidden, t.required)),
		Bar: bar{
			Label: fmt.Sprintf("Links that policy asks for: %d shown, %d not shown, %d not assessable", t.shown, open, hidden),
			Parts: []part{
				{"proven", 0, width(t.shown, t.required)},
				{"broken", width(t.shown, t.required), width(open, t.required)},
				{"unknown", width(t.assessable, t.required), width(hidden, t.required)},
			},
		},
	}
}

// platforms compares systems, by name. The four fields are those an approval
// record should hold: who, when, under which ticket, verified how.
func (t *tallies) platforms() []platformRow {
	var rows []platformRow
	for _, name := range slices.Sorted(maps.Keys(t.systems)) {
		s := t.systems[name]
		n := s.verdicts.met + s.verdicts.notMet
		rows = append(rows, platformRow{
			System: visible(name, maxShownText), Cases: s.cases,
			Proven: s.custody[judge.Proven], Partial: s.custody[judge.Partial], Pending: s.custody[judge.Pending], Broken: s.custody[judge.Broken],
			Met: s.verdicts.met, Assessed: n, Rate: rate(s.verdicts.met, n), W: width(s.verdicts.met, n),
			Fields: []field{fieldOf(s.approver, s.cases), fieldOf(s.approved, s.cases), fieldOf(s.ticket, s.cases), fieldOf(s.method, s.cases)},
		})
	}
	return rows
}

// segmentRows lists the segments by name, those in none last; nothing where no
// case is in one.
func (t *tallies) segmentRows() []segmentRow {
	names := slices.Sorted(maps.Keys(t.segments))
	if len(names) == 0 || len(names) == 1 && names[0] == "" {
		return nil
	}
	if names[0] == "" {
		names = append(names[1:], "")
	}
	var rows []segmentRow
	for _, name := range names {
		s := t.segments[name]
		row := segmentRow{
			Name: visible(cmp.Or(name, "everybody else"), maxShownText), Cases: s.cases, Timed: len(s.recover), Median: "–", P95: "–",
			Proven: s.custody[judge.Proven], Partial: s.custody[judge.Partial], Pending: s.custody[judge.Pending], Broken: s.custody[judge.Broken],
		}
		if all := slices.Sorted(slices.Values(s.recover)); len(all) > 0 {
			row.Median, row.P95 = inWords(quantile(all, 0.5)), inWords(quantile(all, 0.95))
		}
		rows = append(rows, row)
	}
	return rows
}
