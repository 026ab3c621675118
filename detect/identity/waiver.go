package identity

import (
	"bytes"
	"strings"
	"time"
)

// Waiver excepts cases from checks for a time, for a reason, on somebody's word.
type Waiver struct {
	ID       string
	Checks   []string
	Selector string // CEL over identity and case; compiled by the judge
	Reason   string
	Ticket   string
	// ApprovedBy and Owner are identity ids or accounts.
	ApprovedBy          string
	Owner               string
	ValidFrom           int64 // UTC nanoseconds; 0: from the beginning
	ValidUntil          int64 // exclusive
	CompensatingControl string
	// Defect says why the waiver covers nothing, "" for one that covers. Lacks
	// names what an exception must state and this one does not.
	Defect string
	Lacks  []string
	Tags   map[string]string
	Line   int
	// File, with Line, is where it stands.
	File string

	cells map[string]cell // as written, and what shows their lines; nil if made otherwise
	from  *faults
}

// Mistake makes an error about what the waiver states under a key, at a number
// of bytes into it. The format may end in ": hint: …".
func (w *Waiver) Mistake(key string, into int, format string, args ...any) error {
	p := rowAt(w.Line)
	c, ok := w.cells[key]
	if !ok {
		return mistake(w.File, nil, p, format, args...)
	}
	p = c.place
	if text := lineOfText(w.from.src, int(p.line)); c.text != "" && len(text) >= int(p.col) {
		if begins := bytes.Index(text[p.col-1:], []byte(c.text)); begins >= 0 { // past a quote; a block is shown where it begins
			p.col, p.width = p.col+int32(begins+into), int32(max(len(c.text)-into, 1))
		}
	}
	return mistake(w.File, w.from.src, p, format, args...)
}

func waiverFrom(r *record) Waiver {
	w := Waiver{
		ID: r.id("id"), Checks: r.list("checks"), Selector: r.text("selector"), Reason: r.text("reason"), Ticket: r.text("ticket"),
		ApprovedBy: r.text("approved_by"), Owner: r.text("owner"),
		ValidFrom: r.date("valid_from"), ValidUntil: r.date("valid_until"),
		CompensatingControl: r.text("compensating_control"), Tags: r.tags(), Line: r.line, File: r.faults.name,
		cells: r.cells, from: r.faults,
	}
	if w.ValidUntil != 0 && w.ValidUntil <= w.ValidFrom {
		r.fault("valid_until", "valid_until is not after valid_from")
	}
	w.Examine()
	return w
}

// Examine works out Defect and Lacks from what the waiver states.
func (w *Waiver) Examine() {
	w.Defect, w.Lacks = "", nil
	var void []string
	for _, part := range []struct {
		name    string
		missing bool
		void    bool // a waiver without it covers nothing (design.md, section 4)
	}{
		{"checks", len(w.Checks) == 0, true},
		{"selector", w.Selector == "", true},
		{"reason", w.Reason == "", true},
		{"end", w.ValidUntil == 0 || w.ValidUntil == endless, true},
		{"owner", w.Owner == "", false},
		{"approver", w.ApprovedBy == "", false},
	} {
		switch {
		case !part.missing:
			continue
		case part.void:
			void = append(void, part.name)
		}
		w.Lacks = append(w.Lacks, part.name)
	}
	if len(void) > 0 {
		w.Defect = "it states no " + strings.Join(void, " and no ")
	}
}

// placeholder is the longest life that is believed: an end like 2099-12-31 is
// written where a form asks for one and none is meant. This project's judgement.
const placeholder = 5 * 366 * 24 * time.Hour

// Timeless tells whether the waiver states an end and yet means none, seen from
// its beginning or, if it states none, from now.
func (w *Waiver) Timeless(now int64) bool {
	from := w.ValidFrom
	if from == 0 {
		from = now
	}
	return w.ValidUntil != 0 && w.ValidUntil != endless && w.ValidUntil-from > int64(placeholder)
}

// Covers tells whether the waiver is sound and in force at a time and names
// the check. Whom it covers is for its selector to say.
func (w *Waiver) Covers(check string, t int64) bool {
	if w.Defect != "" || t < w.ValidFrom || t >= w.ValidUntil {
		return false
	}
	for _, c := range w.Checks {
		if c == check {
			return true
		}
	}
	return false
}
