package custody

import "slices"

// LastRecovery gives the time of an identity's last recovery in [from, to], 0
// if there was none. The first password of a new account is none.
func (t *Tickets) LastRecovery(id string, from, to int64) int64 {
	last := int64(0)
	for _, at := range t.recoveries[id] {
		first := slices.ContainsFunc(t.born[id], func(b int64) bool { return within(b, at, firstPassword) })
		if at >= from && at <= to && !first {
			last = max(last, at)
		}
	}
	return last
}

// ResetBetween tells whether an identity has a reset in [from, to].
func (t *Tickets) ResetBetween(id string, from, to int64) bool {
	times := t.acts[id]
	i, _ := slices.BinarySearch(times, from)
	return i < len(times) && times[i] <= to
}

// Acted tells whether some reset cites the ticket.
func (t *Tickets) Acted(key string) bool { return t.about[key] != nil && t.about[key].acted }

// Asked tells whether a record asks for a reset by the ticket.
func (t *Tickets) Asked(key string) bool { return t.about[key] != nil && t.about[key].asked }
