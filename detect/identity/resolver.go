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

// Build joins the accounts seen so far into identities.
func (b *Builder) Build() *Resolver {
	j := b.join()
	r := &Resolver{
		roster: b.roster, literals: slices.Clone(b.literals), index: b.index, eras: j.eras,
		systems: make([]string, len(b.systems)), used: make([]use, 0, len(b.used)),
	}
	for name, i := range b.systems {
		r.systems[i] = name
	}
	for u := range b.used {
		r.used = append(r.used, u)
	}
	slices.SortFunc(r.used, func(a, b use) int { return cmp.Or(cmp.Compare(a.literal, b.literal), cmp.Compare(a.system, b.system)) })
	r.number(j)
	r.gather()
	r.name()
	r.count(j.bonds)
	r.conflicts = r.findConflicts(j)
	r.aliases = r.findAliases()
	return r
}

// number gives the clusters consecutive numbers, the roster's first.
func (r *Resolver) number(j *joiner) {
	known := uint32(len(r.roster.ids))
	next := known
	numbers := make(map[uint32]uint32)
	r.clusters = make([]uint32, len(j.owner))
	for i := range r.literals {
		for _, n := range r.nodes(uint32(i)) {
			c := j.cluster(n)
			if c >= known {
				number, ok := numbers[c]
				if !ok {
					number = next
					numbers[c] = number
					next++
				}
				c = number
			}
			r.clusters[n] = c
		}
	}
	r.ids = make([]string, next)
	copy(r.ids, r.roster.ids)
}

// gather lists the accounts of each cluster.
func (r *Resolver) gather() {
	for i := range r.literals {
		for _, n := range r.nodes(uint32(i)) {
			r.members = append(r.members, member{r.clusters[n], uint32(i)})
		}
	}
	slices.SortFunc(r.members, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.cluster, b.cluster), strings.Compare(r.literals[a.literal].key, r.literals[b.literal].key))
	})
	r.members = slices.Compact(r.members)
	r.starts = make([]uint32, len(r.ids)+1)
	for _, m := range r.members {
		r.starts[m.cluster+1]++
	}
	for c := range r.ids {
		r.starts[c+1] += r.starts[c]
	}
}

func (r *Resolver) nodes(literal uint32) []uint32 {
	if e := r.eras[literal]; e != nil {
		return e.nodes
	}
	return []uint32{literal}
}

// name gives every unknown cluster the best of its accounts as its id: a
// stable id before a name, one with a system before one without, then the
// smallest.
func (r *Resolver) name() {
	for c := len(r.roster.ids); c < len(r.ids); c++ {
		best := slices.MinFunc(r.of(uint32(c)), func(a, b member) int {
			la, lb := &r.literals[a.literal], &r.literals[b.literal]
			return cmp.Or(cmp.Compare(la.rank(), lb.rank()), strings.Compare(la.key, lb.key))
		})
		r.ids[c] = r.literals[best.literal].account()
	}
}

func (l *literal) rank() int {
	rank := 0
	if !l.stable() {
		rank = 2
	}
	if l.at == 0 {
		rank++
	}
	return rank
}

// stable tells an id from a login name.
func (l *literal) stable() bool { return l.flags&asID != 0 || shapeOf(l.key[l.at:]).id }

func (r *Resolver) of(cluster uint32) []member {
	return r.members[r.starts[cluster]:r.starts[cluster+1]]
}

// count counts the accounts that records name and no roster knows; an id and
// the names it goes by are one account, a computer's is none.
func (r *Resolver) count(bonds []bond) {
	named := make([]bool, len(r.literals))
	for _, b := range bonds {
		named[b.name] = true
	}
	for i := range r.literals {
		l := &r.literals[i]
		if l.flags&inLog != 0 && l.flags&machine == 0 && !named[i] && !r.known(r.clusters[r.nodes(uint32(i))[0]]) {
			r.unknown++
		}
	}
}

func (r *Resolver) known(cluster uint32) bool { return int(cluster) < len(r.roster.ids) }

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

func (r *Resolver) findConflicts(j *joiner) []Conflict {
	var list []Conflict
	for _, b := range j.bonds {
		id, _ := j.node(b.id, b.sighting)
		name, _ := j.node(b.name, b.sighting)
		if byID, byName := r.clusters[id], r.clusters[name]; byID != byName {
			list = append(list, Conflict{
				ID: r.literals[b.id].account(), Name: r.literals[b.name].account(),
				ByID: r.ids[byID], ByName: r.ids[byName], First: b.first,
			})
		}
	}
	slices.SortFunc(list, func(a, b Conflict) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name), cmp.Compare(a.First, b.First))
	})
	return list
}
