// The JSON scanner: one strict pass over a record that leaves the values a
// format asks for in slots, as slices of the record. It accepts what
// encoding/json accepts, save for invalid UTF-8 and nesting beyond
// MaxDepth, which it rejects; of a key given twice the last value holds.
package formats

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep a JSON record may be nested; no vendor's log comes near,
// and it bounds the stack a hostile one can use.
const MaxDepth = 64

// slot holds one value as it stands in the record; text with escapes is
// decoded only when it is asked for.
type slot struct {
	b   []byte
	esc bool
}

type scanner struct {
	trie  *trie
	slots []slot
	seen  []uint32 // by node: the epoch in which its key was last met
	done  []bool   // by pick: an element was chosen
	epoch uint32

	b   []byte
	i   int
	why string // what is wrong at i
}

func newScanner(t *trie) *scanner {
	return &scanner{trie: t, slots: make([]slot, t.size), seen: make([]uint32, t.nodes), done: make([]bool, t.picks)}
}

// Reasons why a record is not one.
const (
	whyNotJSON   = "not valid JSON"
	whyNotObject = "not a JSON object"
	whyBreaksOff = "JSON breaks off before its end"
	whyDeep      = "JSON nested deeper than 64 levels"
	whyUTF8      = "invalid UTF-8"
	whyControl   = "control character inside JSON text"
)

// scan reads the one object b begins with and returns how many bytes it and
// the white space around it take; why is empty if it is sound.
func (s *scanner) scan(b []byte) (n int, why string) {
	clear(s.slots)
	if s.epoch++; s.epoch == 0 {
		clear(s.seen)
		s.epoch = 1
	}
	s.b, s.i, s.why = b, 0, ""
	s.space()
	if s.i == len(b) || b[s.i] != '{' {
		return len(b), whyNotObject
	}
	if !s.object(s.trie.root, 1) {
		return s.i, s.why
	}
	s.space()
	return s.i, ""
}

func (s *scanner) fail(why string) bool {
	if s.why = why; s.i >= len(s.b) && why == whyNotJSON {
		s.why = whyBreaksOff
	}
	return false
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

// next skips white space and tells the byte after it, 0 at the end.
func (s *scanner) next() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return s.b[s.i]
	}
	s.space()
	if s.i == len(s.b) {
		return 0
	}
	return s.b[s.i]
}

// object reads an object whose brace is at i; n is nil where nothing in it is
// asked for.
func (s *scanner) object(n *node, depth int) bool {
	if depth > MaxDepth {
		return s.fail(whyDeep)
	}
	s.i++
	if s.next() == '}' {
		s.i++
		return true
	}
	for {
		if s.next() != '"' {
			return s.fail(whyNotJSON)
		}
		key, ok := s.text()
		if !ok {
			return false
		}
		if s.next() != ':' {
			return s.fail(whyNotJSON)
		}
		s.i++
		var kid *node
		if n != nil {
			kid = s.enter(n, key)
		}
		if !s.value(kid, depth) {
			return false
		}
		switch s.next() {
		case ',':
			s.i++
		case '}':
			s.i++
			return true
		default:
			return s.fail(whyNotJSON)
		}
	}
}

// enter finds the node of a key and forgets what an earlier twin of the key left.
func (s *scanner) enter(n *node, key slot) *node {
	b := key.b
	if key.esc {
		b = unescape(nil, b)
	}
	k := n.find(b)
	if k == nil {
		return nil
	}
	if s.seen[k.id] == s.epoch {
		clear(s.slots[k.lo:k.hi])
	}
	s.seen[k.id] = s.epoch
	return k
}

func (s *scanner) value(n *node, depth int) bool {
	switch c := s.next(); {
	case c == '"':
		v, ok := s.text()
		if ok && n != nil && n.slot >= 0 {
			s.slots[n.slot] = v
		}
		return ok
	case c == '{':
		return s.object(n, depth+1)
	case c == '[':
		return s.array(n, depth+1)
	case c == 't':
		return s.literal(n, "true")
	case c == 'f':
		return s.literal(n, "false")
	case c == 'n':
		return s.literal(nil, "null")
	case c == '-' || c >= '0' && c <= '9':
		return s.number(n)
	default:
		return s.fail(whyNotJSON)
	}
}

