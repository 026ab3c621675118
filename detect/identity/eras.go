package identity

import (
	"cmp"
	"math"
	"slices"
)

// A login name may be given to somebody else later. Its life is cut into eras,
// each of one owner, so that the first owner's id and the second's never meet.

// eras of a literal that changed hands: nodes[i] stands for the time from
// points[i-1] (the beginning, for 0) until points[i].
type eras struct {
	points []int64
	nodes  []uint32
}

// at gives the node in force at a time.
func (e *eras) at(t int64) uint32 {
	i, exact := slices.BinarySearch(e.points, t)
	if exact {
		i++
	}
	return e.nodes[i]
}

func (e *eras) bounds(i int) (from, until int64) {
	from, until = math.MinInt64, math.MaxInt64
	if i > 0 {
		from = e.points[i-1]
	}
	if i < len(e.points) {
		until = e.points[i]
	}
	return from, until
}

// bond is a binding with its sighting.
type bond struct {
	binding
	sighting
	class byte // kind of id; only ids of one class replace each other
	loose bool // joins nothing: the record's word is contradicted by others
}

// idClass tells kinds of ids of one system apart: an Entra object id and a
// PUID stand side by side, two object ids do not.
func idClass(value string) byte {
	form := shapeOf(value)
	switch {
	case form.system == "aws" && form.upper:
		return value[1] // AIDA, AKIA, AROA, ASIA
	case form.unique && form.system == "":
		return 'u'
	case form.upper:
		return 's'
	case form.system != "":
		return 'o'
	}
	return byte(min(len(value), 'a'-1))
}

// gap lies between two owners: after the first was last seen, up to and with
// the moment the second was first seen.
type gap struct{ after, until int64 }

// cuts finds the fewest moments at which a literal must change hands so that
// every gap holds one. Changes seen in two systems are one change where their
// gaps meet.
func cuts(gaps []gap) []int64 {
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Or(cmp.Compare(a.until, b.until), cmp.Compare(a.after, b.after)) })
	var points []int64
	for _, g := range gaps {
		if n := len(points); n == 0 || points[n-1] <= g.after {
			points = append(points, g.until)
		}
	}
	return points
}

// handovers finds the gaps between the ids that one name had in one system.
// Ids of one class seen at the same time contradict each other: their bonds
// are loosened.
func handovers(bonds []bond) []gap {
	slices.SortFunc(bonds, func(a, b bond) int {
		return cmp.Or(cmp.Compare(a.system, b.system), cmp.Compare(a.class, b.class), cmp.Compare(a.first, b.first), cmp.Compare(a.id, b.id))
	})
	var gaps []gap
	for i := 0; i < len(bonds); {
		j := i + 1
		for j < len(bonds) && bonds[j].system == bonds[i].system && bonds[j].class == bonds[i].class {
			j++
		}
		group := bonds[i:j]
		i = j
		var between []gap
		contested := false
		for k := 1; k < len(group); k++ {
			between = append(between, gap{group[k-1].last, group[k].first})
			contested = contested || group[k].first <= group[k-1].last
		}
		if contested {
			for k := range group {
				group[k].loose = true
			}
			continue
		}
		gaps = append(gaps, between...)
	}
	return gaps
}

// claimGaps are the times between two identities to which the roster gives
// one account in turn.
func claimGaps(claims []claim) []gap {
	var gaps []gap
	for i := 1; i < len(claims); i++ {
		if claims[i].owner != claims[i-1].owner {
			gaps = append(gaps, gap{claims[i-1].until - 1, claims[i].from})
		}
	}
	return gaps
}
