package custody

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Consumer is a place from which an account is used: who runs there depends on
// its password. It signed in from there before the reset, or a service or batch
// job there tries to.
type Consumer struct {
	Places []string // the computer and its addresses, sorted
	// Before the reset: the last success and the last failure, 0 for none.
	Last, Failed int64
	// After it: how often it failed, first and last, nil for never, and the last
	// success.
	Failures            int
	FirstFail, LastFail *event.Event
	Success             int64
}

// maxConsumers bounds the places remembered per case, and maxNames the names of
// one of them.
const (
	maxConsumers = 256
	maxNames     = 16
)

// ServiceTicket is the credential of a ticket for the service that an account
// runs, which only an account with a service principal name has.
const ServiceTicket = "service-ticket"

// OfProgram tells whether the record says that the account reset is an
// application's or a service's.
func (c *Case) OfProgram() bool {
	return c.Primary.Account.Type == "app" || c.Primary.Account.Type == "service"
}

// consume notes one sign-in of the account, or a ticket for its service.
func (f *Fold) consume(e *event.Event) {
	if e.Credential == ServiceTicket {
		for _, c := range f.cases {
			if e.Outcome == event.Success && e.Time < c.Time {
				c.Principal = true
			}
		}
		return
	}
	if e.Kind == event.SigninSucceeded && e.Outcome == event.Success && slices.Contains(localLogons, e.Method) {
		for _, c := range f.cases {
			c.Served = c.Served || e.Time < c.Time
		}
	}
	if e.Kind != event.SigninSucceeded && e.Kind != event.SigninFailed || !slices.ContainsFunc(f.cases, func(c *Case) bool { return c.program || c.Principal }) {
		return
	}
	places := placesOf(e)
	for _, c := range f.cases {
		if c.program || c.Principal {
			f.consumed(c, e, places)
		}
	}
}

// consumed notes a sign-in for one case. After the reset only the places that
// are known, or where a service or batch job runs, are followed.
func (f *Fold) consumed(c *Case, e *event.Event, places []string) {
	failed := e.Kind == event.SigninFailed || e.Outcome == event.Failure
	job := slices.Contains(localLogons, e.Method)
	if e.Time > c.Time && !f.open(c, Step{Event: e}) {
		return
	}
	k := c.consumer(places, job || !failed && e.Time < c.Time)
	switch {
	case k == nil:
	case e.Time < c.Time && failed:
		k.Failed = e.Time
	case e.Time < c.Time:
		k.Last = e.Time
	case !failed:
		k.Success = e.Time
	default:
		if k.Failures++; k.FirstFail == nil {
			k.FirstFail = kept(e)
		}
		k.LastFail = kept(e)
	}
}

// consumer finds a place by any of its names, or makes it; nil for an unknown
// one that is not to be made.
func (c *Case) consumer(places []string, may bool) *Consumer {
	i := slices.IndexFunc(c.Consumers, func(k Consumer) bool {
		return slices.ContainsFunc(places, func(p string) bool { return slices.Contains(k.Places, p) })
	})
	if i < 0 {
		if !may || len(places) == 0 || len(c.Consumers) >= maxConsumers {
			return nil
		}
		i = len(c.Consumers)
		c.Consumers = append(c.Consumers, Consumer{})
	}
	k := &c.Consumers[i]
	for _, p := range places {
		if len(k.Places) < maxNames {
			k.Places = insert(k.Places, p)
		}
	}
	return k
}

// Name is what a consumer is called: its computer, where a record names it.
func (k Consumer) Name() string {
	for _, p := range k.Places {
		if network(p) == p {
			return p
		}
	}
	return k.Places[0]
}

// settleConsumers puts those first that fail, most often first.
func (c *Case) settleConsumers() {
	slices.SortFunc(c.Consumers, func(a, b Consumer) int {
		return cmp.Or(cmp.Compare(b.Failures, a.Failures), strings.Compare(a.Name(), b.Name()))
	})
}
