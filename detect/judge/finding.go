package judge

import (
	"cmp"
	"slices"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Judge gives a case's record and its findings, sorted by check and id.
func (b *Bench) Judge(c *custody.Case) (*CaseRecord, []*Finding) {
	s := b.sit(c)
	all := b.verdicts(s)
	rec := s.record(all)
	var findings []*Finding
	for _, o := range all {
		if o.verdict == NotMet || o.verdict == Excepted {
			f := b.finding(s, o, rec)
			findings = append(findings, f)
			if f.Waiver != nil {
				rec.Waivers = insert(rec.Waivers, *f.Waiver)
			}
		}
	}
	slices.SortFunc(findings, func(a, b *Finding) int { return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.ID, b.ID)) })
	if s.emergency != nil {
		rec.Waivers = insert(rec.Waivers, s.emergency.ID)
	}
	b.rows = append(b.rows, s.surveyed().judged(s, all, rec))
	b.note(s)
	b.audit(s, all)
	b.clocks(c)
	b.lapsed(s, all)
	return rec, findings
}

func (b *Bench) finding(s *sitting, o *outcome, rec *CaseRecord) *Finding {
	raised := s.need.policy.Raised(s.tier, s.dataAccess())
	id := rec.ID
	f := &Finding{
		ID: event.Hash(o.check.ID, id, o.key).String(), Check: o.check.ID, Title: o.check.Title,
		Severity: b.severity(o, raised).String(), Verdict: o.verdict, Scope: "case", Subject: id, Case: &id,
		CaseAliases: rec.CaseAliases, Identity: &rec.Identity, Accounts: rec.Accounts, Tier: rec.Tier, TierBasis: rec.TierBasis,
		Class: rec.Class, Path: rec.Path, Operator: rec.Operator, Time: Text(rec.Time), Fix: o.check.Fix, Cause: rec.Cause,
		Classification: "operating", Policy: policyRef(s.need.policy, s.need.policy.LineIn(o.check.Rule, s.tier, s.facts.Segment)),
		Evidence: s.evidence(o), Searched: searched(o), Rivals: rec.Rivals, Supersedes: o.over,
		Controls: b.controls(o.check.ID, s), Key: o.key,
	}
	if f.Supersedes == nil {
		f.Supersedes = []string{}
	}
	if o.check.due != nil {
		f.Due = when(o.due)
	}
	f.Message = b.message(o)
	f.Link = s.weakest(o)
	if o.waiver != nil {
		f.Waiver = Text(o.waiver.ID)
	}
	return f
}

// message is the check's sentence; where its expression fails, the title.
func (b *Bench) message(o *outcome) string {
	if text, err := b.text(o.check, "message", o.check.message, o.vars); err == nil && text != "" {
		return text
	}
	return o.check.Title
}

func (s *sitting) dataAccess() []string {
	if s.row == nil {
		return nil
	}
	return s.row.DataAccess
}

func policyRef(p *rules.Policy, rule string) *PolicyRef {
	return &PolicyRef{Name: p.Name, Version: p.Version, SHA256: p.SHA256, Rule: Text(rule)}
}

// supporting lists the steps a finding rests on: the acts, the link that the
// check looks at, and what the check itself collects.
func (s *sitting) supporting(o *outcome) []custody.Step {
	all := slices.Clone(s.c.Steps[custody.Executed])
	if d := directoryOf(o); d != nil { // what ended sessions says nothing of passwords
		return inOrder(append(all, d.steps...))
	}
	n, ok := linkOf[o.check.About]
	if slices.Contains(o.check.Needs, event.CaseReviewed.String()) {
		n, ok = custody.Reviewed, true
	}
	if ok && n != custody.Executed {
		all = append(all, s.c.Steps[n]...)
	}
	switch o.check.About {
	case "approval":
		all = append(all, s.c.Reused...)
		all = append(all, s.c.Steps[custody.Requested]...)
	case "takeover":
		all = append(all, s.gained()...)
		all = append(all, s.firstUses()...)
	case "closure":
		for _, a := range s.c.Alive {
			if n == custody.Reviewed {
				break
			}
			all = append(all, custody.Step{Event: a.Event})
		}
	}
	all = append(all, o.found...)
	if slices.Contains(o.check.Needs, event.PrivilegeRevoked.String()) {
		all = append(all, s.raisedSteps()...)
	}
	all = append(all, s.pursued(o)...)
	all = append(all, s.used(o)...)
	all = append(all, s.followed(o.check)...)
	return inOrder(all)
}

