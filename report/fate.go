package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// What may become of a finding that is gone (design.md, section 6).
const (
	Resolved = "resolved" // met, or somebody reviewed it
	Lapsed   = "lapsed"   // nothing shows that it was mended
)

// fate is what became of a finding that is gone.
type fate struct {
	change string
	now    judge.Verdict // "" where its case is gone
	by     []string      // findings that stand in its place
	why    string
}

// fateIn reads off a case what became of an earlier finding on it; over are the
// findings that stand in the place of its check.
func (c *comparison) fateIn(r *savedCase, e *earlierFinding, over []string) fate {
	check := c.matcher.table[e.check]
	v, judged := r.Verdicts[check]
	f := fate{change: Lapsed, now: v}
	switch {
	case len(over) > 0:
		return fate{Resolved, v, over, "another finding stands in its place"}
	case !judged && c.unjudged(check):
		return fate{Lapsed, "", nil, "the check is not judged any more"}
	case v == judge.NotMet || v == judge.Excepted:
		return c.fateOfElement(r, e, check)
	case !judged, v == judge.NotApplicable:
		f.now, f.why = judge.NotApplicable, "the check does not apply to the reset any more"
		if c.since != "" {
			f.why += "; since then " + c.since + " changed"
		}
	default:
		f = fateOf(v, noteOn(r, check))
	}
	return c.underFiles(c.underPolicy(f, r, e), check, "case")
}

// underPolicy lets nothing count as resolved that another policy judged.
func (c *comparison) underPolicy(f fate, r *savedCase, e *earlierFinding) fate {
	was := c.matcher.table[e.policy]
	if r.Policy == nil || was == "" || was == r.Policy.SHA256 {
		return f
	}
	under := fmt.Sprintf("the policy has changed: under %s %s the check ", r.Policy.Name, r.Policy.Version)
	switch f.now {
	case judge.Met:
		f.change, f.why = Lapsed, under+"is met"
	case judge.NotApplicable:
		f.why = under + "does not apply to the reset"
	}
	return f
}

// waiversCommon is the check over the whole set that speaks of waivers.
const waiversCommon = "waivers-common"

// underFiles lets nothing count as resolved that was told from another context
// file: who changes what a check goes by has mended nothing with that.
func (c *comparison) underFiles(f fate, check, scope string) fate {
	if f.change != Resolved || f.now != judge.Met {
		return f
	}
	var files []string
	if c.newer.reading != nil {
		files = c.newer.reading.Needs[check]
	}
	if scope == "waiver" || check == waiversCommon {
		files = append(slices.Clone(files), "exceptions")
	}
	for _, role := range files {
		if how := c.fileChanged(role); how != "" {
			f.change, f.why = Lapsed, "the "+role+" file "+how+"; "+f.why
			return f
		}
	}
	return f
}

// fileChanged says how a context file differs from that of the earlier run, ""
// where it does not or that is not known.
func (c *comparison) fileChanged(role string) string {
	if c.old.Run == nil {
		return ""
	}
	was, stated := c.old.Run.Hashes[role]
	is, known := c.newer.hashes[role]
	switch {
	case !stated || !known || sameHash(was, is):
		return ""
	case was == nil:
		return "was not given then"
	case is == nil:
		return "is not given any more"
	}
	return "has changed"
}

// fateOf a verdict that is no finding.
func fateOf(v judge.Verdict, note string) fate {
	switch v {
	case judge.Met:
		return fate{Resolved, v, nil, "the check is met now"}
	case judge.NotDue:
		return fate{Lapsed, v, nil, "it is not due yet as this run judges it"}
	case judge.NotAssessable:
		if note != "" {
			return fate{Lapsed, v, nil, "it cannot be assessed any more: " + note}
		}
		return fate{Lapsed, v, nil, "it cannot be assessed any more"}
	}
	return fate{Lapsed, v, nil, "the check does not apply any more"}
}

