package detect

import (
	"context"

	"resetproof/ingest/event"
)

// substitutes looks at what those who changed who may read secrets read
// themselves, whether or not anybody was reset.
func (r *run) substitutes(ctx context.Context) error {
	history := r.world.Policy(r.Now.UnixNano()).Matching.PrivilegeHistory
	from, to, any := r.changers.Span(history)
	if !any {
		return nil
	}
	err := r.Lake.Activity(ctx, from, to+1, func(k event.Kind, _ int64, _ event.Party) bool { return k == event.SecretAccessed }, func(e *event.Event) error {
		who := e.Actor
		if who.IsZero() {
			who = e.Account
		}
		r.changers.Read(e, r.resolve(who, e.Time))
		return nil
	})
	if err != nil {
		return err
	}
	r.bench.Substituted(r.changers.Found(), r.changers.Untold())
	return nil
}
