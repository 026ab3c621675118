// Decoding a stream: frame by frame into records, record by record into events.
package formats

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// The framings a table can name.
const (
	framingJSON = "json"
	framingCSV  = "csv"
	framingXML  = "xml"
	framingEVTX = "evtx"
	// framingLines is one record a line of text, for a hook to take apart.
	framingLines = "lines"
)

var framings = []string{framingJSON, framingCSV, framingXML, framingEVTX, framingLines}

const whyTooLong = "record longer than 16 MiB"

// Decoder turns one stream at a time into records. It is not safe for use by
// several goroutines; a format may have any number of decoders.
type Decoder struct {
	f       *Format
	opt     Options
	s       *scanner
	columns [][]int // CSV: slots of each column
	members []bool  // CSV: columns whose cells are looked into
	wrapped bool    // CSV: a column holds the record itself
	header  []string
	comma   byte
	cells   [][]byte
	evtx    *evtxDecoder // the stream is a Windows event log file
	words   words
	mapper
}

// NewDecoder makes a decoder. opt.Now must be set.
func (f *Format) NewDecoder(opt Options) *Decoder {
	d := &Decoder{f: f, opt: opt, s: newScanner(f.trie), words: words{}}
	d.mapper = mapper{f: f, opt: &d.opt, s: d.s, words: d.words, empties: f.empty}
	d.events = make([]event.Event, 0, f.maxEvents)
	d.get = d.slot
	return d
}

// ctxEvery is how many records are read between two looks at the context.
const ctxEvery = 256

// Decode reads r to its end and calls emit for each record, in order. It
// returns emit's error, the context's, or the stream's (a truncated archive),
// after the records before it. uri is kept as the records' origin.
func (d *Decoder) Decode(ctx context.Context, r io.Reader, uri string, emit func(rec *Record) error) error {
	fr := d.framer(newWindow(r))
	for n := 0; ; n++ {
		if n%ctxEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		fm, err := fr.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", uri, err)
		}
		if err := d.frame(fm, uri, emit); err != nil {
			return err
		}
	}
}

// framer chooses the framing by the stream's first byte; a stream of another
// shape than the format's is read as the format's first one, which then finds
// its records malformed.
func (d *Decoder) framer(w *window) framer {
	d.columns, d.evtx, d.wrapped = nil, nil, false
	if d.hook = d.f.hook; d.hook != nil && d.hook.Stream != nil {
		d.hook = d.hook.Stream()
	}
	switch d.f.framing(w) {
	case framingCSV:
		c := &csvFramer{w: w}
		c.header()
		d.setColumns(c.columns)
		d.comma = c.comma
		return c
	case framingXML:
		return newXMLFramer(w, d.f.table.Framing.Element)
	case framingLines:
		return &lineFramer{w}
	case framingEVTX:
		d.evtx = newEVTXDecoder(d, w)
		return d.evtx.evtxFramer
	}
	return &jsonFramer{w: w, keys: d.f.table.Framing.Keys}
}

func (f *Format) framing(w *window) string {
	shape := framingCSV
	switch c, _ := w.peek(); c {
	case '{', '[':
		shape = framingJSON
	case '<':
		shape = framingXML
	case 'E':
		if bytes.HasPrefix(w.bytes(), []byte(evtxMagic)) {
			shape = framingEVTX
		}
	}
	for _, k := range f.table.Framing.Kind {
		if k == shape {
			return shape
		}
	}
	return f.table.Framing.Kind[0]
}

func (d *Decoder) setColumns(names []string) {
	d.header = names
	d.columns = make([][]int, 0, len(names))
	for _, name := range names {
		d.columns = append(d.columns, d.f.cells[name])
	}
	d.members = d.membered(names)
	d.wrapped = slices.ContainsFunc(d.f.table.Framing.Inside, func(path string) bool {
		return slices.Contains(names, strings.ToLower(path))
	})
}

// frame emits the record a frame holds, or the records, if JSON objects stand
// one after another on a line.
func (d *Decoder) frame(fm frame, uri string, emit func(*Record) error) error {
	for {
		n, why := fm.length, fm.why
		if why == "" {
			used := 0
			if used, why = d.extract(fm.b); why == "" {
				n = int64(used)
			}
		}
		rec := d.begin()
		rec.Origin = event.Origin{URI: uri, Offset: fm.offset, Length: n, Line: fm.line, SHA256: fm.sha256}
		if rec.Raw = fm.b; int64(len(fm.b)) >= n {
			rec.Raw = fm.b[:n]
			rec.Origin.SHA256 = sha256.Sum256(rec.Raw)
		}
		if why == "" {
			d.fill(rec)
		} else {
			d.malformed(rec, why)
		}
		if err := emit(rec); err != nil {
			return err
		}
		if n >= fm.length {
			return nil
		}
		fm.b, fm.offset, fm.length = fm.b[n:], fm.offset+n, fm.length-n
	}
}

// extract puts the values of the record b begins with into slots and tells how
// many bytes it takes.
func (d *Decoder) extract(b []byte) (n int, why string) {
	switch {
	case d.hook != nil && d.hook.Extract != nil:
		clear(d.s.slots)
		if err := d.hook.Extract(b, d.put); err != nil {
			return len(b), err.Error()
		}
		return len(b), ""
	case d.columns != nil:
		return d.unwrap(len(b), d.row(b))
	case d.evtx != nil:
		return len(b), d.evtx.extract(b)
	}
	return d.unwrap(d.s.scan(b))
}

func (d *Decoder) put(path string, v []byte) {
	for _, slot := range d.f.columns[path] {
		d.s.slots[slot].b = v
	}
}

// row puts a CSV row's cells into the slots of their columns.
func (d *Decoder) row(b []byte) (why string) {
	clear(d.s.slots)
	cells, open := splitRow(d.cells[:0], b, d.comma)
	d.cells = cells
	switch {
	case open:
		return "a quote is not closed"
	case len(cells) != len(d.columns):
		return fmt.Sprintf("row has %d cells, the header %d", len(cells), len(d.columns))
	case !validText(b):
		return whyUTF8
	}
	for i, cell := range cells {
		for _, slot := range d.columns[i] {
			d.s.slots[slot].b = cell
		}
		if d.members[i] {
			if why := d.cell(d.header[i], cell); why != "" {
				return why
			}
		}
	}
	return ""
}
