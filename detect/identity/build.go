package identity

import (
	"cmp"
	"slices"
	"strings"
)

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
