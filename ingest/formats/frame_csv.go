// Where CSV rows begin and end, and their cells. The first row is the header.
package formats

import (
	"bytes"
	"strings"
)

// csvFramer reads rows as RFC 4180 has them: a quoted cell may hold line ends.
// A quote that is never closed costs its own line only; from then on every
// line is a row.
type csvFramer struct {
	w         *window
	comma     byte
	columns   []string
	linesOnly bool
}

// header reads the first row, if there is one.
func (c *csvFramer) header() {
	c.comma = ','
	if _, ok := c.w.peek(); !ok {
		return
	}
	nl := c.w.index('\n', 0)
	if nl < 0 {
		nl = c.w.end - c.w.start
	}
	if i := bytes.IndexAny(c.w.bytes()[:nl], ",;\t"); i >= 0 {
		c.comma = c.w.bytes()[i]
	}
	f := c.row()
	cells, _ := splitRow(nil, f.b, c.comma)
	for _, cell := range cells {
		c.columns = append(c.columns, strings.ToLower(strings.TrimSpace(string(cell))))
	}
}

func (c *csvFramer) next() (frame, error) {
	if _, ok := c.w.peek(); !ok {
		return frame{}, c.w.ended()
	}
	return c.row(), nil
}

func (c *csvFramer) row() frame {
	if c.linesOnly {
		return c.w.lineFrame()
	}
	for nl := 0; ; nl++ {
		if nl = c.w.index('\n', nl); nl < 0 {
			break
		}
		if _, open := splitRow(nil, c.w.bytes()[:nl], c.comma); !open {
			return c.take(nl, 1)
		}
		if nl > maxRow {
			break
		}
	}
	if n := c.w.end - c.w.start; n <= maxRow {
		if _, open := splitRow(nil, c.w.bytes(), c.comma); !open {
			return c.take(n, 0)
		}
	}
	c.linesOnly = true
	return c.w.lineFrame()
}

// maxRow bounds a row whose cells hold line ends, since each line end looks at
// the row anew.
const maxRow = 64 << 10

func (c *csvFramer) take(n, end int) frame {
	f := frame{offset: c.w.offset(), line: c.w.line}
	f.b = bytes.TrimSuffix(c.w.take(n + end)[:n], []byte{'\r'})
	f.length = int64(len(f.b))
	return f
}

// splitRow appends the cells of a row to to; open tells that a quote is not
// closed. A cell with doubled quotes is copied, others alias row.
func splitRow(to [][]byte, row []byte, comma byte) (cells [][]byte, open bool) {
	for {
		if len(row) == 0 || row[0] != '"' {
			cell, rest, more := bytes.Cut(row, []byte{comma})
			to = append(to, cell)
			if !more {
				return to, false
			}
			row = rest
			continue
		}
		n, doubled := 1, false
		for {
			q := bytes.IndexByte(row[n:], '"')
			if q < 0 {
				return append(to, row[1:]), true
			}
			if n += q + 1; n == len(row) || row[n] != '"' {
				break
			}
			doubled = true
			n++
		}
		cell := row[1 : n-1]
		if doubled {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		to = append(to, cell)
		_, rest, more := bytes.Cut(row[n:], []byte{comma})
		if !more {
			return to, false
		}
		row = rest
	}
}
