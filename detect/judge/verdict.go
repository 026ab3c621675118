package judge

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// outcome is the verdict of one check on one case, or on one element of its
// list, with what led to it.
type outcome struct {
	check   *check
	verdict Verdict
	why     string       // of a not-assessable one: what would show it
	lacks   []event.Kind // that why names
	key     string       // names the element, "" without a list
	vars    map[string]any
	from    int64
	due     int64 // 0 where the check has no deadline of its own
	feeds   []FeedCoverage
	asked   []string
	blind   []string // of those, what no source covers
	waiver  *waiver
	over    []string       // checks it stands in the place of
	found   []custody.Step // by its questions
}

// verdicts judges a case by every check, in order of id.
func (b *Bench) verdicts(s *sitting) []*outcome {
	vars := s.activation()
	var all []*outcome
	for _, c := range b.checks {
		if c.Scope == "case" {
			all = append(all, b.try(s, c, vars)...)
		}
	}
	supersede(all)
	for _, o := range all {
		if o.verdict == NotMet {
			w, err := b.waived(s, o.check.ID)
			switch {
			case err != nil:
				o.cannot(err)
			case w != nil:
				o.verdict, o.waiver = Excepted, w
			}
		}
	}
	return all
}

// try applies one check. A check over a list gives an outcome per element.
func (b *Bench) try(s *sitting, c *check, vars map[string]any) []*outcome {
	s.found = nil
	o := &outcome{check: c, vars: vars}
	if !s.need.judged(s.c.Class, c.About) {
		o.verdict = NotApplicable
		return []*outcome{o}
	}
	if c.applies != nil {
		yes, err := b.truth(c, "applies", c.applies, vars)
		if err != nil {
			o.cannot(err)
			return []*outcome{o}
		}
		if !yes {
			o.verdict = NotApplicable
			return []*outcome{o}
		}
	}
	if files := b.lacking(c); len(files) > 0 {
		o.verdict, o.why = NotAssessable, "no "+strings.Join(files, " and no ")+" file was given"
		return []*outcome{o}
	}
	if c.each == nil {
		b.weigh(s, o)
		return []*outcome{o}
	}
	elements, err := b.elements(c, vars)
	if err != nil {
		o.cannot(err)
		return []*outcome{o}
	}
	if len(elements) == 0 {
		o.verdict = NotApplicable
		return []*outcome{o}
	}
	all := make([]*outcome, len(elements))
	for i, v := range elements {
		all[i] = &outcome{check: c, vars: v}
		if key, err := b.text(c, "each_key", c.key, v); err == nil {
			all[i].key = key
		}
		b.weigh(s, all[i])
	}
	return all
}

// elements binds `each` to every element of a check's list.
func (b *Bench) elements(c *check, vars map[string]any) ([]map[string]any, error) {
	v, err := b.eval(c, "each", c.each, vars)
	if err != nil {
		return nil, err
	}
	list := v.(traits.Lister)
	var out []map[string]any
	for it := list.Iterator(); it.HasNext() == types.True; {
		with := make(map[string]any, len(vars)+1)
		for k, v := range vars {
			with[k] = v
		}
		with["each"] = it.Next()
		out = append(out, with)
	}
	return out, nil
}

// weigh applies the table of verdicts (design.md, section 3).
func (b *Bench) weigh(s *sitting, o *outcome) {
	defer func() { o.found = s.found }()
	c := o.check
	state, err := b.window(s, o)
	if err != nil {
		o.cannot(err)
		return
	}
	if c.given != nil {
		given, err := b.truth(c, "given", c.given, o.vars)
		if err != nil {
			o.cannot(err)
			return
		}
		if !given {
			o.settle(state, NotApplicable)
			return
		}
	}
	met, err := b.truth(c, "met", c.met, o.vars)
	switch {
	case err != nil:
		o.cannot(err)
	case c.given != nil && met, c.Asks == "step" && met:
		o.verdict = Met
	case c.given != nil, c.Asks == "absence" && !met:
		o.verdict = NotMet
	case c.Asks == "absence":
		o.settle(state, Met)
	default:
		if c.provable != nil {
			ok, err := b.truth(c, "provable", c.provable, o.vars)
			if err != nil || !ok {
				o.verdict, o.why = NotAssessable, "what was seen does not allow to say that it is missing"
				if err != nil {
					o.cannot(err)
				}
				return
			}
		}
		o.settle(state, NotMet)
	}
}

