package identity

import (
	"strings"

	"resetproof/ingest/event"
)

// Domain says that logins of a Windows domain and of a UPN suffix with the
// same name are the same account: NETBIOS\ann is ann@suffix.
type Domain struct {
	NetBIOS     string   `yaml:"netbios"`
	DNS         string   `yaml:"dns"`
	UPNSuffixes []string `yaml:"upn_suffixes"`
}

// Builder gathers the accounts that records name. It is for one goroutine; the
// order in which parties are shown to it changes nothing.
type Builder struct {
	roster   *Roster
	domains  []Domain
	literals []literal
	index    map[string]uint32
	systems  map[string]uint32
	used     map[use]struct{}
	bound    map[binding]sighting
}

// literal is one spelling of an account: an id or a login name.
type literal struct {
	key   string // folded; with the system in front where it has one
	shown string // as written, "" where the key tells
	at    uint16 // where the value begins in key
	flags uint8
}

const (
	asID    = 1 << iota // some record states it as a stable id
	inLog               // some record names it
	machine             // some record says that it is a computer's
	listed              // the roster lists it
	spelt               // shown holds a spelling, or the key is one
)

// use: a record of the system names the account.
type use struct{ literal, system uint32 }

// binding: a record of the system states that name and id are one account.
type binding struct{ name, id, system uint32 }

// sighting is when, first and last, in UTC nanoseconds.
type sighting struct{ first, last int64 }

// NewBuilder begins with what the roster (nil for none) and the configured
// domains say.
func NewBuilder(roster *Roster, domains []Domain) *Builder {
	if roster == nil {
		roster = &Roster{}
	}
	b := &Builder{
		roster:  roster,
		domains: domains,
		index:   make(map[string]uint32),
		systems: make(map[string]uint32),
		used:    make(map[use]struct{}),
		bound:   make(map[binding]sighting),
	}
	for _, row := range roster.rows {
		for _, written := range row.Accounts {
			system, value := normal("", written)
			i := b.intern(system, value)
			b.spell(i, value)
			b.literals[i].flags |= listed
		}
	}
	return b
}

// See takes note of a party that a record names at a time in UTC nanoseconds.
// The product itself (type "system") is nobody's account.
func (b *Builder) See(p event.Party, t int64) {
	if p.Type == "system" {
		return
	}
	system := b.system(p.System)
	id, hasID := b.see(p, p.ID, asID, system)
	name, hasName := b.see(p, p.Name, 0, system)
	if !hasID || !hasName || id == name {
		return
	}
	key := binding{name, id, system}
	s, seen := b.bound[key]
	if !seen {
		s = sighting{t, t}
	}
	b.bound[key] = sighting{min(s.first, t), max(s.last, t)}
}

func (b *Builder) see(p event.Party, value string, flag uint8, system uint32) (uint32, bool) {
	if Nobody(value) {
		return 0, false
	}
	scope, value := normal(p.System, value)
	i := b.intern(scope, value)
	if b.literals[i].flags&listed == 0 {
		b.spell(i, value)
	}
	if p.Type == "machine" {
		flag |= machine
	}
	b.literals[i].flags |= flag | inLog
	if p.System != "" {
		b.used[use{i, system}] = struct{}{}
	}
	return i, true
}

// spell keeps the smallest of the spellings met; the roster's come first and
// stand.
func (b *Builder) spell(i uint32, value string) {
	l := &b.literals[i]
	switch {
	case shapeOf(value).upper: // the key tells
	case l.flags&spelt != 0 && l.raw() <= value:
	case value == l.key[l.at:]:
		l.shown = ""
	default:
		l.shown = strings.Clone(value)
	}
	l.flags |= spelt
}

func (l *literal) raw() string {
	if l.shown != "" {
		return l.shown
	}
	return l.key[l.at:]
}

// account is the canonical form, "system:value" or the bare value.
func (l *literal) account() string {
	switch {
	case l.shown != "":
		return l.key[:l.at] + l.shown
	case shapeOf(l.key[l.at:]).upper:
		return l.key[:l.at] + strings.ToUpper(l.key[l.at:])
	}
	return l.key
}

func (b *Builder) system(name string) uint32 {
	i, ok := b.systems[name]
	if !ok {
		i = uint32(len(b.systems))
		b.systems[strings.Clone(name)] = i
	}
	return i
}

// intern finds or makes the literal of a normal value. Strings are copied, so
// that no record's buffer is kept alive.
func (b *Builder) intern(system, value string) uint32 {
	var buf [keyRoom]byte
	key, at := b.roster.key(buf[:0], system, value)
	if i, ok := b.index[string(key)]; ok {
		return i
	}
	i := uint32(len(b.literals))
	l := literal{key: string(key), at: uint16(at)}
	b.literals = append(b.literals, l)
	b.index[l.key] = i
	return i
}
