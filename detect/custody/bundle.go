package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// sameDesk is how close two steps of one kind by one actor are one piece of
// work: two verification methods in one call, say. This project's judgement.
const sameDesk = 30 * time.Minute

// stepOf says which link of the chain a kind of event shows. CredentialChanged
// counts only when the owner did it.
var stepOf = map[event.Kind]Name{
	event.TicketOpened:        Requested,
	event.ResetRequested:      Requested,
	event.IdentityVerified:    Verified,
	event.ResetApproved:       Approved,
	event.CredentialDelivered: Delivered,
	event.CredentialChanged:   Delivered,
	event.SessionRevoked:      Closed,
	event.TokenRevoked:        Closed,
	event.CredentialRevoked:   Closed,
	event.MFAEnrolled:         Closed,
	event.DeviceTrusted:       Closed,
	event.SecretRotated:       Dependents,
	event.SecretRevoked:       Dependents,
	event.CaseReviewed:        Reviewed,
}

// refusals are the events that speak against a reset.
var refusals = []event.Kind{event.VerificationFailed, event.ResetDenied, event.ApprovalWithdrawn}

// before tells the steps that belong before the execution.
func before(k event.Kind) bool {
	n, ok := stepOf[k]
	return ok && n < Executed || slices.Contains(refusals, k)
}

// bundle is a set of process steps that stand or fall together: those of one
// ticket, of one correlation id, or of one piece of work without either.
type bundle struct {
	ticket      string // Tickets.Key; "" without one
	correlation string
	steps       []Step // sorted by (time, event id)
}

// bundles groups the process steps of an identity, in the order of their first
// step. After-steps without ticket or correlation id are left to the cases they
// follow.
func (f *Fold) bundles() []*bundle {
	byKey := map[string]*bundle{}
	var all []*bundle
	add := func(key string, s Step, b bundle) {
		known := byKey[key]
		if known == nil {
			known = &b
			byKey[key] = known
			all = append(all, known)
		}
		known.steps = append(known.steps, s)
	}
	last := map[string]Step{}
	serial := map[string]string{}
	for _, s := range f.steps {
		early := before(s.Kind)
		if !early && !(s.Kind == event.CredentialDelivered || s.Kind == event.CaseReviewed || s.Kind == event.TicketClosed || s.Kind == event.TokenRevoked || s.Kind == event.SessionRevoked) {
			continue
		}
		switch ticket := f.w.Tickets.Key(s.Event); {
		case ticket != "":
			add("t:"+ticket, s, bundle{ticket: ticket})
		case s.Correlation != "" && early:
			add("c:"+s.System+":"+s.Correlation, s, bundle{correlation: s.Correlation})
		case early:
			work := s.Kind.String() + "|" + s.ActorID
			if prev, ok := last[work]; !ok || !within(prev.Time, s.Time, sameDesk) {
				serial[work] = "w:" + work + "|" + s.Event.ID.String()
			}
			last[work] = s
			add(serial[work], s, bundle{})
		}
	}
	return slices.DeleteFunc(all, func(b *bundle) bool { return !f.aboutReset(b) })
}

// aboutReset tells a bundle that speaks of a reset from any other ticket of the
// same person: something in it must be a step that only a reset has, or an act
// must cite it.
func (f *Fold) aboutReset(b *bundle) bool {
	opened := false
	for _, s := range b.steps {
		switch s.Kind {
		case event.ResetRequested, event.IdentityVerified, event.VerificationFailed, event.CredentialDelivered:
			return true
		case event.TicketOpened:
			opened = true
		}
	}
	if f.cited[b.ticket] && b.ticket != "" {
		return true
	}
	return !opened && slices.ContainsFunc(b.steps, func(s Step) bool {
		return s.Kind == event.ResetApproved || s.Kind == event.ResetDenied || s.Kind == event.ApprovalWithdrawn
	})
}

// cost is how far, in seconds, a bundle lies from a case; ok is false where it
// cannot belong to it. Steps after the execution count only where none lies
// before it, and then from behind every step before.
func (f *Fold) cost(b *bundle, c *Case) (cost int64, ok bool) {
	m := f.w.Policy(c.Time).Matching
	best, late := int64(-1), int64(-1)
	for _, s := range b.steps {
		d := c.Time - s.Time
		switch {
		case before(s.Kind) && d >= -int64(m.ClockTolerance) && d <= int64(m.Before):
			if d = max(d, 0); best < 0 || d < best {
				best = d
			}
		case d < 0 && -d <= int64(m.After):
			if late < 0 || -d < late {
				late = -d
			}
		}
	}
	switch {
	case best >= 0:
		return best / int64(time.Second), true
	case late >= 0:
		return (late + int64(m.Before)) / int64(time.Second), true
	}
	return 0, false
}

// link ties bundles to cases: explicit tickets first, then correlation ids,
// then what is left at least cost (design 3.3).
func (f *Fold) link(cases []*Case) {
	all := f.bundles()
	var left []*bundle
	for _, b := range all {
		if cs, how := f.cites(b, cases); len(cs) > 0 {
			f.give(b, cs, how)
			continue
		}
		left = append(left, b)
	}
	tickets, rest := split(left, func(b *bundle) bool { return b.ticket != "" })
	lacks := func(b *bundle, c *Case) bool { return !f.served(c, b) }
	f.linkLeft(tickets, cases, lacks)
	works, others := split(rest, func(b *bundle) bool { return b.correlation == "" })
	f.linkLeft(f.flows(others), cases, lacks)
	for _, kind := range []event.Kind{event.ResetRequested, event.IdentityVerified, event.ResetApproved} {
		of, more := split(works, func(b *bundle) bool { return b.steps[0].Kind == kind })
		f.linkLeft(of, cases, func(b *bundle, c *Case) bool { return !f.holds(c, b) })
		works = more
	}
	f.linkLeft(works, cases, func(*bundle, *Case) bool { return true })
}

