package custody

import (
	"cmp"
	"net/netip"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// Several records of one sign-in are one sign-in where the owner's history is
// counted (policy.md, "unknown place or device"). A product writes one for the
// session and one for each factor; Windows writes one for the ticket, which
// names no session, and one for each log-on that the ticket opens.
const (
	// oneSession is how long the records of one sign-in may lie apart that name
	// one session. This project's judgement.
	oneSession = 10 * time.Minute
	// oneMoment is how long they may that name none, or several: nobody signs in
	// twice from one place within it. This project's judgement.
	oneMoment = 5 * time.Second
)

// counted is a sign-in, or a use of a credential, that was counted.
type counted struct {
	who, session    string // who: the identity that used another's credential
	address, device string // "" where it states none
	at              int64
}

func countedOf(e *event.Event, who string) counted {
	c := counted{who: who, session: e.Session, device: cmp.Or(computer(e.Device), e.Device), at: e.Time}
	if a, err := netip.ParseAddr(e.IP); err == nil && !a.IsLoopback() && !a.IsUnspecified() {
		c.address = a.Unmap().String()
	}
	return c
}

// again tells a further record of what was counted: of the same session, or of
// the same moment if no address and no computer speaks against it.
func (l counted) again(now counted) bool {
	agree := func(a, b string) bool { return a == "" || b == "" || strings.EqualFold(a, b) }
	switch {
	case l.who != now.who:
		return false
	case l.session != "" && l.session == now.session:
		return within(l.at, now.at, oneSession)
	}
	return within(l.at, now.at, oneMoment) && agree(l.address, now.address) && agree(l.device, now.device)
}

// with adds what a further record states.
func (l counted) with(now counted) counted {
	for _, f := range []struct{ had, more *string }{{&l.session, &now.session}, {&l.address, &now.address}, {&l.device, &now.device}} {
		if *f.had == "" {
			*f.had = *f.more
		}
	}
	return l
}
