package report

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// WhatIf compares what two policies say of the same resets: the run under the
// policy in force goes into Before, that under the new one, after it, into
// After. It holds some forty bytes for each case, and a name for each identity hit.
type WhatIf struct {
	cases    map[[16]byte]standingBefore
	patterns [][]string       // of failing checks, each set of them once
	pattern  map[string]int32 // by the checks joined

	resets   [2]int
	custody  [2]map[string]int
	verdicts [2]map[judge.Verdict]int
	failed   [2]int                        // cases that fail a check
	checks   map[string]map[string]*[2]int // check -> tier -> findings
	newly    int                           // cases that failed none and do
	cleared  int                           // cases that failed some and fail none
	alone    int                           // cases that only the new policy makes
	added    int                           // verdicts that become not met
	dropped  int                           // and that no longer are
	examples []newFailure

	operators, identities, units map[string]int // verdicts newly not met

	waits waits
}

// standingBefore is how a case stood under the policy in force.
type standingBefore struct {
	pattern                 int32
	approvals, verification int8
}

// newFailure is a case that fails only under the new policy.
type newFailure struct {
	time, id, text string
}

// NewWhatIf begins a comparison.
func NewWhatIf() *WhatIf {
	w := &WhatIf{
		cases: map[[16]byte]standingBefore{}, pattern: map[string]int32{}, checks: map[string]map[string]*[2]int{},
		operators: map[string]int{}, identities: map[string]int{}, units: map[string]int{}, waits: newWaits(),
	}
	for i := range w.custody {
		w.custody[i], w.verdicts[i] = map[string]int{}, map[judge.Verdict]int{}
	}
	return w
}

// Before takes what the policy in force says.
func (w *WhatIf) Before() *WhatIfSide { return &WhatIfSide{w, 0} }

// After takes what the new policy says.
func (w *WhatIf) After() *WhatIfSide { return &WhatIfSide{w, 1} }

// WhatIfSide takes the cases and findings of one of the two runs.
type WhatIfSide struct {
	w  *WhatIf
	at int // 0 before, 1 after
}

// Case takes a case.
func (s *WhatIfSide) Case(c *judge.CaseRecord) error {
	w := s.w
	w.resets[s.at]++
	w.custody[s.at][string(c.Custody)]++
	var failing []string
	for check, v := range c.Verdicts {
		w.verdicts[s.at][v]++
		if v == judge.NotMet {
			failing = append(failing, check)
		}
	}
	slices.Sort(failing)
	for _, check := range failing {
		w.count(check, orUnknown(c.Tier), s.at)
	}
	if len(failing) > 0 {
		w.failed[s.at]++
	}
	id, err := parseCaseID(c.ID)
	if err != nil {
		return err
	}
	if s.at == 0 {
		w.cases[id] = standingBefore{w.patternOf(failing), int8(c.Aside.Approvals), int8(c.Aside.Verification)}
		w.waits.observe(c)
		return nil
	}
	return w.compare(id, c, failing)
}

// Finding takes a finding; those of cases are known from the cases.
func (s *WhatIfSide) Finding(f *judge.Finding) error {
	if f.Scope != "case" && f.Verdict == judge.NotMet {
		s.w.count(f.Check, orUnknown(f.Tier), s.at)
	}
	return nil
}

func parseCaseID(text string) (id [16]byte, err error) {
	if n, err := hex.Decode(id[:], []byte(text)); err != nil || n != len(id) {
		return id, fmt.Errorf("case %q has no id", text)
	}
	return id, nil
}

func (w *WhatIf) count(check, tier string, at int) {
	if w.checks[check] == nil {
		w.checks[check] = map[string]*[2]int{}
	}
	if w.checks[check][tier] == nil {
		w.checks[check][tier] = &[2]int{}
	}
	w.checks[check][tier][at]++
}

// patternOf gives the number of a set of failing checks.
func (w *WhatIf) patternOf(failing []string) int32 {
	key := strings.Join(failing, " ")
	n, ok := w.pattern[key]
	if !ok {
		n = int32(len(w.patterns))
		w.pattern[key], w.patterns = n, append(w.patterns, failing)
	}
	return n
}

// compare sets a case of the new policy beside what it was before. A policy
// may also change which acts are one case: then it is found by an alias, or not
// at all.
func (w *WhatIf) compare(id [16]byte, c *judge.CaseRecord, failing []string) error {
	before, ok := w.cases[id]
	for _, alias := range c.CaseAliases {
		if ok {
			break
		}
		if other, err := parseCaseID(alias); err == nil {
			before, ok = w.cases[other]
		}
	}
	if !ok {
		w.alone++
		before = standingBefore{w.patternOf(nil), int8(c.Aside.Approvals), int8(c.Aside.Verification)}
	}
	w.waits.compare(before, c)
	old := w.patterns[before.pattern]
	switch {
	case len(old) == 0 && len(failing) > 0:
		w.newly++
	case len(old) > 0 && len(failing) == 0:
		w.cleared++
	}
	added := slices.DeleteFunc(slices.Clone(failing), func(check string) bool { return slices.Contains(old, check) })
	w.added += len(added)
	w.dropped += len(old) + len(added) - len(failing)
	if len(added) == 0 {
		return nil
	}
	for _, hit := range []struct {
		of   map[string]int
		name string
	}{{w.operators, c.Aside.Operator}, {w.identities, c.Aside.Name}, {w.units, c.Aside.Unit}} {
		if hit.name != "" {
			hit.of[hit.name] += len(added)
		}
	}
	w.note(newFailure{c.Time, c.ID, fmt.Sprintf("%s (%s, %s): %s", c.Aside.Name, cmp.Or(primarySystem(c), "unknown system"), minute(c.Time), strings.Join(added, ", "))})
	return nil
}

// maxHitShown bounds the lists of who is hit, and maxCasesShown the cases named.
const (
	maxHitShown   = 4
	maxCasesShown = 3
)

// note keeps the earliest cases.
func (w *WhatIf) note(f newFailure) {
	w.examples = append(w.examples, f)
	slices.SortFunc(w.examples, func(a, b newFailure) int { return cmp.Or(strings.Compare(a.time, b.time), strings.Compare(a.id, b.id)) })
	w.examples = w.examples[:min(len(w.examples), maxCasesShown)]
}

// changed lists the checks whose number of findings differs, the greatest
// difference first.
func (w *WhatIf) changed() []string {
	difference := func(check string) int {
		n := 0
		for _, of := range w.checks[check] {
			n += of[1] - of[0]
		}
		return n
	}
	moved := func(check string) int {
		n := 0
		for _, of := range w.checks[check] {
			n += max(of[1]-of[0], of[0]-of[1])
		}
		return n
	}
	names := slices.DeleteFunc(slices.Collect(maps.Keys(w.checks)), func(check string) bool { return moved(check) == 0 })
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(moved(b), moved(a)), cmp.Compare(difference(b), difference(a)), strings.Compare(a, b))
	})
	return names
}

// most orders names by count, the greatest first.
func most(of map[string]int) string {
	names := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), strings.Compare(a, b)) })
	var words []string
	for _, name := range names[:min(len(names), maxHitShown)] {
		words = append(words, fmt.Sprintf("%s %d", visible(name, 40), of[name]))
	}
	switch n := len(names) - maxHitShown; {
	case n == 1:
		words = append(words, "1 other")
	case n > 1:
		words = append(words, fmt.Sprintf("%d others", n))
	}
	return strings.Join(words, " · ")
}
