package lake

import (
	"errors"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// fileWriter writes the data file of one partition and, for custody, the raw
// file beside it. Rows must come in order. Its own buffers are used again for
// the next partition, but the library's writers are not: what they write after
// a Reset differs in a few bytes from what a fresh one does.
type fileWriter struct {
	to   *staging
	data *parquet.GenericWriter[any]
	raw  *parquet.GenericWriter[any]

	out, rawOut *stagedFile
	file        DataFile

	cells [][]parquet.Value // the page under way, by column
	text  []byte            // what its cells alias
	group int64             // rows of the row group under way
	ev    event.Event

	rawCells         [2][]parquet.Value
	rawText          []byte
	rawPage, rawDone int64 // raw bytes of the page and the row group under way
}

func newFileWriter(to *staging) *fileWriter {
	return &fileWriter{to: to, cells: make([][]parquet.Value, len(columns))}
}

// open starts the partition's files.
func (w *fileWriter) open(p partition, batch string) (err error) {
	w.file = DataFile{Class: p.class.String(), Day: p.date(), Source: p.source}
	if w.out, err = w.to.create(dataPath(p.folder(), batch)); err != nil {
		return err
	}
	w.data = parquet.NewGenericWriter[any](w.out, eventOptions()...)
	if w.rawOut = nil; p.class == event.Custody {
		if w.rawOut, err = w.to.create(rawPath(p, batch)); err != nil {
			return err
		}
		w.raw = parquet.NewGenericWriter[any](w.rawOut, rawOptions()...)
	}
	w.group, w.rawDone = 0, 0
	return nil
}

// add writes one row; body and raw are copied.
func (w *fileWriter) add(body, raw []byte) error {
	from := len(w.text)
	w.text = append(w.text, body...)
	ev := &w.ev
	if err := decodeBody(alias(w.text[from:]), ev); err != nil {
		return err
	}
	for i := range columns {
		c := &columns[i]
		v := c.cell(ev)
		if c.bytes != nil { // ev is used again; the page's text is not
			v = parquet.FixedLenByteArrayValue(w.keep(c.bytes(ev)))
		}
		w.cells[i] = append(w.cells[i], v)
	}
	if w.file.Rows == 0 {
		w.file.First, w.file.Last = ev.Time, ev.Time
	}
	w.file.First, w.file.Last = min(w.file.First, ev.Time), max(w.file.Last, ev.Time)
	w.file.Rows++
	if w.rawOut != nil {
		if err := w.addRaw(ev.ID, raw); err != nil {
			return err
		}
	}
	if len(w.cells[0]) >= pageRows || len(w.text) >= pageText {
		return w.flushPage()
	}
	return nil
}

// keep copies bytes to where the page's other text is.
func (w *fileWriter) keep(b []byte) []byte {
	from := len(w.text)
	w.text = append(w.text, b...)
	return w.text[from:]
}

func (w *fileWriter) flushPage() error {
	n := len(w.cells[0])
	if n == 0 {
		return nil
	}
	for i, cw := range w.data.ColumnWriters() {
		if err := flushColumn(cw, &w.cells[i]); err != nil {
			return err
		}
	}
	w.text = w.text[:0]
	if w.group += int64(n); w.group >= groupRows {
		w.group = 0
		return w.data.Flush()
	}
	return nil
}

func flushColumn(cw *parquet.ColumnWriter, cells *[]parquet.Value) error {
	_, err := cw.WriteRowValues(*cells)
	*cells = (*cells)[:0]
	return errors.Join(err, cw.Flush())
}

func (w *fileWriter) addRaw(id event.ID, raw []byte) error {
	from := len(w.rawText)
	w.rawText = append(append(w.rawText, id[:]...), raw...)
	row := w.rawText[from:]
	w.rawCells[0] = append(w.rawCells[0], parquet.FixedLenByteArrayValue(row[:idSize]))
	w.rawCells[1] = append(w.rawCells[1], parquet.ByteArrayValue(row[idSize:]))
	if w.rawPage += int64(len(raw)); w.rawPage >= pageRaw || len(w.rawCells[0]) >= pageRows {
		return w.flushRaw()
	}
	return nil
}

func (w *fileWriter) flushRaw() error {
	if len(w.rawCells[0]) == 0 {
		return nil
	}
	for i, cw := range w.raw.ColumnWriters() {
		if err := flushColumn(cw, &w.rawCells[i]); err != nil {
			return err
		}
	}
	w.rawDone += w.rawPage
	w.rawText, w.rawPage = w.rawText[:0], 0
	if w.rawDone >= groupRaw {
		w.rawDone = 0
		return w.raw.Flush()
	}
	return nil
}

// close finishes the partition's files and describes them.
func (w *fileWriter) close() (DataFile, error) {
	err := errors.Join(w.flushPage(), w.data.Close())
	var bad error
	if w.file.Piece, bad = w.out.finish(); bad != nil {
		err = errors.Join(err, bad)
	}
	if w.rawOut != nil {
		err = errors.Join(err, w.flushRaw(), w.raw.Close())
		raw, bad := w.rawOut.finish()
		w.file.Raw = &raw
		err = errors.Join(err, bad)
	}
	w.out, w.rawOut = nil, nil
	return w.file, err
}

// discard closes the files after an error, so that nothing is held open.
func (w *fileWriter) discard() {
	for _, s := range []*stagedFile{w.out, w.rawOut} {
		if s != nil {
			s.file.Close() // already failed
		}
	}
}
