// Where XML records begin and end: elements of one name, in a wrapper or one
// after another. The document around them is not checked.
package formats

import (
	"bytes"
	"strings"
)

type xmlFramer struct {
	w     *window
	start []byte // "<Event"
	end   []byte // "</Event"
}

func newXMLFramer(w *window, element string) *xmlFramer {
	return &xmlFramer{w: w, start: []byte("<" + element), end: []byte("</" + element)}
}

func (x *xmlFramer) next() (frame, error) {
	for {
		c, ok := x.w.peek()
		if !ok {
			return frame{}, x.w.ended()
		}
		for x.w.end-x.w.start <= len(x.start) && x.w.fill() {
		}
		switch {
		case c != '<':
			return x.stray(), nil
		case x.startsAt(x.w.bytes()):
			return x.element(), nil
		case bytes.HasPrefix(x.w.bytes(), []byte("<!--")):
			x.skipComment()
		default:
			x.w.skipTo('>')
			x.w.take(min(1, x.w.end-x.w.start))
		}
	}
}

// startsAt tells whether b begins with the start tag: <Event> but not <EventData>.
func (x *xmlFramer) startsAt(b []byte) bool {
	return bytes.HasPrefix(b, x.start) && len(b) > len(x.start) && strings.IndexByte(" \t\r\n/>", b[len(x.start)]) >= 0
}

// stray takes text that stands outside any element, up to the next tag.
func (x *xmlFramer) stray() frame {
	f := frame{offset: x.w.offset(), line: x.w.line, why: "text outside an element"}
	if n := x.w.index('<', 0); n >= 0 {
		f.length = int64(len(x.w.take(n)))
		return f
	}
	for {
		f.length += int64(len(x.w.take(x.w.end - x.w.start)))
		if !x.w.fill() || bytes.IndexByte(x.w.bytes(), '<') >= 0 {
			return f
		}
	}
}

func (x *xmlFramer) skipComment() {
	end := []byte("-->")
	for {
		if i := bytes.Index(x.w.bytes(), end); i >= 0 {
			x.w.take(i + len(end))
			return
		}
		x.w.take(max(0, x.w.end-x.w.start-len(end)+1))
		if !x.w.fill() {
			x.w.take(x.w.end - x.w.start)
			return
		}
	}
}

// element takes one record. One without an end is taken up to where the next
// begins, and said to break off.
func (x *xmlFramer) element() frame {
	w := x.w
	f := frame{offset: w.offset(), line: w.line}
	for at := len(x.start); ; {
		n, whole := x.boundary(w.bytes(), at)
		if n > 0 && n <= MaxRecord {
			f.b = w.take(n)
			f.length = int64(n)
			if !whole {
				f.why = "element without an end tag"
			}
			return f
		}
		if n > 0 || w.end-w.start > MaxRecord {
			w.drop(&f, x.skipToStart)
			return f
		}
		at = max(at, w.end-w.start-len(x.end)-1)
		if !w.fill() {
			f.b = w.take(w.end - w.start)
			f.length = int64(len(f.b))
			f.why = "element breaks off before its end tag"
			return f
		}
	}
}

// boundary finds the end of the element in b, looking from at; whole is false
// if another element begins first. 0 if neither is there yet.
func (x *xmlFramer) boundary(b []byte, at int) (n int, whole bool) {
	for {
		i := bytes.IndexByte(b[at:], '<')
		if i < 0 {
			return 0, false
		}
		at += i
		if x.startsAt(b[at:]) {
			return at, false
		}
		if bytes.HasPrefix(b[at:], x.end) {
			tail := bytes.TrimLeft(b[at+len(x.end):], " \t\r\n")
			if len(tail) > 0 && tail[0] == '>' {
				return len(b) - len(tail) + 1, true
			}
		}
		at++
	}
}

// skipToStart drops everything up to the next start tag.
func (x *xmlFramer) skipToStart() {
	x.w.take(1)
	for {
		i := bytes.IndexByte(x.w.bytes(), '<')
		if i < 0 {
			x.w.take(x.w.end - x.w.start)
			if !x.w.fill() {
				return
			}
			continue
		}
		x.w.take(i)
		for x.w.end-x.w.start <= len(x.start) && x.w.fill() {
		}
		if x.startsAt(x.w.bytes()) {
			return
		}
		x.w.take(1)
	}
}
