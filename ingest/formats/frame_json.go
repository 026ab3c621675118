// Where JSON records begin and end: lines, objects one after another (over
// several lines or on one), an array, or an array under a key of an object or of
// each object of an array.
package formats

import (
	"bytes"
	"slices"
)

// maxWrapper is how far into an object the key that holds the records is
// looked for; wrappers begin with it or with a link or two.
const maxWrapper = 64 << 10

// jsonFramer has decided once, at the first object, whether the stream holds
// one record a line (then a broken line costs only itself) or objects that
// span lines.
type jsonFramer struct {
	w       *window
	keys    []string
	inArray bool
	wrapped bool // the array stands inside an object
	pages   bool // and that object in an array of such, as tools put pages together
	bare    bool // the first object was a record: none is looked into any more
	decided bool
	spans   bool // objects span lines
}

func (j *jsonFramer) next() (frame, error) {
	for {
		c, ok := j.w.peek()
		switch {
		case !ok && j.inArray:
			j.inArray = false
			return frame{offset: j.w.offset(), line: j.w.line, why: "the array of records breaks off before its end"}, nil
		case !ok:
			return frame{}, j.w.ended()
		case j.inArray && c == ',':
			j.w.take(1)
		case j.inArray && c == ']':
			j.w.take(1)
			j.leave()
		case j.inArray && !j.wrapped && c == '{' && j.enterWrapper():
			j.wrapped, j.pages = true, true
		case j.inArray:
			return j.element(), nil
		case c == '[' && !j.decided:
			j.w.take(1)
			j.inArray = true
		case c == '{' && j.enterWrapper():
			j.inArray, j.wrapped = true, true
		case c == '{' && j.spanning():
			return j.element(), nil
		default:
			return j.w.lineFrame(), nil
		}
	}
}

// leave passes over what follows the array in its wrapper.
func (j *jsonFramer) leave() {
	j.inArray = j.wrapped && j.pages
	j.pages = j.inArray
	if j.wrapped {
		j.wrapped = false
		b := balance{depth: 1}
		b.skip(j.w)
	}
}

// enterWrapper looks for one of the keys with an array and, if it is there,
// moves into the array.
func (j *jsonFramer) enterWrapper() bool {
	if len(j.keys) == 0 || j.bare {
		return false
	}
	for {
		n, more := findKey(j.w.bytes()[:min(maxWrapper, j.w.end-j.w.start)], j.keys)
		if n > 0 {
			j.w.take(n)
			return true
		}
		if !more || j.w.end-j.w.start >= maxWrapper || !j.w.fill() {
			j.bare = true
			return false
		}
	}
}

// findKey walks the members of the object b begins with and returns the length
// up to and with the bracket of the array under one of keys, else 0; more
// tells that b ended before that was clear.
func findKey(b []byte, keys []string) (n int, more bool) {
	i := 1
	for {
		i += blanks(b[i:])
		if i == len(b) {
			return 0, true
		}
		if b[i] != '"' {
			return 0, false
		}
		end := valueEnd(b[i:])
		if end < 0 {
			return 0, true
		}
		key := string(b[i+1 : i+end-1])
		i += end
		i += blanks(b[i:])
		if i == len(b) {
			return 0, true
		}
		if b[i] != ':' {
			return 0, false
		}
		i++
		i += blanks(b[i:])
		if i < len(b) && b[i] == '[' && slices.Contains(keys, key) {
			return i + 1, false
		}
		end = valueEnd(b[i:])
		if end < 0 {
			return 0, true
		}
		i += end
		i += blanks(b[i:])
		if i == len(b) {
			return 0, true
		}
		if b[i] != ',' {
			return 0, false
		}
		i++
	}
}

func blanks(b []byte) int {
	for i, c := range b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return i
		}
	}
	return len(b)
}

// valueEnd is the length of the JSON value b begins with, -1 if b ends first.
func valueEnd(b []byte) int {
	var v balance
	return v.end(b)
}

// spanning tells whether objects span lines, judged by the first: its line is
// not a whole object, does not end inside a text, and the next line does not
// begin a new object.
func (j *jsonFramer) spanning() bool {
	if j.decided {
		return j.spans
	}
	j.decided = true
	nl := j.w.index('\n', 0)
	if nl < 0 {
		return false
	}
	var v balance
	if v.end(j.w.bytes()[:nl]) >= 0 || v.inText {
		return false
	}
	for next := nl + 1; ; next++ {
		if j.w.index('\n', next) < 0 && next >= j.w.end-j.w.start {
			return false
		}
		if c := j.w.bytes()[next]; c != '\n' && c != '\r' {
			j.spans = c != '{'
			return j.spans
		}
	}
}

// element takes one value, without keeping one that is too long.
func (j *jsonFramer) element() frame {
	w := j.w
	f := frame{offset: w.offset(), line: w.line}
	var v balance
	for at := 0; ; {
		n := v.end(w.bytes()[at:])
		if n >= 0 && at+n <= MaxRecord {
			f.b = w.take(at + n)
			break
		}
		if n < 0 {
			at = w.end - w.start
		}
		if n >= 0 || at > MaxRecord {
			w.drop(&f, func() { new(balance).skip(w) })
			return f
		}
		if !w.fill() {
			return j.broken(f)
		}
	}
	f.length = int64(len(f.b))
	return f
}

// broken takes a value that never ends: the line it begins on if objects
// follow on later lines, else all that is left.
func (j *jsonFramer) broken(f frame) frame {
	w := j.w
	n := w.end - w.start
	if i := bytes.Index(w.bytes(), []byte("\n{")); i >= 0 && !j.inArray {
		n = i + 1
	}
	f.b = w.take(n)
	f.length = int64(len(f.b))
	f.why = whyBreaksOff
	if j.inArray {
		j.inArray, j.wrapped, j.pages = false, false, false
	}
	return f
}

// balance finds the end of a JSON value, however it is cut into pieces, by
// counting brackets outside texts. It does not check the value.
type balance struct {
	depth   int
	inText  bool
	escaped bool
	bare    bool // inside a number or word
}

// end returns how many bytes of b belong to the value, -1 if all do and it
// goes on.
func (v *balance) end(b []byte) int {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case v.inText:
			n := v.text(b[i:])
			if n < 0 {
				return -1
			}
			i += n
			if v.depth == 0 {
				return i + 1
			}
		case v.bare && (c == ',' || c == ']' || c == '}' || c <= ' '):
			return i
		case c == '"':
			v.inText = true
		case c == '{' || c == '[':
			v.depth++
		case c == '}' || c == ']':
			if v.depth--; v.depth <= 0 {
				return i + 1
			}
		case v.depth == 0:
			v.bare = true
		}
	}
	return -1
}

// text returns where in b the text ends, -1 if it goes on.
func (v *balance) text(b []byte) int {
	for i := 0; i < len(b); i++ {
		if v.escaped {
			v.escaped = false
			continue
		}
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			n = len(b) - i
		}
		if s := bytes.IndexByte(b[i:i+n], '\\'); s >= 0 {
			i += s
			v.escaped = true
			continue
		}
		if i += n; i < len(b) {
			v.inText = false
			return i
		}
	}
	return -1
}

// skip drops the rest of a value without keeping it.
func (v *balance) skip(w *window) {
	for {
		if n := v.end(w.bytes()); n >= 0 {
			w.take(n)
			return
		}
		w.take(w.end - w.start)
		if !w.fill() {
			return
		}
	}
}
