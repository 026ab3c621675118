package judge

import (
	"cmp"
	"encoding/hex"
	"slices"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// record writes a case down as cases.jsonl has it.
func (s *sitting) record(all []*outcome) *CaseRecord {
	c := s.c
	r := &CaseRecord{
		ID: c.ID.String(), CaseAliases: []string{}, Identity: c.Identity, Accounts: list(s.b.Accounts(c.Identity)),
		Tier: Text(string(s.tier)), TierBasis: Text(s.basis), RolesThen: []string{}, Class: Text(string(c.Class)), Path: Text(string(c.Path)),
		Cause: Text(c.Cause), Segment: s.segmentName(), Time: event.RFC3339(c.Time), Acts: []ActRecord{}, Operator: Text(c.Operator), RequestedBy: Text(s.facts.Requester),
		Systems: s.systems(all), Policy: policyRef(s.need.policy, ""), Verdicts: sum(all), Rivals: []Rival{}, Waivers: []string{}, Notes: []string{},
	}
	for _, a := range c.Aliases {
		r.CaseAliases = append(r.CaseAliases, a.String())
	}
	if s.row != nil {
		r.RolesThen = list(slices.Sorted(slices.Values(s.row.Roles)))
	}
	for _, a := range c.Steps[custody.Executed] {
		r.Acts = append(r.Acts, ActRecord{event.RFC3339(a.Time), a.Credential, a.System, Text(a.ActorID), a.Event.ID.String()})
	}
	for n, into := range map[custody.Name]*[]StepRecord{
		custody.Requested: &r.Steps.Requested, custody.Verified: &r.Steps.Verified, custody.Approved: &r.Steps.Approved, custody.Executed: &r.Steps.Executed,
		custody.Delivered: &r.Steps.Delivered, custody.Closed: &r.Steps.Closed, custody.Dependents: &r.Steps.Dependents, custody.Reviewed: &r.Steps.Reviewed,
	} {
		*into = stepRecords(c.Steps[n])
	}
	if f := c.FirstSignin; f != nil {
		id := c.Identity
		r.RecoveredBy = &RecoveredBy{Identity: &id, FirstSignin: when(f.Time), Place: Text(f.Place), Device: Text(f.Device), Known: recognised(c.FirstSeen)}
	}
	for _, v := range c.Rivals {
		r.Rivals = append(r.Rivals, Rival{v.Kind.String(), v.Event.String(), v.Why})
	}
	r.Aside = s.aside(all)
	r.Evidence = s.count()
	r.Custody = custodyOf(all, r.Evidence)
	for _, c := range s.closures(all) {
		r.Notes = insert(r.Notes, c.note())
	}
	for _, n := range s.consumersTold() {
		r.Notes = insert(r.Notes, n)
	}
	if s.c.LearnedMore {
		r.Notes = insert(r.Notes, "the account read more secrets than are followed: only the first by name are")
	}
	for _, n := range slices.Concat(s.unavoidable(), s.without()) {
		r.Notes = insert(r.Notes, n)
	}
	for _, n := range s.decisions() {
		r.Notes = insert(r.Notes, n)
	}
	for _, o := range all {
		if o.verdict == NotAssessable && o.why != "" {
			r.Notes = insert(r.Notes, o.check.ID+" cannot be assessed: "+o.why)
		}
	}
	return r
}

func (s *sitting) segmentName() *string {
	if s.segment == nil {
		return nil
	}
	return Text(s.segment.Name)
}

func stepRecords(steps []custody.Step) []StepRecord {
	out := []StepRecord{}
	for _, st := range steps {
		out = append(out, StepRecord{event.RFC3339(st.Time), Text(st.ActorID), Text(st.Method), Text(cmp.Or(st.Ticket, st.Cites)), Text(st.Channel), Text(st.Link.String()), st.Event.ID.String()})
	}
	return out
}

func list(in []string) []string {
	if in == nil {
		return []string{}
	}
	return in
}

// demand is one link that policy asks of a case, and the kinds that show it.
type demand struct {
	link    custody.Name
	kinds   []event.Kind
	systems []string
	from    int64
	to      int64
}

// demands lists the links that policy asks of a case. Where it cannot be said
// whether a step is needed, it is counted as asked for.
func (s *sitting) demands() []demand {
	row, t, m := s.need.row, s.c.Time, s.need.policy.Matching
	before := func(n custody.Name, follow int64) demand {
		return demand{link: n, kinds: kindsOf(n), systems: []string{s.c.Primary.System}, from: t - int64(m.Before), to: t + follow}
	}
	after := func(n custody.Name, kinds []event.Kind, until int64) demand {
		return demand{link: n, kinds: kinds, systems: []string{s.c.Primary.System}, from: t, to: t + until}
	}
	var out []demand
	add := func(group string, need bool, err error, d demand) {
		if s.need.judged(s.c.Class, group) && (need || err != nil) {
			out = append(out, d)
		}
	}
	asked, err := s.requestRequired()
	add("request", asked, err, before(custody.Requested, int64(row.RequestMayFollow)))
	proof, err := s.verificationRequired()
	add("verification", proof, err, before(custody.Verified, 0))
	n, err := s.approvalsRequired()
	add("approval", n > 0, err, before(custody.Approved, int64(row.ApprovalMayFollow)))
	add("delivery", len(row.Channels) > 0 && s.c.Path != rules.SelfService, nil, after(custody.Delivered, kindsOf(custody.Delivered), int64(max(row.ForcedChange, row.Watch))))
	if kinds, until := s.closing(); len(kinds) > 0 {
		add("closure", true, nil, after(custody.Closed, kinds, until))
	}
	if len(s.deps) > 0 && row.DependentsRotated > 0 {
		d := after(custody.Dependents, kindsOf(custody.Dependents), int64(row.DependentsRotated))
		d.systems = nil
		for _, dep := range s.deps {
			d.systems = insert(d.systems, dep.System)
		}
		add("dependents", true, nil, d)
	}
	if s.c.Class == rules.Recovery {
		add("closure", row.Review > 0, nil, after(custody.Reviewed, kindsOf(custody.Reviewed), int64(row.Review)))
	}
	return out
}

// closing lists what must be seen to close a case, and the longest deadline.
func (s *sitting) closing() (kinds []event.Kind, until int64) {
	row := s.need.row
	if row.SessionsEnded > 0 {
		kinds, until = append(kinds, event.SessionRevoked), int64(row.SessionsEnded)
	}
	if row.TokensRevoked > 0 {
		kinds, until = append(kinds, event.TokenRevoked), max(until, int64(row.TokensRevoked))
	}
	if row.MFABack > 0 && replacesFactor(s.c) {
		kinds, until = append(kinds, event.MFAEnrolled), max(until, int64(row.MFABack))
	}
	return kinds, until
}

func kindsOf(n custody.Name) []event.Kind {
	for _, l := range rules.Links() {
		if l.Name == n.String() {
			return l.Kinds
		}
	}
	return nil
}

// sourced tells whether any given source could show a demanded link at all, and
// whether its window is covered.
func (s *sitting) sourced(d demand) (could, covered bool) {
	for _, k := range d.kinds {
		for _, system := range d.systems {
			ask := Ask{Kind: k.String(), System: system, Path: s.flow(), From: d.from, To: d.to}
			state, feeds := s.b.Coverage.Window(ask)
			could = could || len(feeds) > 0
			covered = covered || state != NotCovered
		}
	}
	return could, covered
}

// count tells how many of the demanded links are shown and how many could be
// assessed; the execution itself is always one of them.
func (s *sitting) count() EvidenceCount {
	n := EvidenceCount{Shown: 1, Assessable: 1, Required: 1}
	for _, d := range s.demands() {
		n.Required++
		_, covered := s.sourced(d)
		if len(s.c.Steps[d.link]) > 0 {
			n.Shown++
			n.Assessable++
		} else if covered {
			n.Assessable++
		}
	}
	return n
}
