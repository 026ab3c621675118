package identity

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"resetproof/rules"
)

// maxRowErrors is how many faults of one context file are listed at once.
const maxRowErrors = 20

// faults gathers what is wrong with a context file.
type faults struct {
	name string
	src  []byte // for the line beside a caret; nil for another product's export, which may hold secrets
	list []error
	more int
}

// add notes a fault of a line. What follows ": hint: " says how to mend it.
func (f *faults) add(line int, format string, args ...any) {
	f.at(rowAt(line), format, args...)
}

// at notes a fault of a cell.
func (f *faults) at(p place, format string, args ...any) {
	if len(f.list) == maxRowErrors {
		f.more++
		return
	}
	f.list = append(f.list, mistake(f.name, f.src, p, format, args...))
}

// err gives all faults, nil for none.
func (f *faults) err() error {
	list := f.list
	if f.more > 0 {
		list = append(list[:len(list):len(list)], fmt.Errorf("%s: and %d more", f.name, f.more))
	}
	if len(list) == 1 {
		return list[0]
	}
	return errors.Join(list...)
}

// place is where a value stands: line and column from 1, the column in bytes;
// width is how many bytes it has, below 0 where it ends with its cell.
type place struct{ line, col, width int32 }

// rowAt is where a row begins.
func rowAt(line int) place { return place{int32(line), 1, -1} }

// mistake makes an error about a place in a context file. The format may end
// in ": hint: …".
func mistake(name string, src []byte, p place, format string, args ...any) error {
	msg, hint, _ := strings.Cut(fmt.Sprintf(format, args...), ": hint:")
	hint = strings.TrimSpace(hint)
	if src == nil || p.line == 0 {
		return &rules.Error{File: name, Line: int(p.line), Col: min(1, int(p.line)), Msg: msg, Hint: hint}
	}
	text := lineOfText(src, int(p.line))
	at := min(max(int(p.col)-1, 0), len(text))
	end := at + int(p.width)
	if p.width < 0 {
		end = at + bytes.IndexByte(append(text[at:len(text):len(text)], ','), ',')
	}
	end = min(end, len(text))
	return rules.ErrorOn(name, src, int(p.line), utf8.RuneCount(text[:at])+1, utf8.RuneCount(text[at:end]), msg, hint)
}

// lineOfText gives a line by its number, nil for one that is not there.
func lineOfText(src []byte, number int) []byte {
	for line := range bytes.Lines(src) {
		if number--; number == 0 {
			return bytes.TrimRight(line, "\r\n")
		}
	}
	return nil
}

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
