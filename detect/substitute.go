package detect

import (
	"context"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// substitutes looks for those who changed who may read a secret and then read
// it, whether or not anybody was reset.
func (r *run) substitutes(ctx context.Context) error {
	t := custody.NewSubstitutes(r.world.Policy(r.Now.UnixNano()).Matching.PrivilegeHistory)
	by := func(e *event.Event) string { return r.resolve(e.Actor, e.Time) }
	for _, learn := range []func(e *event.Event, principal string){t.Changed, t.Wrote} {
		if err := r.Lake.Custody(ctx, func(e *event.Event) error {
			learn(e, by(e))
			return nil
		}); err != nil {
			return err
		}
		if _, _, any := t.Span(); !any {
			return nil
		}
	}
	from, to, _ := t.Span()
	err := r.Lake.Activity(ctx, from, to+1, func(k event.Kind, _ int64, _ event.Party) bool { return k == event.SecretAccessed }, func(e *event.Event) error {
		who := e.Actor
		if who.IsZero() {
			who = e.Account
		}
		t.Read(e, r.resolve(who, e.Time))
		return nil
	})
	if err != nil {
		return err
	}
	r.bench.Substituted(t.Found(), t.Untold())
	return nil
}