func (s *scanner) array(n *node, depth int) bool {
	if depth > MaxDepth {
		return s.fail(whyDeep)
	}
	var arr *array
	var elem *node
	if n != nil && n.arr != nil {
		arr, elem = n.arr, n.arr.elem
		for i := range arr.picks {
			s.done[arr.picks[i].id] = false
		}
	}
	s.i++
	if s.next() == ']' {
		s.i++
		return true
	}
	for index := 0; ; index++ {
		if elem != nil {
			clear(s.slots[elem.lo:elem.hi])
		}
		if !s.value(elem, depth) {
			return false
		}
		if arr != nil {
			s.choose(arr, index)
		}
		switch s.next() {
		case ',':
			s.i++
		case ']':
			s.i++
			return true
		default:
			return s.fail(whyNotJSON)
		}
	}
}

// choose keeps the values of an array's element that its picks ask for.
func (s *scanner) choose(arr *array, index int) {
	for i := range arr.picks {
		p := &arr.picks[i]
		switch {
		case s.done[p.id]:
			continue
		case p.index >= 0 && p.index != index:
			continue
		case p.cond >= 0 && !s.oneOf(p.cond, p.is):
			continue
		}
		s.done[p.id] = p.index >= 0 || p.cond >= 0
		for _, m := range p.copies {
			if len(s.slots[m.to].b) == 0 {
				s.slots[m.to] = s.slots[m.from]
			}
		}
	}
}

func (s *scanner) oneOf(slot int, is []string) bool {
	b := s.get(slot)
	for _, v := range is {
		if v == string(b) {
			return true
		}
		if head, ok := strings.CutSuffix(v, "*"); ok && strings.HasPrefix(string(b), head) {
			return true
		}
	}
	return false
}

// get gives the text in a slot, decoding its escapes the first time.
func (s *scanner) get(n int) []byte {
	v := &s.slots[n]
	if v.esc {
		v.b, v.esc = unescape(make([]byte, 0, len(v.b)), v.b), false
	}
	return v.b
}

func (s *scanner) literal(n *node, word string) bool {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		s.i = min(s.i+1, len(s.b))
		return s.fail(whyNotJSON)
	}
	if n != nil && n.slot >= 0 {
		s.slots[n.slot] = slot{b: s.b[s.i : s.i+len(word)]}
	}
	s.i += len(word)
	return true
}

func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > from
}

func (s *scanner) number(n *node) bool {
	from := s.i
	if s.b[s.i] == '-' {
		s.i++
	}
	if s.i < len(s.b) && s.b[s.i] == '0' {
		s.i++
	} else if !s.digits() {
		return s.fail(whyNotJSON)
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			return s.fail(whyNotJSON)
		}
	}
	if s.i < len(s.b) && (s.b[s.i] == 'e' || s.b[s.i] == 'E') {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return s.fail(whyNotJSON)
		}
	}
	if n != nil && n.slot >= 0 {
		s.slots[n.slot] = slot{b: s.b[from:s.i]}
	}
	return true
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of x that end or complicate a text: a quote, a
// backslash, a control character, anything beyond ASCII. Its lowest mark is
// exact; higher ones may be false.
func special(x uint64) uint64 {
	quote := x ^ ones*'"'
	slash := x ^ ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x | x) & highs
}

// text reads the JSON text whose quote is at i, eight bytes at a time.
func (s *scanner) text() (v slot, ok bool) {
	b, i := s.b, s.i+1
	from, wide := i, false
	for {
		for i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			s.i = len(b)
			return v, s.fail(whyBreaksOff)
		}
		switch c := b[i]; {
		case c == '"':
			v.b = b[from:i:i]
			s.i = i + 1
			if wide && !utf8.Valid(v.b) {
				return v, s.fail(whyUTF8)
			}
			return v, true
		case c == '\\':
			n := escapeLen(b[i:])
			if n == 0 {
				s.i = i
				return v, s.fail(whyNotJSON)
			}
			v.esc = true
			i += n
		case c < ' ':
			s.i = i
			return v, s.fail(whyControl)
		default:
			wide = wide || c >= utf8.RuneSelf
			i++
		}
	}
}