// element gives what `each` is bound to, if it is of a kind.
func element[T any](o *outcome) (t T, is bool) {
	if each, has := o.vars["each"].(interface{ Value() any }); has {
		t, is = each.Value().(T)
	}
	return t, is
}

// settle gives the verdict on something that was not found.
func (o *outcome) settle(state State, covered Verdict) {
	switch state {
	case Covered:
		o.verdict = covered
	case Open:
		o.verdict = NotDue
	default:
		o.verdict = NotAssessable
		o.why = "no source covers " + strings.Join(o.blind, ", ") + " for the whole time"
	}
}

// window finds how far the sources cover the time in which a check looks.
func (b *Bench) window(s *sitting, o *outcome) (State, error) {
	m := s.need.policy.Matching
	o.from = s.c.Time - int64(m.Before)
	to := s.c.Time
	if p := o.check.from; p != nil {
		t, err := b.time(o.check, "from", p, o.vars)
		if err != nil {
			return NotCovered, err
		}
		o.from = t
	}
	if p := o.check.due; p != nil {
		t, err := b.time(o.check, "due", p, o.vars)
		if err != nil {
			return NotCovered, err
		}
		to = t
	}
	o.due = to
	o.asked = o.check.Needs
	state := Covered
	for _, k := range o.check.Needs {
		kind, _ := event.ParseKind(k)
		for _, system := range s.systemsOf(kind, o) {
			ask := Ask{Kind: k, System: system, Path: s.flow(), From: o.from, To: to}
			if o.check.Asks == "step" || o.check.given != nil {
				ask.To += int64(b.Coverage.Lag(ask))
			}
			st, feeds := b.Coverage.Window(ask)
			if state = max(state, st); st == NotCovered && !slices.Contains(o.blind, k) {
				o.blind = append(o.blind, k)
			}
			o.feeds = append(o.feeds, feeds...)
		}
	}
	sortFeeds(o.feeds)
	o.feeds = slices.CompactFunc(o.feeds, func(a, b FeedCoverage) bool { return a.Name == b.Name })
	return state, nil
}

// systemsOf says in which systems' logs a kind is looked for: sessions where
// they were alive, secrets where they live, what follows a takeover, contact
// data, risks and logs cleared everywhere, the rest in the system of the reset.
func (s *sitting) systemsOf(k event.Kind, o *outcome) []string {
	if o.check.About == "takeover" {
		return []string{""}
	}
	if f, is := element[*issuedFacts](o); is {
		return s.endSystems(f, k)
	}
	if f := directoryOf(o); f != nil {
		return f.systems(k)
	}
	if r, is := element[*rightFacts](o); is {
		return []string{r.System}
	}
	if systems, ok := s.useSystems(k, o); ok {
		return systems
	}
	if systems, ok := s.accessSystems(k, o); ok {
		return systems
	}
	switch k {
	case event.SessionRevoked:
		var systems []string
		for _, a := range s.c.Alive {
			if s.b.Coverage.Always(k.String(), a.System) && !slices.Contains(systems, a.System) {
				systems = append(systems, a.System)
			}
		}
		if len(systems) > 0 {
			return systems
		}
	case event.SecretRotated, event.SecretRevoked:
		if d, is := element[*dependentFacts](o); is {
			return []string{d.System}
		}
	case event.ContactChanged, event.RiskDetected, event.LogCleared, event.LogStopped:
		return []string{""}
	}
	return []string{s.c.Primary.System}
}

