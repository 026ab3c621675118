package rules

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBundledPoliciesAskNoLessOfHigherTiers(t *testing.T) {
	specs := slices.Clone(bases)
	for _, base := range bases {
		for _, profile := range ProfileNames() {
			specs = append(specs, base+"+"+profile)
		}
	}
	for _, spec := range specs {
		for _, i := range load(t, spec).Inversions() {
			t.Errorf("%s: %s", spec, i)
		}
	}
}

var bundledLine = regexp.MustCompile(`baseline\.yaml:\d+`)

func TestInversions(t *testing.T) {
	p := load(t, write(t, `
extends: baseline
name: acme
version: 1
requirements:
  ordinary: {verification: {any: 4}, separate: [[approver, executor], [requester, executor]]}
  sensitive: {verification: {any: 4, self-service: 1}}
  privileged: {approval_valid: 72h, mfa_back: 0, review: 0, life: {access-pass: 5h}, request: [self-service], every_dependent: false}
  privileged-machine: {old_secret: 7d, verification: {automated: 0, assisted: 2}}
`))
	var got []string
	for _, i := range p.Inversions() {
		line := strings.ReplaceAll(i.String(), p.places["name"].File, "acme.yaml")
		got = append(got, bundledLine.ReplaceAllString(line, "baseline.yaml:N"))
	}
	const less = ": a higher tier is asked for less"
	want := []string{
		"acme.yaml:7: requirements.sensitive.verification.self-service is 1, requirements.ordinary.verification.self-service is 4 (acme.yaml:6)" + less,
		"rules/policies/baseline.yaml:N: requirements.sensitive.separate is [[approver, requester], [approver, beneficiary], [approver, executor]], " +
			"requirements.ordinary.separate is [[approver, executor], [requester, executor]] (acme.yaml:6)" + less,
		"acme.yaml:8: requirements.privileged.request is [], requirements.sensitive.request is [assisted, emergency] (rules/policies/baseline.yaml:N)" + less,
		"acme.yaml:8: requirements.privileged.approval_valid is 72h, requirements.sensitive.approval_valid is 24h (rules/policies/baseline.yaml:N)" + less,
		"acme.yaml:8: requirements.privileged.life.access-pass is 5h, requirements.sensitive.life.access-pass is 4h (rules/policies/baseline.yaml:N)" + less,
		"acme.yaml:8: requirements.privileged.mfa_back is not demanded, requirements.sensitive.mfa_back is 8h (rules/policies/baseline.yaml:N)" + less,
		"rules/policies/baseline.yaml:N: requirements.privileged.separate",
		"acme.yaml:9: requirements.privileged-machine.verification.assisted is 2, requirements.machine.verification.assisted is 3 (rules/policies/baseline.yaml:N)" + less,
		"acme.yaml:9: requirements.privileged-machine.old_secret is 7d, requirements.machine.old_secret is 24h (rules/policies/baseline.yaml:N)" + less,
	}
	for i, g := range got {
		if i >= len(want) || !strings.HasPrefix(g, want[i]) {
			t.Errorf("line %d: %s", i, g)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}
