package report

import (
	"strings"

	"resetproof/rules"
)

type tile struct {
	Title  string
	Note   string
	Bar    *bar
	Counts []tileCount
}

type tileCount struct {
	Name, Class, Share string
	N                  int
}

type bar struct {
	Label string
	Parts []part
}

// part is a stretch of a drawing that is 1,000 units wide.
type part struct {
	Class string
	X, W  float64
}

func (s Summary) tiles() []tile {
	custody := map[string]int{}
	for state, n := range s.ByCustody {
		custody[string(state)] = n
	}
	verdicts := map[string]int{}
	for v, n := range s.Verdicts {
		verdicts[string(v)] = n
	}
	severities := map[string]int{}
	for sev, n := range s.Findings {
		severities[rules.Severity(sev).String()] = n
	}
	return []tile{
		countTile("Chain of custody", custody, []string{"proven", "partial", "pending", "broken"}, true),
		countTile("Findings by severity", severities, []string{"critical", "high", "medium", "low", "info"}, true),
		countTile("Verdicts of all checks", verdicts, []string{"met", "not-met", "not-due", "excepted", "not-assessable"}, true),
		countTile("Resets by path", s.ByPath, []string{"assisted", "self-service", "automated", "emergency", "unknown"}, false),
		countTile("Resets by class", s.ByClass, []string{"recovery", "binding", "issuance", "rotation", "unlock", "unknown"}, false),
		s.operatorTile(),
	}
}

// operatorTile lists who reset others most.
func (s Summary) operatorTile() tile {
	t := tile{Title: "Resets of others, by operator"}
	for _, o := range s.First.Operators {
		t.Counts = append(t.Counts, tileCount{Name: visible(o.Name, maxShownText), N: o.Count, Share: share(o.Count, s.Cases)})
	}
	if n := s.First.MoreOperators; n > 0 {
		t.Note = "and " + plural(n, "other")
	}
	return t
}

// countTile lists the names in order; those whose count is 0 stay only where
// the drawing's colours need a key.
func countTile(title string, of map[string]int, order []string, drawn bool) tile {
	whole := 0
	for _, name := range order {
		whole += of[name]
	}
	t := tile{Title: title}
	if drawn {
		t.Bar = &bar{Label: title + ": " + counts(of, order)}
	}
	at := 0.0
	for _, name := range order {
		n := of[name]
		if n == 0 && !drawn {
			continue
		}
		c := tileCount{Name: strings.ReplaceAll(name, "-", " "), N: n, Share: share(n, whole)}
		if drawn {
			c.Class = name
			t.Bar.Parts = append(t.Bar.Parts, part{name, at, width(n, whole)})
			at += width(n, whole)
		} else {
			c.Name = name
		}
		t.Counts = append(t.Counts, c)
	}
	return t
}

func width(n, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(n) * 1000 / float64(whole)
}
