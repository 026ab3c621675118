package report

import (
	"fmt"
	"slices"
	"time"

	"resetproof/detect/judge"
)

// waits are the lead times that the records show, and how many resets the new
// policy would have kept waiting.
type waits struct {
	// By tier: from the first request to the first approval, and to the reset;
	// from the first approval to the second.
	approval, second, reset map[string][]time.Duration
	// By strength: from the first request to the last verification.
	verified [maxStrength + 1][]time.Duration

	more     map[string]int       // by tier: resets of which more approvals are asked
	approved int                  // of them, those that have them on record
	bySecond int                  // of the others, those that one approval was asked of already
	stronger [maxStrength + 1]int // by strength: resets that must be verified more strongly
	proven   [maxStrength + 1]int // of them, those that were
}

func newWaits() waits {
	return waits{approval: map[string][]time.Duration{}, second: map[string][]time.Duration{}, reset: map[string][]time.Duration{}, more: map[string]int{}}
}

// observe notes the lead times of a case. Steps that came before the request,
// or after the reset, show no waiting.
func (w *waits) observe(c *judge.CaseRecord) {
	at := parseWritten(&c.Time)
	asked := firstTime(c.Steps.Requested)
	took := func(step time.Time) (time.Duration, bool) {
		return step.Sub(asked), !asked.IsZero() && !step.IsZero() && !step.Before(asked) && !step.After(at)
	}
	tier := orUnknown(c.Tier)
	if d, ok := took(at); ok {
		w.reset[tier] = append(w.reset[tier], d)
	}
	if d, ok := took(firstTime(c.Steps.Approved)); ok {
		w.approval[tier] = append(w.approval[tier], d)
	}
	if d, ok := betweenApprovers(c.Steps.Approved); ok {
		w.second[tier] = append(w.second[tier], d)
	}
	if s := c.Aside.Strength; s != nil && *s >= 0 && *s <= maxStrength {
		if d, ok := took(lastTime(c.Steps.Verified, at)); ok {
			w.verified[*s] = append(w.verified[*s], d)
		}
	}
}

// compare counts a case of which more is asked than before.
func (w *waits) compare(before standingBefore, c *judge.CaseRecord) {
	if n := c.Aside.Approvals; before.approvals >= 0 && n > int(before.approvals) {
		w.more[orUnknown(c.Tier)]++
		switch {
		case approvers(c) >= n:
			w.approved++
		case before.approvals > 0:
			w.bySecond++
		}
	}
	if n := c.Aside.Verification; before.verification >= 0 && n > int(before.verification) && n <= maxStrength {
		w.stronger[n]++
		if s := c.Aside.Strength; s != nil && *s >= n {
			w.proven[n]++
		}
	}
}

// approvers counts those who approved a case before the reset.
func approvers(c *judge.CaseRecord) int {
	by, at := map[string]bool{}, parseWritten(&c.Time)
	for i := range c.Steps.Approved {
		if s := &c.Steps.Approved[i]; s.Actor != nil && !parseWritten(&s.Time).After(at) {
			by[*s.Actor] = true
		}
	}
	return len(by)
}

// tierOrder lists the tiers from the least to the most, persons first.
func tierOrder() []string {
	return []string{"ordinary", "sensitive", "privileged", "machine", "privileged-machine", "break-glass", "unknown"}
}

// leastLeads is how many observations an estimate needs.
const leastLeads = 5

// lines says, in sentences, what the resets would have waited longer.
func (w *waits) lines() []string {
	var out []string
	total := 0
	for _, n := range w.more {
		total += n
	}
	if total > 0 {
		first, where := w.pooled(w.approval)
		line := fmt.Sprintf("%s would need one more approval, %d have it; ", plural(total, "reset"), w.approved)
		out = append(out, line+estimate("one came", "how long after the request one comes", "after the request", first, where))
		if w.bySecond > 0 {
			again, where := w.pooled(w.second)
			out = append(out, estimate("a second approver agreed", "how long after the first a second one comes", "after the first", again, where))
		}
	}
	for bar, n := range w.stronger {
		if n == 0 {
			continue
		}
		var took []time.Duration
		for _, list := range w.verified[bar:] {
			took = append(took, list...)
		}
		out = append(out, fmt.Sprintf("%s would need a verification of strength %d, %d have it; ", plural(n, "reset"), bar, w.proven[bar])+
			estimate("one came", "how long after the request one comes", "after the request", took, ""))
	}
	if len(out) > 0 {
		all, where := w.pooled(w.reset)
		out = append(out, estimate("as it is, a reset comes", "how long a reset takes as it is", "after its request", all, where))
	}
	return out
}

// pooled gives what the tiers show of which more is asked, or, where that is
// too little, all tiers.
func (w *waits) pooled(of map[string][]time.Duration) (took []time.Duration, where string) {
	for _, tier := range tierOrder() {
		if w.more[tier] > 0 {
			took = append(took, of[tier]...)
		}
	}
	if len(took) >= leastLeads {
		return took, ", same tiers"
	}
	took = nil
	for _, tier := range tierOrder() {
		took = append(took, of[tier]...)
	}
	return took, ", all tiers"
}

// estimate is a sentence on how long something took; untold names it where
// too few cases show it.
func estimate(what, untold, since string, took []time.Duration, where string) string {
	if len(took) < leastLeads {
		return fmt.Sprintf("%s cannot be told (n = %d%s)", untold, len(took), where)
	}
	slices.Sort(took)
	return fmt.Sprintf("%s %s %s in the median, %s at the 90th percentile (n = %d%s)",
		what, inWords(quantile(took, 0.5)), since, inWords(quantile(took, 0.9)), len(took), where)
}

func firstTime(steps []judge.StepRecord) (first time.Time) {
	for i := range steps {
		if t := parseWritten(&steps[i].Time); !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// lastTime is that of the last step no later than a time.
func lastTime(steps []judge.StepRecord, until time.Time) (last time.Time) {
	for i := range steps {
		if t := parseWritten(&steps[i].Time); t.After(last) && !t.After(until) {
			last = t
		}
	}
	return last
}

// betweenApprovers is the time from the first approval to the first by somebody else.
func betweenApprovers(steps []judge.StepRecord) (time.Duration, bool) {
	var first, second time.Time
	by := ""
	ordered := slices.SortedFunc(slices.Values(steps), func(a, b judge.StepRecord) int { return parseWritten(&a.Time).Compare(parseWritten(&b.Time)) })
	for i := range ordered {
		s := &ordered[i]
		switch t := parseWritten(&s.Time); {
		case s.Actor == nil || t.IsZero():
		case first.IsZero():
			first, by = t, *s.Actor
		case second.IsZero() && *s.Actor != by:
			second = t
		}
	}
	return second.Sub(first), !second.IsZero()
}
