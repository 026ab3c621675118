package identity

import (
	"cmp"
	"slices"
)

// maxNames is how many login names one id may have had before it is no longer
// believed to be an id: people rename a few times, shared placeholders such as
// a null id collect everybody.
const maxNames = 16

// maxHolders is how many ids a login name may have had before it is taken for
// a placeholder that identifies nobody.
const maxHolders = 64

// joiner turns what was gathered into clusters of nodes. A node is a literal,
// or one era of a literal that changed hands.
type joiner struct {
	*Builder
	bonds  []bond // by name
	eras   map[uint32]*eras
	owner  []int32 // per node: the roster identity that claims it, -1 for none
	parent []uint32
	label  []int32 // per root: the roster identity the cluster belongs to
}

// Labels that are no roster identity.
const (
	free = -1 // the roster says nothing
	torn = -2 // records tie the cluster to several identities: it belongs to none
)

type edge struct{ a, b uint32 }

func (b *Builder) join() *joiner {
	j := &joiner{Builder: b, eras: make(map[uint32]*eras), owner: make([]int32, len(b.literals))}
	names := make(map[uint32]int)
	for key, s := range b.bound {
		id := &b.literals[key.id]
		j.bonds = append(j.bonds, bond{binding: key, sighting: s, class: idClass(id.key[id.at:])})
		names[key.id]++
	}
	slices.SortFunc(j.bonds, func(a, b bond) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.system, b.system), cmp.Compare(a.id, b.id))
	})
	for i := range j.bonds {
		j.bonds[i].loose = names[j.bonds[i].id] > maxNames
	}
	rest := j.bonds
	for i := range uint32(len(b.literals)) {
		n := 0
		for n < len(rest) && rest[n].name == i {
			n++
		}
		j.cut(i, rest[:n])
		rest = rest[n:]
	}
	edges := j.stated()
	edges = append(edges, j.domainEdges()...)
	j.unite(edges)
	j.unite(append(edges, j.bareEdges()...))
	return j
}

// cut gives a literal its node, or one a era where it changed hands.
func (j *joiner) cut(i uint32, bonds []bond) {
	if len(bonds) > maxHolders {
		for k := range bonds {
			bonds[k].loose = true
		}
		bonds = nil
	}
	claims := j.roster.claims[j.literals[i].key]
	points := cuts(append(handovers(bonds), claimGaps(claims)...))
	if len(points) == 0 {
		j.owner[i] = free
		if len(claims) > 0 {
			j.owner[i] = claims[0].owner
		}
		return
	}
	j.owner[i] = free
	e := &eras{points: points}
	for k := range len(points) + 1 {
		from, until := e.bounds(k)
		owner := int32(free)
		for _, c := range claims {
			if c.from < until && c.until > from && !j.replaced(bonds, c.owner, from, until) {
				owner = c.owner
			}
		}
		held := slices.ContainsFunc(bonds, func(b bond) bool { return !b.loose && b.first >= from && b.last < until })
		node := i // of the times nobody is known to have held it
		if held || owner != free {
			node = uint32(len(j.owner))
			j.owner = append(j.owner, owner)
		}
		e.nodes = append(e.nodes, node)
	}
	j.eras[i] = e
}

// replaced tells whether, in an era, a name's id gave way to one that the
// roster does not list, although it lists another id of that kind for the
// name's owner: the name has gone to somebody else.
func (j *joiner) replaced(bonds []bond, owner int32, from, until int64) bool {
	for _, now := range bonds {
		if now.first < from || now.last >= until || j.claimedBy(now.id, owner) {
			continue
		}
		for _, other := range bonds {
			if other.system == now.system && other.class == now.class && j.claimedBy(other.id, owner) {
				return true
			}
		}
	}
	return false
}

func (j *joiner) claimedBy(literal uint32, owner int32) bool {
	return slices.ContainsFunc(j.roster.claims[j.literals[literal].key], func(c claim) bool { return c.owner == owner })
}

// node gives the node that stands for a literal during a whole sighting.
func (j *joiner) node(literal uint32, s sighting) (uint32, bool) {
	e := j.eras[literal]
	if e == nil {
		return literal, true
	}
	n := e.at(s.first)
	return n, n == e.at(s.last)
}

// unite finds the clusters. Nodes that the roster claims are never joined to
// each other; a cluster of unclaimed nodes belongs to the one roster identity
// it is tied to, and to none where there are several. The order of the edges
// changes nothing.
func (j *joiner) unite(edges []edge) {
	j.parent = make([]uint32, len(j.owner))
	for i := range j.parent {
		j.parent[i] = uint32(i)
	}
	for _, e := range edges {
		if j.owner[e.a] == free && j.owner[e.b] == free {
			a, b := j.root(e.a), j.root(e.b)
			j.parent[max(a, b)] = min(a, b)
		}
	}
	j.label = make([]int32, len(j.owner))
	for i := range j.label {
		j.label[i] = j.owner[i]
	}
	for _, e := range edges {
		for _, side := range [2]edge{e, {e.b, e.a}} {
			mine, theirs := j.root(side.a), j.owner[side.b]
			switch {
			case j.owner[side.a] != free || theirs == free:
			case j.label[mine] == free:
				j.label[mine] = theirs
			case j.label[mine] != theirs:
				j.label[mine] = torn
			}
		}
	}
}

// cluster numbers the identity a node belongs to: the roster's by their place
// in it, the others above.
func (j *joiner) cluster(n uint32) uint32 {
	root := j.root(n)
	if label := j.label[root]; label >= 0 {
		return uint32(label)
	}
	return uint32(len(j.roster.ids)) + root
}

func (j *joiner) root(n uint32) uint32 {
	for j.parent[n] != n {
		j.parent[n] = j.parent[j.parent[n]]
		n = j.parent[n]
	}
	return n
}
