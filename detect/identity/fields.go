package identity

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// record takes typed values out of one row and notes what it could not read.
// Columns that were asked for are no tags.
type record struct {
	row
	faults *faults
	taken  map[string]bool
	asked  *[]Column // if set, takes note of the columns that are read
}

func (r *record) cell(column string) cell {
	r.taken[column] = true
	return r.cells[column]
}

// fault notes what is wrong with the value of a column, or with the row where
// the column is absent.
func (r *record) fault(column, format string, args ...any) {
	p := r.cells[column].place
	if p.line == 0 {
		p = rowAt(r.line)
	}
	r.faults.at(p, format, args...)
}

func (r *record) text(column string) string {
	r.ask(column, "text")
	c := r.cell(column)
	if len(c.list) > 1 {
		r.fault(column, "%s takes one value, not a list", column)
	}
	if len(c.list) == 1 {
		return c.list[0]
	}
	return c.text
}

// id is a text that must be there.
func (r *record) id(column string) string {
	text := r.text(column)
	if r.asked != nil {
		(*r.asked)[slices.IndexFunc(*r.asked, func(c Column) bool { return c.Name == column })].Required = true
	}
	if text == "" {
		r.fault(column, "%s is missing", column)
	}
	return text
}

func (r *record) list(column string) []string {
	r.ask(column, "list")
	return r.cell(column).values()
}

// oneOf is a word of a closed list, in any case; empty is allowed.
func (r *record) oneOf(column string, words ...string) string {
	r.ask(column, "text", words...)
	text := strings.ToLower(r.text(column))
	if text != "" && !slices.Contains(words, text) {
		r.fault(column, "unknown %s %q: hint: one of %s", column, text, strings.Join(words, ", "))
	}
	return text
}

// earliest and latest bound the dates that are believed; they keep well inside
// what nanoseconds since 1970 can hold. A later end, such as 9999-12-31, is no end.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// date is UTC nanoseconds since 1970, 0 where the cell is empty.
func (r *record) date(column string) int64 {
	r.ask(column, "date")
	text := r.text(column)
	if text == "" {
		return 0
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse(time.DateOnly, text)
	}
	switch {
	case err != nil:
		r.fault(column, "%s is not a date: hint: write 2026-03-01 or 2026-03-01T09:00:00Z", column)
		return 0
	case t.Before(earliest):
		r.fault(column, "%s lies before %d", column, earliest.Year())
		return 0
	case !t.Before(latest):
		return endless
	}
	return t.UnixNano()
}

// endless is a date past every event.
var endless = latest.UnixNano()

// end is a date at which something ends; 0 for no end.
func (r *record) end(column string) int64 {
	if t := r.date(column); t < endless {
		return t
	}
	return 0
}

// duration is a length of time such as 30d, 12h or 10m; 0 where empty.
func (r *record) duration(column string) time.Duration {
	r.ask(column, "duration")
	text := r.text(column)
	if text == "" {
		return 0
	}
	d, ok := parseDuration(text)
	if !ok {
		r.fault(column, "%s is not a length of time: hint: write 30d, 12h or 10m", column)
	}
	return d
}

func parseDuration(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16) // at most 65,535 days: no overflow
		return time.Duration(n) * 24 * time.Hour, err == nil
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}

// truth reads a yes or no; stated is false where the cell is empty.
func (r *record) truth(column string) (value, stated bool) {
	r.ask(column, "truth")
	switch text := strings.ToLower(r.text(column)); text {
	case "":
		return false, false
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	default:
		r.fault(column, "%s is neither true nor false", column)
		return false, false
	}
}

// tags are the columns that nothing asked for, nil if none has a value.
func (r *record) tags() map[string]string {
	var tags map[string]string
	for column, c := range r.cells {
		text := c.text
		if c.list != nil {
			text = strings.Join(c.list, ";")
		}
		if r.taken[column] || text == "" {
			continue
		}
		if tags == nil {
			tags = make(map[string]string)
		}
		tags[column] = text
	}
	return tags
}
