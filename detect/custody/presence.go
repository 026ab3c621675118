package custody

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// maxPresences bounds the sessions, by address, remembered per operator: some
// ten a day for half a year. Beyond it nothing is said of where the operator
// worked.
const maxPresences = 1 << 11

// Presence is a session of an operator's account at one address.
type Presence struct {
	presenceKey
	First, Last int64 // uses seen
	Trace       Trace // the first
}

type presenceKey struct {
	id, name       string // of the account, lower case
	System, format string
	session        string // "" for a sign-in that states none
	at             int64  // that sign-in's time
	Address, Place string
}

// presences are those of one operator, in the order in which they were met. Most
// operators have a handful, and a map of so few takes ten times their room.
type presences struct {
	list []Presence
	at   map[presenceKey]int // their places in the list; nil while few
}

// fewPresences is how many are looked through one by one.
const fewPresences = 16

// find gives the one with a key, nil for none.
func (p *presences) find(k presenceKey) *Presence {
	if p.at != nil {
		if i, ok := p.at[k]; ok {
			return &p.list[i]
		}
		return nil
	}
	for i := range p.list {
		if p.list[i].presenceKey == k {
			return &p.list[i]
		}
	}
	return nil
}

func (p *presences) add(s Presence) {
	p.list = append(p.list, s)
	switch {
	case p.at != nil:
		p.at[s.presenceKey] = len(p.list) - 1
	case len(p.list) > fewPresences:
		p.at = make(map[presenceKey]int, 2*len(p.list))
		for i := range p.list {
			p.at[p.list[i].presenceKey] = i
		}
	}
}

// sight remembers where an account was used. An address inside a network says
// nothing of a place: two of them are two workstations.
func (p *operator) sight(e *event.Event, who event.Party) {
	if e.Place == "" && (e.IP == "" || private(e.IP)) {
		return
	}
	k := presenceKey{
		id: strings.ToLower(who.ID), name: strings.ToLower(who.Name), System: e.System, format: e.Format, session: e.Session,
		Address: strings.ToLower(e.IP), Place: e.Place,
	}
	if k.session == "" {
		k.at = e.Time
	}
	trace := traceOf(e, "")
	was := p.seen.find(k)
	switch {
	case was != nil:
		was.First, was.Last = min(was.First, e.Time), max(was.Last, e.Time)
		if byTrace(trace, was.Trace) < 0 {
			was.Trace = trace
		}
	case len(p.seen.list) >= maxPresences:
		p.lostPresences = true
	default:
		p.seen.add(Presence{k, e.Time, e.Time, trace})
	}
}

// Forget drops where operators worked, once every case was judged: nothing over
// the whole set asks for it, and the survey needs the room.
func (o *Operators) Forget() {
	for _, p := range o.by {
		p.seen = presences{}
	}
}

// share notes the addresses from which several operators work: an office, a
// jump host or a proxy.
func (o *Operators) share() {
	first := map[string]string{}
	for id, p := range o.by {
		for i := range p.seen.list {
			k := &p.seen.list[i]
			if k.Address == "" {
				continue
			}
			if by, ok := first[k.Address]; !ok {
				first[k.Address] = id
			} else if by != id {
				o.shared[k.Address] = true
			}
		}
	}
}

// Apart looks for two sessions of the account that did an act which overlap
// though they lie in two countries, both begun by to and used since from. A jump host, a proxy or an office
// (addresses that several operators work from, or that skip lists) is no place,
// nor are two workstations of one network. It gives the earliest pair; told is
// false if some sessions cannot be compared.
func (o *Operators) Apart(a Step, from, to int64, skip []string) (pair []Presence, told bool) {
	p := o.of(a.ActorID)
	var here []Presence
	for _, s := range p.seen.list {
		if s.System == a.System && s.Last >= from && s.First <= to && s.sameAccount(a.Actor) {
			here = append(here, s)
		}
	}
	slices.SortFunc(here, func(a, b Presence) int { return byTrace(a.Trace, b.Trace) })
	told = !p.lostPresences
	for i, s := range here {
		for _, other := range here[i+1:] {
			if s.format != other.format || s.session == other.session && s.session != "" || s.First > other.Last || other.First > s.Last {
				continue
			}
			switch o.compare(s, other, here, skip) {
			case Unfamiliar:
				return []Presence{s, other}, true
			case Untold:
				told = false
			}
		}
	}
	return nil, told
}

// compare tells whether two sessions lie in one place, Unfamiliar for two.
func (o *Operators) compare(a, b Presence, all []Presence, skip []string) Familiarity {
	infrastructure := func(s Presence) bool {
		return o.shared[s.Address] || slices.ContainsFunc(skip, func(listed string) bool { return strings.EqualFold(listed, s.Address) })
	}
	ca, cb := country(a.Place), country(b.Place)
	switch {
	case a.Address == b.Address && a.Address != "", infrastructure(a), infrastructure(b):
		return Familiar
	case ca != "" && ca == cb, moves(a, all), moves(b, all):
		return Familiar
	case ca == "" || cb == "":
		return Untold
	}
	return Unfamiliar
}

// moves tells a session that is itself used from two countries: a phone's, or
// one whose network changes.
func moves(s Presence, all []Presence) bool {
	return s.session != "" && slices.ContainsFunc(all, func(o Presence) bool {
		there := country(o.Place)
		return o.session == s.session && there != "" && there != country(s.Place)
	})
}

// country is what stands behind the last comma of a place, "" where no country
// is stated beside the city.
func country(place string) string {
	i := strings.LastIndexByte(place, ',')
	if i < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(place[i+1:]))
}

func private(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && (ip.Unmap().IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast())
}

func (s Presence) sameAccount(p event.Party) bool {
	id, name := strings.ToLower(p.ID), strings.ToLower(p.Name)
	if id != "" && s.id != "" {
		return id == s.id
	}
	return cmp.Or(name, id) == cmp.Or(s.name, s.id)
}