// fateOfElement is for a check over a list that has findings still: on others of
// its elements.
func (c *comparison) fateOfElement(r *savedCase, e *earlierFinding, check string) fate {
	for _, el := range r.Elements {
		if el.Check == check && event.Hash(check, event.ID(e.about).String(), el.Key) == event.ID(e.id) {
			return c.underFiles(c.underPolicy(fateOf(el.Verdict, el.Why), r, e), check, "case")
		}
	}
	return fate{Lapsed, "", nil, "what it spoke of is not among what the check looks at any more"}
}

// noteOn is why a check cannot be assessed on a case.
func noteOn(r *savedCase, check string) string {
	for _, n := range r.Notes {
		if why, ok := strings.CutPrefix(n, check+" cannot be assessed: "); ok {
			return why
		}
	}
	return ""
}

// fateWithout finds what became of a finding whose case is gone, or that was
// about the whole set.
func (c *comparison) fateWithout(f *savedFinding) fate {
	switch {
	case c.unjudged(f.Check):
		return fate{Lapsed, "", nil, "the check is not judged any more"}
	case c.outside(f.Time):
		return fate{Lapsed, "", nil, "it lies outside the period of this run"}
	}
	if why := c.aged(f); why != "" {
		return fate{Lapsed, "", nil, why}
	}
	if c.newer.cases == nil && (f.Case != nil || f.Check == stepWithoutSource) {
		return fate{Lapsed, "", nil, "the later run does not say what became of it"}
	}
	if f.Case != nil {
		return fate{Lapsed, "", nil, "no reset of this run rests on its records"}
	}
	if _, where, _ := strings.Cut(f.Subject, "|"); f.Check == stepWithoutSource && !c.resets[where] {
		return fate{Lapsed, "", nil, "no reset of this run asks for the step"}
	}
	if p := policyOf(f.Policy); p != "" && len(c.policies) > 0 && !c.policies[p] {
		return fate{Lapsed, "", nil, "the policy has changed, and the check finds nothing there any more"}
	}
	return c.underFiles(fate{Resolved, judge.Met, nil, "the check finds nothing there any more"}, f.Check, f.Scope)
}

// unjudged tells that a check is not among those of the later run.
func (c *comparison) unjudged(check string) bool {
	return c.newer.reading != nil && c.newer.reading.Checks != nil && !slices.Contains(c.newer.reading.Checks, check)
}

// outside tells a time that the later run does not judge.
func (c *comparison) outside(at *string) bool {
	p := c.newer.period
	if p == nil || at == nil {
		return false
	}
	t, err := time.Parse(time.RFC3339Nano, *at)
	return err == nil && (t.Before(p[0]) || !t.Before(p[1]))
}

// aged says which of the feeds that a finding rested on is not there any more,
// "" if all are.
func (c *comparison) aged(f *savedFinding) string {
	if c.newer.reading == nil {
		return ""
	}
	var feeds []string
	for _, e := range f.Evidence {
		feeds = append(feeds, e.Feed)
	}
	if f.Case == nil && f.Scope == "source" && f.Check != stepWithoutSource {
		feeds = append(feeds, f.Subject)
	}
	for _, name := range sorted(feeds) {
		at := slices.IndexFunc(c.newer.reading.Feeds, func(s feedSpan) bool { return s.Feed == name })
		if at < 0 {
			return "nothing is read of " + name + " any more"
		}
		if first := c.newer.reading.Feeds[at].First; first != nil && f.Time != nil && later(*first, *f.Time) {
			return "the records of " + name + " begin only at " + *first
		}
	}
	return ""
}

// later compares two times of the outputs.
func later(a, b string) bool {
	x, err := time.Parse(time.RFC3339Nano, a)
	y, bad := time.Parse(time.RFC3339Nano, b)
	return err == nil && bad == nil && x.After(y)
}

// enumerate joins words: a, b and c.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
