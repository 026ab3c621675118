package custody

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// Tickets is the side table that ties tickets to identities: what each names,
// who cites it, and the resets of those identities. It is built from custody
// events before any fold and read-only afterwards. It grows with tickets and
// resets, not with events.
type Tickets struct {
	alias map[string]string // lower-case other id -> lower-case number
	about map[string]*ticket
	acts  map[string][]int64 // identity -> times of its resets, sorted by Seal
	// recoveries are those of acts that are recoveries, in no order.
	recoveries map[string][]int64
	// campaigns are declared incidents of kind campaign: ticket -> identities.
	campaigns map[string][]string
	series    map[string]bool    // series of which some ticket is on record as opened
	born      map[string][]int64 // identity -> when its accounts were made, in no order
	rights    rights
	switches  map[string][]switched // identity -> what was done to its accounts, in no order
}

type ticket struct {
	callers  []string         // whom the ticket system names as the person spoken for
	first    map[string]int64 // whose events cite the ticket -> the first time
	citing   []cite           // the same in order of time, from Seal on
	subjects []string         // all of both, sorted, from Seal on
	opened   int64            // first opening on record, 0 if none
	closed   int64            // last closing on record, 0 if none
	acted    bool             // a reset cites it
	asked    bool             // a record asks for a reset by it
	meant    bool             // and that record is the ticket system's own
}

type cite struct {
	identity string
	first    int64
}

// NewTickets makes an empty table; campaigns maps incident ids to the
// identities a declared campaign lists.
func NewTickets(campaigns map[string][]string) *Tickets {
	t := &Tickets{alias: map[string]string{}, about: map[string]*ticket{}, acts: map[string][]int64{}, recoveries: map[string][]int64{}, campaigns: map[string][]string{}, series: map[string]bool{}, born: map[string][]int64{}}
	t.switches = map[string][]switched{}
	t.rights = rights{given: map[string][]RaisedRight{}, losses: map[string][]taken{}}
	for id, ids := range campaigns {
		t.campaigns[strings.ToLower(id)] = slices.Clone(ids)
	}
	return t
}

// Alias learns that a record gives two ids for one ticket. Call it for every
// event before the first Note.
func (t *Tickets) Alias(e *event.Event) {
	if e.Ticket != "" && e.TicketAlias != "" {
		a, n := strings.ToLower(e.TicketAlias), strings.ToLower(e.Ticket)
		if old, ok := t.alias[a]; !ok || n < old {
			t.alias[a] = n
		}
	}
}

// Key gives the one name of an event's ticket, "" if it cites none.
func (t *Tickets) Key(e *event.Event) string {
	k := strings.ToLower(e.Ticket)
	if k == "" {
		k = strings.ToLower(e.TicketAlias)
	}
	if n, ok := t.alias[k]; ok {
		return n
	}
	return k
}

// Note learns from one event whose account resolved to identity id.
func (t *Tickets) Note(e *event.Event, id string) {
	if id == "" {
		return
	}
	if IsAct(e) {
		t.acts[id] = append(t.acts[id], e.Time)
		if classOf(e) == rules.Recovery {
			t.recoveries[id] = append(t.recoveries[id], e.Time)
		}
	}
	if e.Kind == event.AccountCreated && e.Outcome == event.Success {
		t.born[id] = append(t.born[id], e.Time)
	}
	t.noteSwitch(e, id)
	k := t.Key(e)
	t.noteRights(e, id, k)
	if k == "" {
		return
	}
	tk := t.about[k]
	if tk == nil {
		tk = &ticket{}
		t.about[k] = tk
	}
	tk.acted = tk.acted || IsAct(e)
	switch e.Kind {
	case event.ResetRequested:
		tk.asked = true
		tk.meant = tk.meant || fromTicketSystem(e)
	case event.TicketOpened:
		if tk.opened == 0 || e.Time < tk.opened {
			tk.opened = e.Time
		}
	case event.TicketClosed:
		tk.closed = max(tk.closed, e.Time)
	}
	if fromTicketSystem(e) {
		tk.callers = insert(tk.callers, id)
		return
	}
	if tk.first == nil {
		tk.first = map[string]int64{}
	}
	if at, known := tk.first[id]; !known || e.Time < at {
		tk.first[id] = e.Time
	}
}

// fromTicketSystem tells the ticket system's own records, whose account is the
// caller, from records elsewhere that cite the ticket for the account at hand.
func fromTicketSystem(e *event.Event) bool {
	return (e.Kind == event.TicketOpened || e.Kind == event.TicketClosed || e.Kind == event.ResetRequested) && e.TicketAlias != ""
}

// Seal sorts the table; call it once after the last Note.
func (t *Tickets) Seal() {
	for _, at := range t.acts {
		slices.Sort(at)
	}
	for key, tk := range t.about {
		if tk.opened != 0 {
			t.series[series(key)] = true
		}
		tk.subjects = slices.Clone(tk.callers)
		for id, at := range tk.first {
			tk.citing = append(tk.citing, cite{id, at})
			tk.subjects = append(tk.subjects, id)
		}
		tk.first = nil
		slices.SortFunc(tk.citing, func(a, b cite) int {
			return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.identity, b.identity))
		})
		tk.subjects = sorted(append(tk.subjects, t.campaigns[key]...))
	}
	for _, ids := range t.campaigns {
		slices.Sort(ids)
	}
}