// inOrder sorts steps by time and id, each event once.
func inOrder(all []custody.Step) []custody.Step {
	slices.SortFunc(all, func(a, b custody.Step) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.Event.ID[:], b.Event.ID[:]))
	})
	return slices.CompactFunc(all, func(a, b custody.Step) bool { return a.Event.ID == b.Event.ID })
}

func (s *sitting) evidence(o *outcome) []Evidence {
	out := []Evidence{}
	for _, st := range s.supporting(o) {
		out = append(out, EvidenceOf(st.Event))
	}
	for _, e := range s.judgements(o) {
		if !slices.ContainsFunc(out, func(ev Evidence) bool { return ev.Event == e.ID.String() }) {
			out = append(out, EvidenceOf(e))
		}
	}
	return out
}

// EvidenceOf cites the record behind an event.
func EvidenceOf(e *event.Event) Evidence {
	ev := Evidence{
		Kind: e.Kind.String(), Time: event.RFC3339(e.Time), Event: e.ID.String(), Feed: e.Feed, URI: e.Origin.URI,
		Offset: &e.Origin.Offset, Length: &e.Origin.Length, SHA256: hexOf(e.Origin.SHA256[:]), AtHand: e.Kind.Class() == event.Custody,
	}
	if e.Origin.Line > 0 {
		ev.Line = &e.Origin.Line
	}
	if e.Format == reviewsFeed { // a row of a context file: its hash is the file's
		ev.Offset, ev.Length, ev.AtHand = nil, nil, false
	}
	return ev
}

// weakest is the weakest link among the process steps a finding rests on.
func (s *sitting) weakest(o *outcome) *string {
	var worst custody.Link
	for _, st := range s.supporting(o) {
		worst = max(worst, st.Link)
	}
	return Text(worst.String())
}

func searched(o *outcome) []Searched {
	out := []Searched{}
	for _, f := range o.feeds {
		out = append(out, Searched{Feed: f.Name, Kinds: slices.Sorted(slices.Values(o.asked)), From: event.RFC3339(o.from), To: event.RFC3339(o.due), Records: f.Records})
	}
	return out
}

// spoken is what one framework says of a check: the ids of its controls, sorted.
type spoken struct {
	framework, only string
	ids             []string
}

// indexControls says for each check which controls speak of it, framework by
// framework.
func indexControls(frameworks []*rules.Framework) map[string][]spoken {
	out := map[string][]spoken{}
	for _, f := range frameworks {
		for _, c := range f.Controls {
			for _, check := range c.Checks {
				list := out[check]
				if n := len(list); n == 0 || list[n-1].framework != f.ID {
					list = append(list, spoken{framework: f.ID, only: f.Only})
				}
				last := &list[len(list)-1]
				last.ids = insert(last.ids, c.ID)
				out[check] = list
			}
		}
	}
	return out
}

// controls lists the framework ids of a check. Some frameworks speak of
// non-human subjects or of automated acts only (standards, README 1.1). The
// lists are shared between findings.
func (b *Bench) controls(checkID string, s *sitting) map[string][]string {
	out := map[string][]string{}
	for _, c := range b.spoken[checkID] {
		if s == nil && c.only != "" || s != nil && (c.only == "non-human" && !s.nonHuman() || c.only == "automated" && !s.automated()) {
			continue
		}
		out[c.framework] = c.ids
	}
	return out
}

func (s *sitting) nonHuman() bool {
	return s.tier == rules.Machine || s.tier == rules.PrivilegedMachine
}

func (s *sitting) automated() bool {
	return s.c.Path == rules.Automated || slices.ContainsFunc(s.c.Steps[custody.Executed], func(a custody.Step) bool { return a.Actor.Type == "app" })
}

func insert(list []string, s string) []string {
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, s)
}