// supersede lets findings stand in the place of others on the same case.
func supersede(all []*outcome) {
	for _, o := range all {
		if o.verdict != NotMet {
			continue
		}
		for _, other := range all {
			if other.verdict == NotMet && other.check != o.check && slices.Contains(o.check.Supersedes, other.check.ID) {
				other.verdict = NotApplicable
				other.why = o.check.ID + " stands in its place"
				o.over = append(o.over, other.check.ID)
			}
		}
	}
}

// severity of a finding (design.md, section 4).
func (b *Bench) severity(o *outcome, raised bool) rules.Severity {
	for i, w := range o.check.when {
		if yes, err := b.truth(o.check, "severity_when", w, o.vars); err == nil && yes {
			sev := o.check.SeverityWhen[i].Severity
			if raised {
				sev = min(sev+1, rules.Critical)
			}
			return sev
		}
	}
	if raised {
		return o.check.Raised
	}
	return o.check.Ordinary
}

// eval runs one expression. An evaluation that fails is not-assessable and is
// reported, never met.
func (b *Bench) eval(c *check, field string, p cel.Program, vars map[string]any) (any, error) {
	v, _, err := p.Eval(vars)
	if err != nil {
		var u unassessable
		if !errors.As(err, &u) {
			why := firstLine(err.Error())
			b.fault("check " + c.ID + ", " + field + ": " + why)
			u.why = "its expression failed: " + why
		}
		return nil, u
	}
	return v, nil
}

func (b *Bench) truth(c *check, field string, p cel.Program, vars map[string]any) (bool, error) {
	v, err := b.eval(c, field, p, vars)
	if err != nil {
		return false, err
	}
	return v == types.True, nil
}

func (b *Bench) text(c *check, field string, p cel.Program, vars map[string]any) (string, error) {
	if p == nil {
		return "", nil
	}
	v, err := b.eval(c, field, p, vars)
	if err != nil {
		return "", err
	}
	return string(v.(types.String)), nil
}

func (b *Bench) time(c *check, field string, p cel.Program, vars map[string]any) (int64, error) {
	v, err := b.eval(c, field, p, vars)
	if err != nil {
		return 0, err
	}
	return v.(types.Timestamp).Time.UnixNano(), nil
}

// sum folds the outcomes of a check into its verdict on the case: the worst.
func sum(all []*outcome) map[string]Verdict {
	rank := []Verdict{NotApplicable, Met, Excepted, NotAssessable, NotDue, NotMet}
	out := map[string]Verdict{}
	for _, o := range all {
		if slices.Index(rank, o.verdict) >= slices.Index(rank, out[o.check.ID]) {
			out[o.check.ID] = o.verdict
		}
	}
	return out
}

// custodyOf sums up the chain checks (design.md, section 3).
func custodyOf(all []*outcome, ev EvidenceCount) Custody {
	seen := map[Verdict]bool{}
	for _, o := range all {
		if o.check.Chain && !(o.check.Comparative && o.verdict == NotAssessable) {
			seen[o.verdict] = true
		}
	}
	switch {
	case seen[NotMet]:
		return Broken
	case seen[NotDue]:
		return Pending
	case seen[NotAssessable], ev.Assessable < ev.Required:
		return Partial
	}
	return Proven
}

// linkOf tells which link of the chain a group of checks looks at.
var linkOf = map[string]custody.Name{
	"request": custody.Requested, "reason": custody.Requested, "verification": custody.Verified, "approval": custody.Approved,
	"attribution": custody.Executed, "execution": custody.Executed, "emergency": custody.Requested, "delivery": custody.Delivered,
	"closure": custody.Closed, "dependents": custody.Dependents,
}

func when(ns int64) *string { return Text(event.RFC3339(ns)) }
