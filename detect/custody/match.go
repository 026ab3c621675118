package custody

import (
	"cmp"
	"slices"
)

// maxComponent is the largest connected component that is matched at least
// cost; above it candidates are taken in time order and marked ambiguous
// (design 3.3).
const maxComponent = 256

// edge is a possible pairing of a left node (a bundle of steps) with a right
// node (a case), at a cost in whole seconds.
type edge struct {
	left, right int
	cost        int64
}

// pairing is the outcome for one left node.
type pairing struct {
	right  int
	greedy bool // the component was too large for a least-cost matching
}

// match pairs left with right nodes one to one: as many as possible, among
// those at least total cost, ties by the nodes' order, which the caller keeps
// canonical (time, then event id). Nodes without a pair are absent.
func match(edges []edge) map[int]pairing {
	out := map[int]pairing{}
	for _, comp := range components(edges) {
		if size(comp) > maxComponent {
			greedy(comp, out)
		} else {
			assign(comp, out)
		}
	}
	return out
}

// components splits edges into connected components, each sorted by (left, right).
func components(edges []edge) [][]edge {
	edges = slices.Clone(edges)
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right)) })
	parent := map[int]int{} // left nodes as 2n, right nodes as 2n+1
	var root func(n int) int
	root = func(n int) int {
		p, ok := parent[n]
		if !ok || p == n {
			return n
		}
		r := root(p)
		parent[n] = r
		return r
	}
	for _, e := range edges {
		a, b := root(2*e.left), root(2*e.right+1)
		if a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	index := map[int]int{}
	var comps [][]edge
	for _, e := range edges {
		r := root(2 * e.left)
		i, ok := index[r]
		if !ok {
			i = len(comps)
			index[r] = i
			comps = append(comps, nil)
		}
		comps[i] = append(comps[i], e)
	}
	return comps
}

func size(comp []edge) int {
	seen := map[int]bool{}
	for _, e := range comp {
		seen[2*e.left] = true
		seen[2*e.right+1] = true
	}
	return len(seen)
}

func greedy(comp []edge, out map[int]pairing) {
	byCost := slices.Clone(comp)
	slices.SortFunc(byCost, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.cost, b.cost), cmp.Compare(a.right, b.right))
	})
	taken := map[int]bool{}
	for _, e := range byCost {
		if _, done := out[e.left]; done || taken[e.right] {
			continue
		}
		out[e.left] = pairing{e.right, true}
		taken[e.right] = true
	}
}

// forbidden is the cost of a pair that has no edge: above any sum of real
// costs, so that the least-cost matching is also a largest one.
const forbidden = int64(1) << 40

// assign solves one component with the Hungarian method (Kuhn and Munkres, in
// the shortest-augmenting-path form) in O(n²m).
func assign(comp []edge, out map[int]pairing) {
	lefts, rights := nodes(comp)
	n, m := len(lefts), max(len(lefts), len(rights))
	cost := make([][]int64, n)
	for i := range cost {
		cost[i] = make([]int64, m)
		for j := range cost[i] {
			cost[i][j] = forbidden
		}
	}
	for _, e := range comp {
		i, _ := slices.BinarySearch(lefts, e.left)
		j, _ := slices.BinarySearch(rights, e.right)
		cost[i][j] = e.cost
	}
	for j, i := range hungarian(cost, n, m) {
		if i >= 0 && j < len(rights) && cost[i][j] < forbidden {
			out[lefts[i]] = pairing{right: rights[j]}
		}
	}
}

func nodes(comp []edge) (lefts, rights []int) {
	for _, e := range comp {
		lefts = append(lefts, e.left)
		rights = append(rights, e.right)
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	return slices.Compact(lefts), slices.Compact(rights)
}

// hungarian gives, for each of m columns, the row assigned to it or -1; n ≤ m.
func hungarian(cost [][]int64, n, m int) []int {
	const inf = int64(1) << 62
	u, v := make([]int64, n+1), make([]int64, m+1)
	row := make([]int, m+1) // row[j] = 1-based row assigned to column j; 0 none
	way := make([]int, m+1)
	for i := 1; i <= n; i++ {
		row[0] = i
		least := make([]int64, m+1)
		for j := range least {
			least[j] = inf
		}
		used := make([]bool, m+1)
		j0 := 0
		for row[j0] != 0 {
			used[j0] = true
			i0, delta, j1 := row[j0], inf, 0
			for j := 1; j <= m; j++ {
				if used[j] {
					continue
				}
				if c := cost[i0-1][j-1] - u[i0] - v[j]; c < least[j] {
					least[j], way[j] = c, j0
				}
				if least[j] < delta {
					delta, j1 = least[j], j
				}
			}
			for j := 0; j <= m; j++ {
				if used[j] {
					u[row[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			j0 = j1
		}
		for j0 != 0 {
			row[j0] = row[way[j0]]
			j0 = way[j0]
		}
	}
	out := make([]int, m)
	for j := 1; j <= m; j++ {
		out[j-1] = row[j] - 1
	}
	return out
}
