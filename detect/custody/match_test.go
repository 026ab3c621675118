package custody

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// best finds by trying everything how many pairs are possible and what that
// many cost at least.
func best(edges []edge, lefts int) (pairs int, cost int64) {
	byLeft := make([][]edge, lefts)
	for _, e := range edges {
		byLeft[e.left] = append(byLeft[e.left], e)
	}
	taken := map[int]bool{}
	var try func(left, n int, sum int64)
	try = func(left, n int, sum int64) {
		if left == lefts {
			if n > pairs || n == pairs && sum < cost {
				pairs, cost = n, sum
			}
			return
		}
		try(left+1, n, sum)
		for _, e := range byLeft[left] {
			if !taken[e.right] {
				taken[e.right] = true
				try(left+1, n+1, sum+e.cost)
				delete(taken, e.right)
			}
		}
	}
	try(0, 0, 0)
	return pairs, cost
}

// checked gives the size and cost of a matching, and fails where it is none.
func checked(t *testing.T, edges []edge, pairs map[int]pairing) (n int, sum int64) {
	t.Helper()
	cost := map[[2]int]int64{}
	for _, e := range edges {
		cost[[2]int{e.left, e.right}] = e.cost
	}
	taken := map[int]bool{}
	for left, p := range pairs {
		c, ok := cost[[2]int{left, p.right}]
		if !ok || taken[p.right] {
			t.Fatalf("%d is paired with %d: no edge, or twice", left, p.right)
		}
		taken[p.right] = true
		sum += c
	}
	return len(pairs), sum
}

func TestMatchAgainstEveryMatching(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for round := range 3000 {
		lefts, rights := 1+rng.IntN(6), 1+rng.IntN(6)
		var edges []edge
		for l := range lefts {
			for r := range rights {
				if rng.IntN(3) > 0 {
					edges = append(edges, edge{l, r, rng.Int64N(20)})
				}
			}
		}
		pairs := match(edges)
		n, sum := checked(t, edges, pairs)
		if wantN, wantSum := best(edges, lefts); n != wantN || sum != wantSum {
			t.Fatalf("round %d: %v\n%d pairs at cost %d, possible are %d at %d", round, edges, n, sum, wantN, wantSum)
		}
		rng.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		if again := match(edges); !maps.Equal(pairs, again) {
			t.Fatalf("round %d: the order of edges decides: %v, then %v", round, pairs, again)
		}
	}
}

// The largest component is matched at least cost, one node more in time order.
func TestMatchOfLargeComponents(t *testing.T) {
	chain := func(nodes int) []edge {
		var edges []edge
		// left i fits right i at cost 5 and right i+1 at cost 1, so that the
		// nearest first leaves the last left node without a pair.
		for i := range nodes / 2 {
			edges = append(edges, edge{i, i, 5})
			if i+1 < nodes/2 {
				edges = append(edges, edge{i, i + 1, 1})
			}
		}
		if nodes%2 == 1 {
			edges = append(edges, edge{0, nodes / 2, 9})
		}
		return edges
	}
	for _, c := range []struct {
		nodes, pairs int
		greedy       bool
	}{
		{maxComponent, maxComponent / 2, false},
		{maxComponent + 1, maxComponent/2 - 1, true},
	} {
		edges := chain(c.nodes)
		pairs := match(edges)
		if n, _ := checked(t, edges, pairs); n != c.pairs {
			t.Errorf("%d nodes: %d pairs, want %d", c.nodes, n, c.pairs)
		}
		for left, p := range pairs {
			if p.greedy != c.greedy {
				t.Errorf("%d nodes: left %d taken in time order: %v, want %v", c.nodes, left, p.greedy, c.greedy)
				break
			}
		}
	}
}

// Costs are as large as the policy's windows allow, and the matching is still a
// largest one.
func TestMatchPrefersMorePairsAtAnyCost(t *testing.T) {
	const fortnight = 14 * 24 * 3600
	pairs := match([]edge{{0, 0, 0}, {0, 1, fortnight}, {1, 0, fortnight}})
	if len(pairs) != 2 || pairs[0].right != 1 || pairs[1].right != 0 {
		t.Errorf("got %v, want both paired", pairs)
	}
}
