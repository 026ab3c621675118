// Compiled conditions: Condition says what they mean.
package formats

import (
	"bytes"
	"strings"
)

// conditions hold if all terms of one of them do.
type conditions [][]term

type term struct {
	slot     int
	matchers []matcher
}

type matcher struct {
	not  bool
	op   matchOp
	text []byte
	slot int // for matchRef
}

type matchOp uint8

const (
	matchExact matchOp = iota
	matchPrefix
	matchSuffix
	matchInside
	matchAny
	matchEmpty
	matchRef
)

// newMatcher reads the notation of a condition's value; ref is the path it
// compares with, if any.
func newMatcher(s string) (m matcher, ref string) {
	if rest, ok := strings.CutPrefix(s, "!"); ok {
		m.not = true
		s = rest
	}
	head, tail := strings.HasPrefix(s, "*"), strings.HasSuffix(s, "*")
	switch {
	case s == "":
		m.op = matchEmpty
	case s == "*":
		m.op = matchAny
	case s[0] == '$':
		m.op = matchRef
		return m, s[1:]
	case head && tail:
		m.op = matchInside
	case head:
		m.op = matchSuffix
	case tail:
		m.op = matchPrefix
	}
	m.text = []byte(strings.ToLower(strings.Trim(s, "*")))
	return m, ""
}

// fits compares b, whose lower-case form is needed only for matches inside.
func (m *matcher) fits(b []byte, get func(slot int) []byte) bool {
	switch m.op {
	case matchEmpty:
		return len(b) == 0
	case matchAny:
		return len(b) > 0
	case matchRef:
		return len(b) > 0 && bytes.Equal(b, get(m.slot))
	case matchPrefix:
		return len(b) >= len(m.text) && bytes.EqualFold(b[:len(m.text)], m.text)
	case matchSuffix:
		return len(b) >= len(m.text) && bytes.EqualFold(b[len(b)-len(m.text):], m.text)
	case matchInside:
		return bytes.Contains(bytes.ToLower(b), m.text)
	}
	return len(b) == len(m.text) && bytes.EqualFold(b, m.text)
}

// fitsAny tells whether no excluding matcher hits and, if there are others,
// one of them does.
func fitsAny(ms []matcher, b []byte, get func(slot int) []byte) bool {
	plain, hit := false, false
	for i := range ms {
		m := &ms[i]
		if m.not {
			if m.fits(b, get) {
				return false
			}
			continue
		}
		plain = true
		hit = hit || m.fits(b, get)
	}
	return hit || !plain
}

func (cs conditions) hold(get func(slot int) []byte) bool {
	for _, terms := range cs {
		if allHold(terms, get) {
			return true
		}
	}
	return false
}

func allHold(terms []term, get func(slot int) []byte) bool {
	for i := range terms {
		if !fitsAny(terms[i].matchers, get(terms[i].slot), get) {
			return false
		}
	}
	return true
}
