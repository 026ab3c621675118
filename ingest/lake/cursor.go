package lake

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// cursor reads one column of one row group, page by page, in ascending order
// of rows. It skips pages nobody asks for and never makes a Parquet value.
type cursor struct {
	column *column
	pages  parquet.Pages
	page   parquet.Page
	from   int64 // rows [from, to) of the row group are in the page
	to     int64

	// The page under way: words index the dictionary, or numbers or data hold
	// the values.
	words   []int32
	numbers []int64
	data    []byte
	offsets []uint32
	width   int

	// The dictionary as strings and, for columns of names, as numbers, where
	// seen. One dictionary serves a row group.
	texts []string
	seen  []bool
	codes []int64
	empty bool // every value is ""
}

func newCursor(c *column, chunk parquet.ColumnChunk) *cursor {
	return &cursor{column: c, pages: chunk.Pages()}
}

func (c *cursor) close() error {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	return c.pages.Close()
}

// seek loads the page that holds the row.
func (c *cursor) seek(row int64) error {
	if row < c.to {
		return nil
	}
	if row != c.to {
		if err := c.pages.SeekToRow(row); err != nil {
			return fmt.Errorf("column %s: %w", c.column.name, err)
		}
	}
	if err := c.load(row); err != nil {
		return fmt.Errorf("column %s: %w", c.column.name, err)
	}
	return nil
}

// load reads the next page, whose first row is row. The library may panic on a
// damaged page; that becomes an error.
func (c *cursor) load(row int64) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	page, err := c.pages.ReadPage()
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	c.page, c.from, c.to = page, row, row+page.NumRows()
	return c.unpack()
}

var errDamaged = errors.New("the file is damaged")

// unpack points into the page's decoded values and makes sure that there is
// one for each row.
func (c *cursor) unpack() error {
	n := int(c.to - c.from)
	c.words, c.numbers, c.data, c.offsets = nil, nil, nil, nil
	values := c.page.Data()
	if d := c.page.Dictionary(); d != nil {
		c.words = values.Int32()
		if c.texts == nil {
			size := d.Len()
			c.texts, c.seen, c.codes = make([]string, size), make([]bool, size), make([]int64, size)
			c.empty = size == 1 && c.word(0) == ""
		} else {
			c.empty = c.empty && len(c.texts) == 1
		}
		return c.checkWords(n)
	}
	c.empty = false
	switch values.Kind() {
	case parquetInt64:
		c.numbers = values.Int64()
		if len(c.numbers) == n {
			return nil
		}
	case parquetBytes:
		c.data, c.offsets = values.ByteArray()
		if len(c.offsets) == n+1 && slices.IsSorted(c.offsets) && int(c.offsets[n]) <= len(c.data) {
			return nil
		}
	case parquetFixed:
		c.data, c.width = values.FixedLenByteArray()
		if c.width > 0 && len(c.data) == n*c.width {
			return nil
		}
	}
	return errDamaged
}

func (c *cursor) checkWords(n int) error {
	if len(c.words) != n {
		return errDamaged
	}
	for _, i := range c.words {
		if uint(i) >= uint(len(c.texts)) {
			return errDamaged
		}
	}
	return nil
}

// word gives a dictionary entry; rows share its string.
func (c *cursor) word(i int32) string {
	if !c.seen[i] {
		c.seen[i] = true
		c.texts[i] = string(c.page.Dictionary().Index(i).ByteArray())
		if c.column.form == name {
			c.codes[i] = c.column.code.parse(c.texts[i])
		}
	}
	return c.texts[i]
}

// bytes gives a row's value where the page holds bytes; it aliases the page.
func (c *cursor) bytes(row int64) []byte {
	i := row - c.from
	if c.width > 0 {
		return c.data[i*int64(c.width) : (i+1)*int64(c.width)]
	}
	return c.data[c.offsets[i]:c.offsets[i+1]]
}

func (c *cursor) string(row int64) string {
	if c.words != nil {
		return c.word(c.words[row-c.from])
	}
	return string(c.bytes(row))
}

func (c *cursor) number(row int64) int64 {
	if c.words != nil {
		i := c.words[row-c.from]
		c.word(i)
		return c.codes[i]
	}
	if c.column.form == name {
		return c.column.code.parse(c.string(row))
	}
	return c.numbers[row-c.from]
}

// fill sets the event's field from the row, which must be in the page.
func (c *cursor) fill(row int64, ev *event.Event) {
	switch {
	case c.empty:
	case c.column.text != nil:
		*c.column.text(ev) = c.string(row)
	case c.column.bytes != nil:
		copy(c.column.bytes(ev), c.bytes(row))
	case c.column.derived == nil:
		c.column.setNumber(ev, c.number(row))
	}
}
