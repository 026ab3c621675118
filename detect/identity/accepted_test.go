package identity

import (
	"strings"
	"testing"
)

const someID = "0123456789abcdef0123456789abcdef"

func TestAcceptedFindings(t *testing.T) {
	path := write(t, "accepted.csv", "case_or_finding,check,severity,reason,accepted_by,accepted_at,until,ticket\n"+
		strings.ToUpper(someID)+",late-approval,High,the desk was short of staff,mia,2026-03-01,,CHG-1\n"+
		someID+",,,old,mia,2026-03-01,2026-04-01,\n"+
		someID+",,,,,2026-03-01,2026-04-01,\n"+
		someID+",,,old,mia,,,\n"+
		someID+",,,old,mia,2026-03-01,9999-12-31,\n")
	list, file, err := LoadAccepted(path)
	if err != nil || len(list) != 5 || file.Role != "baseline" || file.SHA256 == "" {
		t.Fatalf("%d entries of %+v, %v", len(list), file, err)
	}
	first := list[0]
	if first.CaseOrFinding != someID || first.Check != "late-approval" || first.Severity != "high" || first.Until != at(t, "2026-05-30") || first.Tags["ticket"] != "CHG-1" || first.Line != 2 {
		t.Errorf("the first entry is %+v", first)
	}
	for i, want := range []string{"", "", "it states no reason and no accepted_by", "it states no until", "it states no until"} {
		if list[i].Defect != want {
			t.Errorf("entry %d: defect %q, want %q", i, list[i].Defect, want)
		}
	}
}

func TestFaultsOfAcceptedFindings(t *testing.T) {
	for file, want := range map[string]string{
		"- {case_or_finding: F-1, reason: old}\n": "accepted.yaml:1:21: case_or_finding is no id (copy id or case from findings.jsonl, 32 hexadecimal digits)",
		"- {reason: old}\n":                       "accepted.yaml:1:1: case_or_finding is missing",
		"- {case_or_finding: " + someID + ", accepted_at: 2026-03-01, until: 2026-02-01}\n": "accepted.yaml:1:87: until is not after accepted_at",
		"- {case_or_finding: " + someID + ", severity: grave}\n":                            `accepted.yaml:1:65: unknown severity "grave" (one of info, low, medium, high, critical)`,
		"- {case_or_finding: " + someID + ", until: soon}\n":                                "accepted.yaml:1:62: until is not a date (write 2026-03-01 or 2026-03-01T09:00:00Z)",
		"case_or_finding: " + someID + "\n":                                                 `accepted.yaml:1:1: not a sequence (begin each entry with "- ")`,
	} {
		if _, _, err := LoadAccepted(write(t, "accepted.yaml", file)); err == nil || sentence(err) != want {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}