func sorted(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Life gives when a ticket was opened and closed, 0 for what no record shows.
func (t *Tickets) Life(key string) (opened, closed int64) {
	if tk := t.about[key]; tk != nil {
		return tk.opened, tk.closed
	}
	return 0, 0
}

// Declared tells whether a ticket is the id of a declared campaign.
func (t *Tickets) Declared(key string) bool {
	_, ok := t.campaigns[key]
	return ok
}

// KeyOf gives the one name of a ticket that is cited by number or other id.
func (t *Tickets) KeyOf(number string) string {
	return t.Key(&event.Event{Ticket: number})
}

// Series tells whether some ticket of the same series is on record as opened:
// INC0012 stands in the series of INC0011.
func (t *Tickets) Series(key string) bool { return t.series[series(key)] }

// series is a ticket number without its digits at the end.
func series(key string) string { return strings.TrimRight(key, "0123456789") }

// Subjects lists every identity that an event citing this ticket may be about,
// sorted: the callers, those whose records cite it, and those a campaign lists.
func (t *Tickets) Subjects(key string) []string {
	if tk := t.about[key]; tk != nil {
		return tk.subjects
	}
	return sorted(slices.Clone(t.campaigns[key]))
}

// Callers lists whom the ticket system names as the person spoken for; meant
// tells whether its own record asks for a reset.
func (t *Tickets) Callers(key string) (ids []string, meant bool) {
	if tk := t.about[key]; tk != nil {
		return tk.callers, tk.meant
	}
	return nil, false
}

// maxShared is up to how many identities share a ticket that a record about one
// of them is held up to all others: beyond it each has records of his own, and
// everything would be compared with everything.
const maxShared = 1000

// Shared lists the identities, beside its own account's, that an event citing
// this ticket must be held up to. What the caller's record says, and the
// approval of a campaign, is about all of them however many.
func (t *Tickets) Shared(e *event.Event, key, named string) []string {
	all := t.Subjects(key)
	if named == "" || len(all) <= maxShared || e.Kind == event.ResetApproved && t.Declared(key) ||
		t.about[key] != nil && slices.Contains(t.about[key].callers, named) {
		return all
	}
	return nil
}

// Covers tells whether an approval, request or verification on ticket key whose
// own account is named (or "" where the record names none) at time at speaks
// for identity id. A ticket about a service account has its owner as caller and
// names the account only through the records that cite it (policy.md,
// rulings): so a caller without a reset of his own stands for the first
// identity that cites his ticket.
func (t *Tickets) Covers(key, named, id string, at int64, reach int64) bool {
	if _, listed := slices.BinarySearch(t.campaigns[key], id); listed {
		return true
	}
	if named == id {
		return true
	}
	tk := t.about[key]
	if tk == nil {
		return false
	}
	if named != "" {
		return slices.Contains(tk.callers, named) && !t.HasReset(named, at, reach) && tk.firstCiting(tk.callers) == id
	}
	for _, caller := range tk.callers {
		if t.HasReset(caller, at, reach) {
			return caller == id
		}
	}
	if first := tk.firstCiting(tk.callers); first != "" {
		return first == id
	}
	return slices.Contains(tk.callers, id)
}

// firstCiting gives the identity that cites the ticket first, callers left out.
func (tk *ticket) firstCiting(callers []string) string {
	for _, c := range tk.citing {
		if !slices.Contains(callers, c.identity) {
			return c.identity
		}
	}
	return ""
}

// HasReset tells whether an identity has a reset within reach (nanoseconds) of
// a time.
func (t *Tickets) HasReset(id string, at, reach int64) bool {
	times := t.acts[id]
	i, _ := slices.BinarySearch(times, at-reach)
	return i < len(times) && times[i] <= at+reach
}

// VouchedElsewhere tells whether an approval on ticket key that names somebody
// else than id was used up by a reset of that other identity.
func (t *Tickets) VouchedElsewhere(key, named, id string, at, reach int64) bool {
	if named != "" && named != id {
		return t.HasReset(named, at, reach)
	}
	tk := t.about[key]
	if tk == nil {
		return false
	}
	for _, other := range append(slices.Clone(tk.callers), tk.firstCiting(nil)) {
		if other != "" && other != id && t.HasReset(other, at, reach) {
			return true
		}
	}
	return false
}

// recoveredWithin tells whether an identity was recovered at most reach
// (nanoseconds) before a time.
func (t *Tickets) recoveredWithin(id string, at, reach int64) bool {
	return slices.ContainsFunc(t.recoveries[id], func(r int64) bool { return r <= at && at-r <= reach })
}

// Resets tells whether an identity has any reset.
func (t *Tickets) Resets(id string) bool { return len(t.acts[id]) > 0 }

// Near tells whether a time lies around a reset of an identity: at most before
// nanoseconds ahead of it or after nanoseconds behind it.
func (t *Tickets) Near(id string, at, before, after int64) bool {
	times := t.acts[id]
	i, _ := slices.BinarySearch(times, at-after)
	return i < len(times) && times[i]-before <= at
}

// Span gives the times of the first and the last reset; any is false if there
// is none.
func (t *Tickets) Span() (first, last int64, any bool) {
	for _, at := range t.acts {
		if !any || at[0] < first {
			first = at[0]
		}
		if !any || at[len(at)-1] > last {
			last = at[len(at)-1]
		}
		any = true
	}
	return first, last, any
}
