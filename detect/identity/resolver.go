package identity

import (
	"cmp"
	"slices"

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
		i, _ := slices.BinarySearchFunc(r.used, m.literal, func(u use, literal uint32) int { return cmp.Compare(u.literal, literal) })
		for ; i < len(r.used) && r.used[i].literal == m.literal; i++ {
			list = append(list, r.systems[r.used[i].system])
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
