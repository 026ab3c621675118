package judge

import (
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Manner is what a Row tells of how a case went, for statistics that compare
// accounts of one kind with each other.
type Manner struct {
	Kind   string        // of the identity, "" where no roster knows it
	Raised bool          // findings about the identity have the raised severity
	Watch  time.Duration // how long policy watches for a takeover after the reset
	// Way tells the links from request to delivery that records show, in the
	// order in which they happened. It is known in the period only, and only
	// where logs cover each link that it lacks.
	Way      Way
	WayKnown bool
}

// Way is a sequence of links of a chain.
type Way uint32

// wayLinks are those that a Way tells; what follows a delivery comes with time.
var wayLinks = [...]custody.Name{custody.Requested, custody.Verified, custody.Approved, custody.Executed, custody.Delivered}

// Links names them in their order.
func (w Way) Links() []string {
	var out []string
	for ; w != 0; w >>= 4 {
		out = append(out, (custody.Name(w&15) - 1).String())
	}
	slices.Reverse(out)
	return out
}

// manner is what is known of a case whether it was judged or not.
func (s *sitting) manner() Manner {
	return Manner{Kind: s.identity.Kind, Raised: s.need.policy.Raised(s.tier, s.dataAccess()), Watch: s.need.row.Watch}
}

// way adds the links of a judged case.
func (m Manner) way(s *sitting) Manner {
	var order []custody.Name
	first := map[custody.Name]int64{}
	tolerance := int64(s.need.policy.Matching.ClockTolerance)
	m.WayKnown = true
	for _, n := range wayLinks {
		steps := s.c.Steps[n]
		if len(steps) == 0 {
			m.WayKnown = m.WayKnown && s.absenceKnown(n)
			continue
		}
		first[n] = steps[0].Time
		for _, st := range steps {
			first[n] = min(first[n], st.Time)
		}
		at := len(order)
		for at > 0 && first[n] < first[order[at-1]]-tolerance {
			at--
		}
		order = slices.Insert(order, at, n)
	}
	for _, n := range order {
		m.Way = m.Way<<4 | Way(n+1)
	}
	return m
}

// absenceKnown: whoever could show a link of the case covers the time in which
// it would lie. A link that no source shows is lacking everywhere, and parts no
// way from another.
func (s *sitting) absenceKnown(n custody.Name) bool {
	m, t := s.need.policy.Matching, s.c.Time
	from, to := t-int64(m.Before), t
	if n == custody.Delivered {
		from, to = t, t+int64(max(s.need.row.ForcedChange, time.Hour))
	}
	for _, k := range kindsOf(n) {
		ask := Ask{Kind: k.String(), System: s.c.Primary.System, Path: s.flow(), From: from, To: to}
		if state, feeds := s.b.Coverage.Window(ask); len(feeds) > 0 && state != Covered {
			return false
		}
	}
	return true
}

// evidenced is the strength of the verification that a reset rests on, 0 where
// there was none although it would be on record; -1 where records do not tell.
func (s *sitting) evidenced() int8 {
	n, err := s.strengthShown()
	if err != nil || len(s.c.Steps[custody.Verified]) == 0 && !s.verificationCovered() {
		return -1
	}
	return int8(n)
}

func (s *sitting) verificationCovered() bool {
	if s.c.Class != rules.Recovery {
		return false
	}
	state, _ := s.b.Coverage.Window(Ask{
		Kind: event.IdentityVerified.String(), Path: s.flow(), From: s.c.Time - int64(s.need.policy.Matching.Before), To: s.c.Time,
	})
	return state == Covered
}
