package report

import (
	"fmt"

	"resetproof/detect/judge"
)

// closureKey is a kind of old way into accounts, in cases of one class.
type closureKey struct{ class, what string }

// closureTally counts what became of them.
type closureTally struct {
	states map[string]int // of judge.ClosureStates
	used   int            // those used after the reset
}

// classOrder lists the classes of cases as tables show them (design.md, section 2).
var classOrder = []string{"recovery", "rotation", "issuance", "binding", "unlock"}

// addClosures counts what the notes of a case say of old ways in.
func (t *tallies) addClosures(c *judge.CaseRecord) {
	for _, note := range c.Notes {
		closed, ok := judge.ParseClosure(note)
		if !ok {
			continue
		}
		k := closureKey{orUnknown(c.Class), closed.What}
		if t.closures[k] == nil {
			t.closures[k] = &closureTally{states: map[string]int{}}
		}
		t.closures[k].states[closed.State]++
		if closed.Used {
			t.closures[k].used++
		}
	}
}

// closureRow is one line of the table of revocations: the counts in the order
// of judge.ClosureStates, then of those used after the reset.
type closureRow struct {
	Class, What string
	Counts      []int
	Used        int
}

// revocations lists them in the order of classes and kinds.
func (t *tallies) revocations() []closureRow {
	var out []closureRow
	for _, class := range classOrder {
		for _, what := range judge.ClosureWhats {
			tally := t.closures[closureKey{class, what}]
			if tally == nil {
				continue
			}
			row := closureRow{Class: class, What: what, Used: tally.used}
			for _, state := range judge.ClosureStates {
				row.Counts = append(row.Counts, tally.states[state])
			}
			out = append(out, row)
		}
	}
	return out
}

// revokedText sums the table up in a sentence, "" for an empty one.
func revokedText(rows []closureRow) string {
	total, inTime := 0, 0
	for _, r := range rows {
		inTime += r.Counts[0]
		for _, n := range r.Counts {
			total += n
		}
	}
	if total == 0 {
		return ""
	}
	ways := "1 old way in"
	if total > 1 {
		ways = fmt.Sprintf("%d old ways in", total)
	}
	return fmt.Sprintf("Of %s that the resets had to end, %d ended in time on record.", ways, inTime)
}
