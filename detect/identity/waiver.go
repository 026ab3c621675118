package identity

import "strings"

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
	// Defect says why the waiver covers nothing, "" for a sound one.
	Defect string
	Tags   map[string]string
	Line   int
	// File, with Line, is where it stands.
	File string
}

func waiverFrom(r *record) Waiver {
	w := Waiver{
		ID: r.id("id"), Checks: r.list("checks"), Selector: r.text("selector"), Reason: r.text("reason"), Ticket: r.text("ticket"),
		ApprovedBy: r.text("approved_by"), Owner: r.text("owner"),
		ValidFrom: r.date("valid_from"), ValidUntil: r.date("valid_until"),
		CompensatingControl: r.text("compensating_control"), Tags: r.tags(), Line: r.line, File: r.faults.name,
	}
	if w.ValidUntil != 0 && w.ValidUntil <= w.ValidFrom {
		r.faults.add(r.line, "valid_until is not after valid_from")
	}
	w.Defect = w.defect()
	return w
}

// defect: a waiver that excepts everything, for ever, or for no reason is not
// one (design.md section 4).
func (w *Waiver) defect() string {
	var missing []string
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"checks", len(w.Checks) == 0},
		{"selector", w.Selector == ""},
		{"reason", w.Reason == ""},
		{"valid_until", w.ValidUntil == 0 || w.ValidUntil == endless},
	} {
		if part.missing {
			missing = append(missing, part.name)
		}
	}
	if missing == nil {
		return ""
	}
	return "it states no " + strings.Join(missing, " and no ")
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
