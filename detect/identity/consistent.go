package identity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// named gives the identity that a row of the roster means by an identity id, or
// by an account that is somebody's while the row holds; "" for one that the
// roster does not know.
func (r *Roster) named(ref string, by *Identity) string {
	if _, ok := r.index[ref]; ok {
		return ref
	}
	system, value := normal("", ref)
	if form := shapeOf(value); form.unique {
		system = form.system
	}
	for _, c := range r.claims[string(appendKey(nil, system, value))] {
		if c.from < by.until() && by.from() < c.until {
			return r.ids[c.owner]
		}
	}
	return ""
}

// relations are the columns in which a row names who may decide for it.
var relations = []struct {
	column string
	of     func(*Identity) []string
}{
	{"manager", func(i *Identity) []string { return []string{i.Manager} }},
	{"owner", func(i *Identity) []string { return []string{i.Owner} }},
	{"sponsor", func(i *Identity) []string { return []string{i.Sponsor} }},
	{"delegates", func(i *Identity) []string { return i.Delegates }},
}

// checkRelations refuses rows of our own form that name themselves, and
// delegations that go round. rows and list are in one order.
func (r *Roster) checkRelations(rows []row, list []Identity, f *faults) {
	if f.src == nil {
		return // another product's export: nobody can be asked to mend it
	}
	cells := make(map[int]row, len(rows)) // by line
	for i := range list {
		cells[list[i].Line] = rows[i]
		for _, rel := range relations {
			for _, ref := range rel.of(&list[i]) {
				if ref != "" && r.named(ref, &list[i]) == list[i].ID {
					f.at(rows[i].cells[rel.column].place, "%s names the identity itself as its %s: hint: leave it empty; nobody approves for himself",
						list[i].ID, strings.TrimSuffix(rel.column, "s"))
				}
			}
		}
	}
	for _, round := range r.rounds() {
		names := make([]string, len(round))
		for i, d := range round {
			names[i] = d.from + fmt.Sprintf(" (line %d)", d.row.Line)
		}
		f.at(cells[round[0].row.Line].cells["delegates"].place, "delegation goes round: %s → %s: hint: name a third person or drop one of them; whoever is asked could pass it on for ever",
			strings.Join(names, " → "), round[0].from)
	}
}

// delegation is a row's word that another identity may act for its own.
type delegation struct {
	from, to string
	row      *Identity
}

// rounds lists, for each group of identities that delegate to one another at
// one time, a shortest way round, from its first identity in order of ids.
func (r *Roster) rounds() [][]delegation {
	all := make(map[string][]delegation)
	for i := range r.rows {
		row := &r.rows[i]
		for _, ref := range row.Delegates {
			if to := r.named(ref, row); to != "" && to != row.ID {
				all[row.ID] = append(all[row.ID], delegation{row.ID, to, row})
			}
		}
	}
	var found [][]delegation
	for _, group := range r.circular(all) {
		for _, t := range starts(all, group) {
			then := inForce(all, group, t)
			if again := r.circular(then); len(again) > 0 {
				found = append(found, shortestRound(then, again[0]))
				break
			}
		}
	}
	return found
}

// circular gives the groups of identities each of which can be reached from
// each other one, ids sorted, the groups by their first.
func (r *Roster) circular(edges map[string][]delegation) [][]string {
	g := simple.NewDirectedGraph()
	node := func(id string) simple.Node { return simple.Node(r.index[id]) }
	for _, from := range slices.Sorted(maps.Keys(edges)) {
		for _, d := range edges[from] {
			g.SetEdge(g.NewEdge(node(d.from), node(d.to)))
		}
	}
	var groups [][]string
	for _, c := range topo.TarjanSCC(g) {
		if len(c) < 2 {
			continue
		}
		group := make([]string, len(c))
		for i, n := range c {
			group[i] = r.ids[n.ID()]
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

// maxStarts bounds the moments at which one group is looked at, so that a
// hostile history costs no more than a long one.
const maxStarts = 256

// starts are the moments at which a delegation of the group begins: if all of
// a round hold at one time, then when the last of them begins.
func starts(edges map[string][]delegation, group []string) []int64 {
	var all []int64
	for _, id := range group {
		for _, d := range edges[id] {
			all = append(all, d.row.from())
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxStarts)]
}

func inForce(edges map[string][]delegation, group []string, t int64) map[string][]delegation {
	then := make(map[string][]delegation)
	for _, id := range group {
		for _, d := range edges[id] {
			if d.row.holds(t) {
				then[id] = append(then[id], d)
			}
		}
	}
	return then
}

// shortestRound searches in breadth from the first identity of a group back to it.
func shortestRound(edges map[string][]delegation, group []string) []delegation {
	start := group[0]
	came := map[string]delegation{}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		for _, d := range edges[queue[0]] {
			if _, seen := came[d.to]; seen {
				continue
			}
			came[d.to] = d
			queue = append(queue, d.to)
		}
	}
	var round []delegation
	for at := start; len(round) == 0 || at != start; at = round[len(round)-1].from {
		round = append(round, came[at])
	}
	slices.Reverse(round)
	return round
}

// checkTopology refuses an authority that is no listed directory, and
// directories that take their passwords from one another.
func checkTopology(rows []row, list []Directory, f *faults) {
	authority := make(map[string]string, len(list))
	var known []string
	for _, d := range list {
		authority[d.Directory] = d.Authority
		known = append(known, d.Directory)
	}
	place := func(i int) place {
		if p := rows[i].cells["authority"].place; p.line > 0 {
			return p
		}
		return rowAt(list[i].Line)
	}
	done := make(map[string]bool, len(list))
	for i, d := range list {
		if _, ok := authority[d.Authority]; d.Authority != "" && !ok {
			f.at(place(i), "authority %q is no directory of this file: hint: add its row, or write one of %s", d.Authority, strings.Join(known, ", "))
			continue
		}
		var way []string
		for at := d.Directory; at != "" && !done[at]; at = authority[at] {
			done[at] = true
			way = append(way, at)
			if next := authority[at]; next != at && slices.Contains(way, next) {
				f.at(place(i), "authorities go round: %s → %s: hint: one of them holds the password; it is its own authority", strings.Join(way[slices.Index(way, next):], " → "), next)
			}
		}
	}
}
