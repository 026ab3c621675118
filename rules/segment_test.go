package rules

import (
	"strings"
	"testing"
	"time"
)

func TestSegmentRowsLieOverTheTiers(t *testing.T) {
	p := load(t, write(t, `
extends: baseline
name: acme
version: 1
segments:
  - {name: executive, executive: true, requirements: {verification: {any: 4}, approval_valid: 4h, life: {code@mail: 1h}}}
  - {name: rest}
`))
	executive, rest := &p.Segments[0], &p.Segments[1]
	for _, tier := range Tiers() {
		want := p.Requirements[tier].clone()
		row := p.Row(tier, executive)
		if row.ApprovalValid != 4*time.Hour || row.Verification[Assisted] == 0 || row.Life["code@mail"] != time.Hour {
			t.Errorf("%s: %+v", tier, row)
		}
		row.ApprovalValid, row.Verification, row.Life = want.ApprovalValid, want.Verification, want.Life
		if diff := difference(want, row); diff != "" {
			t.Errorf("%s: what the segment does not state differs: %s", tier, diff)
		}
		if diff := difference(want, p.Row(tier, rest)); diff != "" {
			t.Errorf("%s: a segment without requirements differs: %s", tier, diff)
		}
	}
	// As any other `any`: the paths that the tier itself does not name.
	if row := p.Row(Ordinary, executive); row.Verification[SelfService] != 4 || row.Verification[Automated] != 0 {
		t.Errorf("any: 4 over {any: 2, automated: 0} is %v", row.Verification)
	}
	if p.Requirements[Ordinary].Verification[Assisted] != 2 || p.Requirements[Ordinary].Life["code@mail"] != 24*time.Hour {
		t.Error("a segment reached into the tier it was laid over")
	}
	if !executive.States("approval_valid") || executive.States("approvals") || rest.States("approvals") || (*Segment)(nil).States("approvals") {
		t.Error("a segment does not know what it states")
	}
	if n := len(p.Rows(Ordinary)); n != 2 {
		t.Errorf("%d rows for ordinary, want the tier's and the executive's", n)
	}
}

func TestProfilesHoldInSegments(t *testing.T) {
	p := load(t, write(t, `
extends: baseline+pci
name: acme
version: 1
segments: [{name: executive, executive: true, requirements: {forced_change: 7d, sessions_ended: 3h}}]
`))
	row := p.Row(Ordinary, &p.Segments[0])
	if row.ForcedChange != 24*time.Hour || row.ApprovalUnlessOwnerAsked || row.SessionsEnded != 3*time.Hour {
		t.Errorf("%+v", row)
	}
}

func TestSegmentMistakes(t *testing.T) {
	const head = "extends: baseline\nname: a\nversion: 1\nsegments:\n"
	for text, want := range map[string]string{
		"  - {tiers: [ordinary]}\n":                               `acme.yaml:5:5: key "name" is missing`,
		"  - {name: a}\n  - {name: a}\n":                          `acme.yaml:6:1: segment "a" stands twice`,
		"  - {name: a, tiers: [privilegd]}\n":                     `unknown tiers "privilegd" (did you mean privileged?)`,
		"  - {name: a, operator: {employment: [guest]}}\n":        `unknown employment "guest"`,
		"  - name: a\n    requirements: {aprovals: {any: 1}}\n":   `acme.yaml:6:20: unknown key "aprovals" (did you mean approvals?)`,
		"  - name: a\n    requirements: {verification: {any: 5}}": `any "5": above 4`,
		"  - name: a\n    requirements: strict\n":                 `requirements wants a mapping, is text`,
	} {
		_, err := LoadPolicy(write(t, head+text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nerror %v\nwant one with %s", text, err, want)
		}
	}
}
