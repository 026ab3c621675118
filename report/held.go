package report

import (
	"fmt"
	"slices"
	"strings"
)

// failing lists the checks that are not met, gravest first, as far as a baseline
// does not hide it.
func (s Summary) failing() []CheckCount {
	return slices.DeleteFunc(slices.Clone(s.Checks), func(c CheckCount) bool { return c.open() == 0 })
}

// shortID is how many digits of a run's id tell it from others.
const shortID = 8

// heldLines say what a baseline hides and what of it is gone, in at most four
// lines.
func (s Summary) heldLines() []string {
	h := s.Held
	if h == nil {
		return nil
	}
	line := visible(h.Given, 40)
	if h.Run != nil && len(*h.Run) > shortID {
		line += fmt.Sprintf(" (run %s)", visible((*h.Run)[:shortID], shortID))
	}
	line += " hides " + plural(s.Hidden(), "finding")
	if parts := bySeverity(s.hidden); len(parts) > 0 {
		line += ": " + strings.Join(parts, ", ")
	}
	lines := []string{line}
	if n := len(h.Graver); n > 0 {
		lines = append(lines, fmt.Sprintf("%d that it holds became graver, or are excepted no more", n))
	}
	if gone := h.Resolved + h.Lapsed; gone > 0 {
		lines = append(lines, fmt.Sprintf("%d of it gone: %d resolved, %d lapsed (%s)", gone, h.Resolved, h.Lapsed, ChangesFile))
	}
	if h.Expired+h.Defective > 0 {
		lines = append(lines, fmt.Sprintf("entries: %d, of them %d expired and %d that hide nothing for a defect", h.Entries, h.Expired, h.Defective))
	}
	return lines
}
