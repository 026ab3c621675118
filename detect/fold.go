package detect

import (
	"context"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// Key suffixes put an identity's custody events before its activity.
const (
	custodyKey  = "\x00c"
	activityKey = "\x00d"
)

// fold routes every event to the identities it is about, and folds and judges
// one identity after another.
func (r *run) fold(ctx context.Context, sink Sink, result *Result) (err error) {
	sorter, err := r.Sorter()
	if err != nil {
		return err
	}
	defer func() {
		if cerr := sorter.Close(); err == nil {
			err = cerr
		}
	}()
	if err := r.route(ctx, sorter); err != nil {
		return err
	}
	f := custody.NewFold(r.world)
	current, open := "", false
	var done int64
	finish := func() error {
		if !open {
			return nil
		}
		done++
		r.progress("identities", done, 0)
		return r.judge(f, sink, result)
	}
	err = sorter.Sorted(func(key string, e *event.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		id := key[:strings.LastIndexByte(key, 0)]
		if !open || id != current {
			if err := finish(); err != nil {
				return err
			}
			f.Begin(id)
			current, open = id, true
		}
		if e.Kind.Class() == event.Custody {
			kept := *e
			f.Add(&kept)
		} else {
			f.Add(e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return finish()
}

// route sends custody events to their identities, and of the activity what lies
// around their resets.
func (r *run) route(ctx context.Context, sorter Sorter) error {
	var seen int64
	err := r.Lake.Custody(ctx, func(e *event.Event) error {
		seen++
		r.progress("routing", seen, 0)
		owners := r.owners(e)
		if len(owners) == 0 && e.Kind != event.Other && e.Kind != event.LogCleared && e.Kind != event.LogStopped {
			r.stray++
		}
		for _, id := range owners {
			if !r.tickets.Resets(id) && !r.needed(e) {
				continue
			}
			if err := sorter.Add(id+custodyKey, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	from, to, any := r.tickets.Span()
	if !any {
		return nil
	}
	near := func(id string, t int64) bool {
		return id != "" && r.tickets.Near(id, t, int64(activityBefore), int64(activityAfter))
	}
	err = r.Lake.Activity(ctx, from-int64(activityBefore), to+int64(activityAfter), func(k event.Kind, t int64, p event.Party) bool {
		if k == event.SecretAccessed {
			return true
		}
		id := r.resolve(p, t)
		return near(id, t) || r.operators.Near(id, t) || k == event.CredentialUsed && len(r.dependents[id]) > 0
	}, func(e *event.Event) error {
		id := r.resolve(e.Account, e.Time)
		if r.operators.Near(id, e.Time) {
			r.operators.Activity(e, id)
		}
		if err := r.routeDependent(sorter, e); err != nil {
			return err
		}
		if e.Kind == event.SecretAccessed {
			id = r.resolve(reader(e), e.Time)
		}
		if near(id, e.Time) {
			return sorter.Add(id+activityKey, e)
		}
		return nil
	})
	r.operators.Settle(r.Policies.At(event.When(to)).Matching.Twin)
	return err
}

// routeDependent sends the use or reading of a secret to the other identities on which it
// depends, while they are watched: after a reset it should be replaced.
func (r *run) routeDependent(sorter Sorter, e *event.Event) error {
	if e.Kind != event.CredentialUsed && e.Kind != event.SecretAccessed || e.CredentialID == "" {
		return nil
	}
	user, ids := r.resolve(e.Account, e.Time), r.bySecret[strings.ToLower(e.CredentialID)]
	if e.Kind == event.SecretAccessed {
		user = r.resolve(reader(e), e.Time)
		ids = slices.Concat(ids, r.world.Uses.Readers(e.CredentialID))
		slices.Sort(ids)
		ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !r.world.NonHuman(id, e.Time) })
	}
	for _, id := range ids {
		if id == user || !r.tickets.Near(id, e.Time, int64(activityBefore), int64(activityAfter)) {
			continue
		}
		if err := sorter.Add(id+activityKey, e); err != nil {
			return err
		}
	}
	return nil
}

// judge ends one identity's fold and sends its cases on.
func (r *run) judge(f *custody.Fold, sink Sink, result *Result) error {
	cases, not := f.End()
	for why, n := range not {
		result.NotCases[why] += n
	}
	for _, fl := range f.Flows() {
		if r.inPeriod(fl.First) {
			result.attempt(fl)
		}
	}
	for _, o := range f.Orphans() {
		if r.inPeriod(o.Approval.Time) {
			r.bench.Orphan(o)
		}
	}
	for _, u := range f.Undone() {
		if r.inPeriod(u.Closed) {
			r.bench.Undone(u)
		}
	}
	for _, c := range cases {
		for _, t := range c.Tickets {
			r.bench.Linked(t)
		}
		if !r.inPeriod(c.Time) {
			r.bench.Placed(c)
			continue
		}
		if err := r.Policies.Uncovered("the reset of "+r.resolver.Name(c.Identity), event.When(c.Time)); err != nil {
			return err
		}
		result.Cases++
		record, findings := r.bench.Judge(c)
		if err := sink.Case(record); err != nil {
			return err
		}
		for _, found := range findings {
			if err := sink.Finding(found); err != nil {
				return err
			}
		}
	}
	return nil
}

// attempt counts one self-service flow.
func (r *Result) attempt(fl custody.Flow) {
	n := r.SelfService[fl.System]
	switch fl.End {
	case custody.Completed:
		n.Completed++
	case custody.Blocked:
		n.Blocked++
	case custody.Abandoned:
		n.Abandoned++
	}
	r.SelfService[fl.System] = n
}

func (r *run) inPeriod(t int64) bool {
	at := event.When(t)
	return (r.Period[0].IsZero() || !at.Before(r.Period[0])) && (r.Period[1].IsZero() || at.Before(r.Period[1]))
}
