package custody

import (
	"slices"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// Flow is one attempt at a self-service reset.
type Flow struct {
	System string
	First  int64 // UTC nanoseconds
	End    FlowEnd
}

// FlowEnd is how an attempt ended.
type FlowEnd uint8

// The ends of an attempt.
const (
	Completed FlowEnd = iota
	Blocked           // a verification failed or the product refused
	Abandoned         // nothing more came
)

// flowReach is how long after its last step a self-service flow may still end
// in a reset: an hour, the longest that products keep one open. This project's
// judgement.
const flowReach = time.Hour

// flowKinds are the steps of a self-service flow before its reset.
var flowKinds = []event.Kind{event.ResetRequested, event.IdentityVerified, event.VerificationFailed, event.ResetDenied}

// StartsFlow tells whether an event may begin a self-service attempt: the owner
// asked the product itself, without a ticket. Steps kept by hand tell of talks.
func (t *Tickets) StartsFlow(e *event.Event) bool {
	return e.Kind == event.ResetRequested && e.Format != nativeSteps && t.Key(e) == ""
}

// flow is an attempt under way.
type flow struct {
	system, correlation string
	first, last         int64
	asked, refused      bool
	steps               []event.ID
}

// Flows lists the self-service attempts of the identity in order of their
// first step, those that led to no reset as well. Call it after End.
func (f *Fold) Flows() []Flow {
	var out []Flow
	for _, fl := range f.attempts() {
		end := Abandoned
		switch {
		case f.completed(fl):
			end = Completed
		case fl.refused:
			end = Blocked
		}
		out = append(out, Flow{fl.system, fl.first, end})
	}
	return out
}

// attempts groups the owner's own steps: those of one correlation id, or those
// that follow each other within sameDesk.
func (f *Fold) attempts() []*flow {
	var all []*flow
	for _, s := range f.steps {
		own := s.AccountID == f.id && (s.ActorID == f.id || s.ActorID == "" || s.Actor.Type == "system")
		if !own || !slices.Contains(flowKinds, s.Kind) || s.Format == nativeSteps || f.w.Tickets.Key(s.Event) != "" {
			continue
		}
		i := slices.IndexFunc(all, func(fl *flow) bool {
			if fl.correlation != "" || s.Correlation != "" {
				return fl.system == s.System && fl.correlation == s.Correlation
			}
			return fl.system == s.System && within(fl.last, s.Time, sameDesk)
		})
		if i < 0 {
			i = len(all)
			all = append(all, &flow{system: s.System, correlation: s.Correlation, first: s.Time})
		}
		fl := all[i]
		fl.last = s.Time
		fl.asked = fl.asked || s.Kind == event.ResetRequested
		fl.refused = fl.refused || s.Kind == event.VerificationFailed || s.Kind == event.ResetDenied || s.Outcome == event.Failure
		fl.steps = append(fl.steps, s.Event.ID)
	}
	return slices.DeleteFunc(all, func(fl *flow) bool { return !fl.asked })
}

// completed: a self-service reset holds a step of the attempt, or was done in
// its system while it may have been open; never one that carries the
// correlation id of another attempt.
func (f *Fold) completed(fl *flow) bool {
	return slices.ContainsFunc(f.cases, func(c *Case) bool {
		acts := c.Steps[Executed]
		other := slices.ContainsFunc(acts, func(a Step) bool { return a.Correlation != "" }) &&
			!slices.ContainsFunc(acts, func(a Step) bool { return a.Correlation == fl.correlation })
		if c.Path != rules.SelfService || other && fl.correlation != "" {
			return false
		}
		for _, n := range []Name{Requested, Verified} {
			if slices.ContainsFunc(c.Steps[n], func(s Step) bool { return slices.Contains(fl.steps, s.Event.ID) }) {
				return true
			}
		}
		return slices.ContainsFunc(acts, func(a Step) bool {
			return a.System == fl.system && a.Time >= fl.first && a.Time <= fl.last+int64(flowReach)
		})
	})
}