// flows joins what the owner did in one system within sameDesk: some products,
// such as Okta, give each page of a self-service flow a transaction of its own.
func (f *Fold) flows(bs []*bundle) []*bundle {
	var out []*bundle
	open := map[string]*bundle{} // by system
	for _, b := range bs {
		if slices.ContainsFunc(b.steps, func(s Step) bool { return s.ActorID != f.id || s.System != b.steps[0].System }) {
			out = append(out, b)
			continue
		}
		system := b.steps[0].System
		if flow := open[system]; flow != nil && within(flow.steps[len(flow.steps)-1].Time, b.steps[0].Time, sameDesk) {
			flow.steps = append(flow.steps, b.steps...)
			slices.SortFunc(flow.steps, byTime)
			continue
		}
		open[system] = &bundle{correlation: b.correlation, steps: slices.Clone(b.steps)}
		out = append(out, open[system])
	}
	return out
}

func split(bs []*bundle, in func(*bundle) bool) (yes, no []*bundle) {
	for _, b := range bs {
		if in(b) {
			yes = append(yes, b)
		} else {
			no = append(no, b)
		}
	}
	return yes, no
}

// holds tells whether a case already has the step that a bundle would give it.
func (f *Fold) holds(c *Case, b *bundle) bool {
	n, ok := stepOf[b.steps[0].Kind]
	return ok && len(c.Steps[n]) > 0
}

// served tells whether what a case itself cites shows every link of the chain
// that a bundle could give it: then another ticket of the same person is not
// its own. What speaks against a reset is always heard.
func (f *Fold) served(c *Case, b *bundle) bool {
	return !slices.ContainsFunc(b.steps, func(s Step) bool {
		n, ok := stepOf[s.Kind]
		return slices.Contains(refusals, s.Kind) || ok && !slices.ContainsFunc(c.Steps[n], func(has Step) bool { return has.Link == Explicit || has.Link == Correlated })
	})
}

// cites finds the cases whose acts carry the bundle's ticket or correlation id.
func (f *Fold) cites(b *bundle, cases []*Case) ([]*Case, Link) {
	var explicit, correlated []*Case
	for _, c := range cases {
		for _, a := range c.Steps[Executed] {
			if b.ticket != "" && f.w.Tickets.Key(a.Event) == b.ticket {
				explicit = append(explicit, c)
				break
			}
			if b.correlation != "" && a.Correlation == b.correlation {
				correlated = append(correlated, c)
				break
			}
		}
	}
	if len(explicit) > 0 {
		return explicit, Explicit
	}
	return correlated, Correlated
}

// linkLeft matches bundles that nothing cites to the cases they may belong to.
// A bundle that fits only cases that have no need of it is left as their rival.
func (f *Fold) linkLeft(bs []*bundle, cases []*Case, may func(*bundle, *Case) bool) {
	var edges, barred []edge
	for i, b := range bs {
		for j, c := range cases {
			cost, ok := f.cost(b, c)
			switch {
			case ok && may(b, c):
				edges = append(edges, edge{i, j, cost})
			case ok:
				barred = append(barred, edge{i, j, cost})
			}
		}
	}
	pairs := match(edges)
	given := map[int]bool{}
	for i, b := range bs {
		p, ok := pairs[i]
		if !ok {
			continue
		}
		given[p.right] = true
		how := Window
		if p.greedy {
			how = Ambiguous
		}
		f.give(b, []*Case{cases[p.right]}, how)
	}
	f.share(bs, pairs, edges, cases, given)
	f.leave(bs, pairs, slices.Concat(edges, barred), cases)
}

// share gives the steps of a ticket that served twice to the case they lie
// next to, where that case found no ticket of its own.
func (f *Fold) share(bs []*bundle, pairs map[int]pairing, edges []edge, cases []*Case, given map[int]bool) {
	for _, e := range edges {
		p, ok := pairs[e.left]
		if !ok || p.right == e.right || given[e.right] || bs[e.left].ticket == "" {
			continue
		}
		owner, other := cases[p.right], cases[e.right]
		if moved := f.move(bs[e.left], owner, other); moved {
			given[e.right] = true
		}
	}
}

// leave notes what was not linked as rivals of the cases it fits, and marks the
// window links of those cases as ambiguous.
func (f *Fold) leave(bs []*bundle, pairs map[int]pairing, edges []edge, cases []*Case) {
	for _, e := range edges {
		if _, ok := pairs[e.left]; ok {
			continue
		}
		c, s := cases[e.right], bs[e.left].steps[0]
		c.Rivals = append(c.Rivals, Rival{s.Kind, s.Event.ID, "fits this reset as well; another lies nearer"})
		if n, ok := stepOf[s.Kind]; ok && bs[e.left].ticket != "" {
			for i := range c.Steps[n] {
				if c.Steps[n][i].Link == Window {
					c.Steps[n][i].Link = Ambiguous
				}
			}
		}
	}
}

func sortRivals(rs []Rival) []Rival {
	slices.SortFunc(rs, func(a, b Rival) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), slices.Compare(a.Event[:], b.Event[:]), strings.Compare(a.Why, b.Why))
	})
	return slices.Compact(rs)
}
