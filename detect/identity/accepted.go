package identity

import (
	"strings"
	"time"
)

// Accepted is one entry of a baseline file: a finding, or a case with all its
// findings, that somebody accepts for a time, for a reason.
type Accepted struct {
	CaseOrFinding string // an id, or one that the case or finding also goes by
	Check         string // of the case, the one check that is accepted; "" for all
	Severity      string // the gravest that is accepted; "" for any
	Reason        string
	AcceptedBy    string // identity id or account
	AcceptedAt    int64  // UTC nanoseconds; 0 where not stated
	Until         int64  // exclusive
	// Defect says why the entry hides nothing, "" for a sound one.
	Defect string
	Tags   map[string]string
	Line   int
}

// acceptedFor is how long an entry holds that states no end (design.md, section 4).
const acceptedFor = 90 * 24 * time.Hour

// LoadAccepted reads a baseline file of accepted findings, CSV or YAML.
func LoadAccepted(path string) ([]Accepted, File, error) {
	rows, f, file, err := readRows("baseline", path, "case_or_finding")
	if err != nil {
		return nil, File{}, err
	}
	list := each(rows, f, acceptedFrom)
	return list, file, f.err()
}

func acceptedFrom(r *record) Accepted {
	a := Accepted{
		CaseOrFinding: strings.ToLower(r.id("case_or_finding")), Check: r.text("check"),
		Severity: r.oneOf("severity", "info", "low", "medium", "high", "critical"),
		Reason:   r.text("reason"), AcceptedBy: r.text("accepted_by"), AcceptedAt: r.date("accepted_at"), Until: r.date("until"),
		Tags: r.tags(), Line: r.line,
	}
	if a.CaseOrFinding != "" && !isID(a.CaseOrFinding) {
		r.fault("case_or_finding", "case_or_finding is no id: hint: copy id or case from findings.jsonl, 32 hexadecimal digits")
	}
	if a.Until == 0 && a.AcceptedAt != 0 {
		a.Until = a.AcceptedAt + int64(acceptedFor)
	}
	if a.Until != 0 && a.Until <= a.AcceptedAt {
		r.fault("until", "until is not after accepted_at")
	}
	a.Defect = a.defect()
	return a
}

// defect: what nobody accepted, for no reason or for ever, is not accepted.
func (a *Accepted) defect() string {
	var missing []string
	if a.Reason == "" {
		missing = append(missing, "reason")
	}
	if a.AcceptedBy == "" {
		missing = append(missing, "accepted_by")
	}
	if a.Until == 0 || a.Until == endless {
		missing = append(missing, "until")
	}
	if missing == nil {
		return ""
	}
	return "it states no " + strings.Join(missing, " and no ")
}
