package identity

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Ref is the identity behind a party.
type Ref struct {
	// ID is the roster's, or the canonical form of an account for an identity
	// that no roster knows; "" for nobody.
	ID string
	// Known: the roster knows it.
	Known bool
}

// Conflict is a record that states an id and a name which belong to different
// identities. The id is believed.
type Conflict struct {
	ID, Name string // accounts, canonical
	ByID     string // identity of the id
	ByName   string // identity of the name
	First    int64  // when a record first said so, UTC nanoseconds
}

// Resolver says who is behind an account at a time. It does not change once
// built and may be used by many goroutines. Slices it returns are its own.
type Resolver struct {
	roster   *Roster
	literals []literal
	index    map[string]uint32
	eras     map[uint32]*eras
	clusters []uint32 // per node: its cluster, a roster identity below len(roster.ids)
	ids      []string // per cluster
	members  []member // sorted by cluster, then canonical account
	starts   []uint32 // members[starts[c]:starts[c+1]] are those of cluster c
	used     []use    // sorted
	systems  []string
	unknown  int

	conflicts []Conflict
	aliases   map[uint32][]string
}

type member struct{ cluster, literal uint32 }

// find gives the cluster of an account at a time.
func (r *Resolver) find(system, value string, t int64) (uint32, bool) {
	var buf [keyRoom]byte
	key, _ := r.roster.key(buf[:0], system, value)
	i, ok := r.index[string(key)]
	if !ok {
		return 0, false
	}
	if e := r.eras[i]; e != nil {
		return r.clusters[e.at(t)], true
	}
	return r.clusters[i], true
}

// Resolve gives the identity behind a party at a time in UTC nanoseconds. The
// id decides where there is one. An account that no record or roster names is
// an identity of its own; a party that names nobody gives the zero Ref.
func (r *Resolver) Resolve(p event.Party, t int64) Ref {
	var alone string
	for _, v := range [2]string{p.ID, p.Name} {
		if Nobody(v) {
			continue
		}
		system, value := normal(p.System, v)
		if c, ok := r.find(system, value, t); ok {
			return Ref{r.ids[c], r.known(c)}
		}
		if alone == "" {
			alone = r.spelling(system, value)
		}
	}
	return Ref{ID: alone}
}

// spelling is the canonical form of an account nobody has seen.
func (r *Resolver) spelling(system, value string) string {
	key, at := r.roster.key(nil, system, value)
	return string(key[:at]) + value
}

// Lookup resolves what a person wrote: an identity id or an account.
func (r *Resolver) Lookup(ref string, t int64) Ref {
	if _, ok := r.roster.index[ref]; ok {
		return Ref{ref, true}
	}
	if c, ok := r.cluster(ref); ok {
		if r.ids[c] == ref {
			return Ref{ref, r.known(c)}
		}
	}
	system, value := normal("", ref)
	return r.Resolve(event.Party{System: system, Name: value}, t)
}

// cluster finds an identity by its id.
func (r *Resolver) cluster(id string) (uint32, bool) {
	if i, ok := r.roster.index[id]; ok {
		return uint32(i), true
	}
	i, ok := r.index[string(appendKey(nil, "", id))]
	if !ok {
		return 0, false
	}
	for _, n := range r.nodes(i) {
		if c := r.clusters[n]; r.ids[c] == id {
			return c, true
		}
	}
	return 0, false
}

// Accounts lists the accounts of an identity in canonical form, sorted.
func (r *Resolver) Accounts(id string) []string {
	c, ok := r.cluster(id)
	if !ok {
		return nil
	}
	var list []string
	for _, m := range r.of(c) {
		list = append(list, r.literals[m.literal].account())
	}
	slices.Sort(list)
	return list
}

// Systems lists the systems an identity has accounts in, sorted: those that
// an account's form or prefix tells and those in which a record uses one.
func (r *Resolver) Systems(id string) []string {
	c, ok := r.cluster(id)
	if !ok {
		return nil
	}
	var list []string
	for _, m := range r.of(c) {
		if l := &r.literals[m.literal]; l.at > 0 {
			list = append(list, l.key[:l.at-1])
		}
		for _, u := range r.usedIn(m.literal) {
			list = append(list, r.systems[u.system])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Unknown counts the accounts that records name and no roster knows.
func (r *Resolver) Unknown() int { return r.unknown }

// Conflicts lists the records whose id and name belong to different
// identities, by id, then name.
func (r *Resolver) Conflicts() []Conflict { return r.conflicts }

// AccountsIn counts the accounts of an identity in a directory, by their ids or,
// where they stand in it by domain and name, by those.
func (r *Resolver) AccountsIn(id, directory string) int {
	c, ok := r.cluster(id)
	if !ok {
		return 0
	}
	var ids, others int
	var flat, dotted []string // the user's part of names below a NetBIOS name, and below a DNS name
	for _, m := range r.of(c) {
		l := &r.literals[m.literal]
		switch {
		case !r.livesIn(m.literal, directory):
		case l.stable():
			ids++
		case strings.IndexByte(l.key, '\\') >= 0:
			domain, user, _ := strings.Cut(l.key, `\`)
			if strings.IndexByte(domain, '.') >= 0 {
				dotted = append(dotted, user)
			} else {
				flat = append(flat, user)
			}
		default:
			others++
		}
	}
	if n := max(ids, namesOf(flat, dotted)); n > 0 {
		return n
	}
	return others
}

// namesOf counts accounts by their names: Windows writes one account below its
// domain's NetBIOS name in one record and below its DNS name in the next.
func namesOf(flat, dotted []string) int {
	n := len(flat)
	for _, user := range dotted {
		if i := slices.Index(flat, user); i >= 0 {
			flat = slices.Delete(flat, i, i+1)
			continue
		}
		n++
	}
	return n
}

// SystemsOf lists the systems of one account as somebody wrote it, sorted: the
// one that its form or prefix tells and those in which a record uses it.
func (r *Resolver) SystemsOf(account string) []string {
	system, value := normal("", account)
	key, at := r.roster.key(nil, system, value)
	var list []string
	if at > 0 {
		list = append(list, string(key[:at-1]))
	}
	if i, ok := r.index[string(key)]; ok {
		for _, u := range r.usedIn(i) {
			list = append(list, r.systems[u.system])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Seen tells whether some record names an account, as somebody wrote it.
func (r *Resolver) Seen(account string) bool {
	system, value := normal("", account)
	key, _ := r.roster.key(nil, system, value)
	i, ok := r.index[string(key)]
	return ok && r.literals[i].flags&inLog != 0
}

// livesIn tells whether an account's form says that it is of a directory, or a
// record of it uses the account.
func (r *Resolver) livesIn(i uint32, directory string) bool {
	l := &r.literals[i]
	if l.at > 0 && DirectoryOf(l.key[:l.at-1]) == directory {
		return true
	}
	return slices.ContainsFunc(r.usedIn(i), func(u use) bool { return DirectoryOf(r.systems[u.system]) == directory })
}

// usedIn lists the systems in which records use an account.
func (r *Resolver) usedIn(i uint32) []use {
	from, _ := slices.BinarySearchFunc(r.used, i, func(u use, literal uint32) int { return cmp.Compare(u.literal, literal) })
	to := from
	for to < len(r.used) && r.used[to].literal == i {
		to++
	}
	return r.used[from:to]
}
