// Paths and the trie they are compiled into: all paths of a format together,
// so that one pass over a record finds every value.
package formats

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// step is one key of a path, with the array element chosen beneath it.
type step struct {
	key  string
	pick *pick
}

// pick chooses an element of an array: by its index, by the value of one of
// its keys, or, with neither, the first that holds the value asked for.
type pick struct {
	index int // -1 if not by index
	key   string
	is    []string
}

func (p *pick) same(q *pick) bool {
	return p.index == q.index && p.key == q.key && slices.Equal(p.is, q.is)
}

// parsePath reads the notation that Table describes.
func parsePath(path string) ([]step, error) {
	var steps []step
	rest := path
	for {
		key, after, err := cutKey(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", path, err)
		}
		st := step{key: key}
		if strings.HasPrefix(after, "[") {
			inside, tail, ok := strings.Cut(after[1:], "]")
			if !ok {
				return nil, fmt.Errorf("path %q: [ is not closed", path)
			}
			if st.pick, err = parsePick(inside); err != nil {
				return nil, fmt.Errorf("path %q: %w", path, err)
			}
			after = tail
		}
		steps = append(steps, st)
		if after == "" {
			return steps, nil
		}
		if after[0] != '.' {
			return nil, fmt.Errorf("path %q: a dot is missing before %q", path, after)
		}
		rest = after[1:]
	}
}

func cutKey(s string) (key, after string, err error) {
	if strings.HasPrefix(s, "'") {
		key, after, ok := strings.Cut(s[1:], "'")
		if !ok {
			return "", "", fmt.Errorf("a quote is not closed")
		}
		return key, after, nil
	}
	n := strings.IndexAny(s, ".[")
	if n < 0 {
		n = len(s)
	}
	if n == 0 {
		return "", "", fmt.Errorf("a key is empty")
	}
	return s[:n], s[n:], nil
}

func parsePick(s string) (*pick, error) {
	if s == "" {
		return &pick{index: -1}, nil
	}
	if key, is, ok := strings.Cut(s, "="); ok {
		return &pick{index: -1, key: key, is: strings.Split(is, "|")}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("[%s] is neither an index nor key=value", s)
	}
	return &pick{index: n}, nil
}

// node is one key of the trie. A value found there goes to slot; lo to hi is
// the range of all slots at and beneath it.
type node struct {
	id     int
	slot   int // -1 for none
	lo, hi int
	lens   uint64 // bit n is set if a kid's key has n bytes (63: or more)
	kids   []kid
	arr    *array
}

type kid struct {
	key  string
	node *node
}

// array is what is wanted of an array: elem finds it in each element, picks
// say of which elements it is kept.
type array struct {
	elem  *node
	picks []chosen
}

type chosen struct {
	pick
	id     int
	cond   int // slot of pick.key within the element, -1 for none
	copies []move
}

// move takes a value from an element's slot to the array's.
type move struct{ from, to int }

// trie is the compiled form of a list of paths.
type trie struct {
	root  *node
	slots map[string]int // by path
	size  int            // number of slots
	nodes int
	picks int
}

func newNode() *node { return &node{slot: -1} }

func (n *node) kid(key string) *node {
	for _, k := range n.kids {
		if k.key == key {
			return k.node
		}
	}
	k := newNode()
	n.kids = append(n.kids, kid{key, k})
	n.lens |= 1 << min(len(key), 63)
	return k
}

func (n *node) find(key []byte) *node {
	if n.lens&(1<<min(len(key), 63)) == 0 {
		return nil
	}
	for i := range n.kids {
		if n.kids[i].key == string(key) {
			return n.kids[i].node
		}
	}
	return nil
}

// newTrie compiles paths; prefixes replace first keys as Table.Prefixes says.
func newTrie(paths []string, prefixes map[string]string) (*trie, error) {
	t := &trie{root: newNode(), slots: map[string]int{}}
	b := &trieBuilder{trie: t}
	for _, p := range paths {
		steps, err := parsePath(replacePrefix(p, prefixes))
		if err != nil {
			return nil, err
		}
		b.add(t.root, steps, func(slot int) { t.slots[p] = slot })
	}
	b.number(t.root)
	for _, f := range b.fixups {
		f()
	}
	t.size, t.nodes, t.picks = b.slot, b.node, b.pick
	return t, nil
}

// replacePrefix replaces the first two keys if they are listed together, else
// the first.
func replacePrefix(path string, prefixes map[string]string) string {
	key, rest, nested := strings.Cut(path, ".")
	if n := strings.IndexAny(rest, ".["); nested {
		if n < 0 {
			n = len(rest)
		}
		if to, ok := prefixes[key+"."+rest[:n]]; ok {
			return to + rest[n:]
		}
	}
	to, ok := prefixes[key]
	switch {
	case !ok || !nested:
		return path
	case to == "":
		return rest
	default:
		return to + "." + rest
	}
}

// flat is a path after its prefix is replaced and without quotes, as a CSV
// column or a hook's put names it.
func flat(path string, prefixes map[string]string) string {
	return strings.ReplaceAll(replacePrefix(path, prefixes), "'", "")
}

// trieBuilder numbers slots in the order of the trie, which is known only when
// all paths are in it; fixups then tell the numbers to those who asked.
type trieBuilder struct {
	trie             *trie
	slot, node, pick int
	fixups           []func()
}

func (b *trieBuilder) add(n *node, steps []step, tell func(slot int)) {
	for i, st := range steps {
		n = n.kid(st.key)
		if st.pick != nil {
			b.addPick(n, st.pick, steps[i+1:], tell)
			return
		}
	}
	n.slot = 0
	b.fixups = append(b.fixups, func() { tell(n.slot) })
}

func (b *trieBuilder) addPick(n *node, p *pick, rest []step, tell func(slot int)) {
	if n.arr == nil {
		n.arr = &array{elem: newNode()}
	}
	at := slices.IndexFunc(n.arr.picks, func(c chosen) bool { return c.same(p) })
	if at < 0 {
		at = len(n.arr.picks)
		n.arr.picks = append(n.arr.picks, chosen{pick: *p, cond: -1})
		if p.key != "" {
			b.add(n.arr.elem, []step{{key: p.key}}, func(slot int) { n.arr.picks[at].cond = slot })
		}
	}
	m := len(n.arr.picks[at].copies)
	n.arr.picks[at].copies = append(n.arr.picks[at].copies, move{})
	b.add(n.arr.elem, rest, func(slot int) { n.arr.picks[at].copies[m].from = slot })
	b.fixups = append(b.fixups, func() { tell(n.arr.picks[at].copies[m].to) })
}

func (b *trieBuilder) number(n *node) {
	n.id = b.node
	b.node++
	n.lo = b.slot
	if n.slot >= 0 {
		n.slot = b.slot
		b.slot++
	}
	if n.arr != nil {
		for i := range n.arr.picks {
			c := &n.arr.picks[i]
			c.id = b.pick
			b.pick++
			for m := range c.copies {
				c.copies[m].to = b.slot
				b.slot++
			}
		}
		b.number(n.arr.elem)
	}
	for _, k := range n.kids {
		b.number(k.node)
	}
	n.hi = b.slot
}
