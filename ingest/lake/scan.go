package lake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"resetproof/ingest/event"
)

// Physical types of the lake's columns, as the library names them.
const (
	parquetInt64 = encoding.Int64
	parquetBytes = encoding.ByteArray
	parquetFixed = encoding.FixedLenByteArray
)

// Custody yields every committed custody event, without its raw record, in an
// order that is the same each time but otherwise unspecified. The event is used
// again after yield returns; its strings may be kept. An error of yield ends
// the walk and is returned as it is.
func (lk *Lake) Custody(ctx context.Context, yield func(*event.Event) error) error {
	for _, f := range lk.files {
		if f.Class != event.Custody.String() {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := lk.scan(f, false, yield); err != nil {
			return err
		}
	}
	return nil
}

// Raw gives the record behind a custody event as it was written, nil if the
// lake holds no such event. It may hold secrets.
func (lk *Lake) Raw(ctx context.Context, id event.ID) ([]byte, error) {
	h, err := lk.openHistory()
	if err != nil {
		return nil, err
	}
	at, found, err := h.find(id)
	if err := errors.Join(err, h.close()); err != nil || !found {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for _, f := range lk.files {
		if f.Path == at.file && f.Raw != nil {
			return lk.rawRecord(f.Raw.Path, id)
		}
	}
	return nil, nil
}

func (lk *Lake) rawRecord(path string, id event.ID) (raw []byte, err error) {
	err = lk.inFile(path, func(pf *parquet.File) error {
		for _, g := range pf.RowGroups() {
			r := newRawReader(g)
			for row := range g.NumRows() {
				if err := r.id.seek(row); err != nil {
					return errors.Join(err, r.close())
				}
				if string(r.id.bytes(row)) != string(id[:]) {
					continue
				}
				err := r.raw.seek(row)
				if err == nil {
					raw = append([]byte{}, r.raw.bytes(row)...)
				}
				return errors.Join(err, r.close())
			}
			if err := r.close(); err != nil {
				return err
			}
		}
		return nil
	})
	return raw, err
}

// rawReader reads a row group of a raw file.
type rawReader struct{ id, raw *cursor }

func newRawReader(g parquet.RowGroup) *rawReader {
	chunks := g.ColumnChunks()
	return &rawReader{newCursor(&column{name: rawID}, chunks[0]), newCursor(&column{name: rawColumn}, chunks[1])}
}

func (r *rawReader) close() error { return errors.Join(r.id.close(), r.raw.close()) }

// inFile opens a committed Parquet file. An error of read is returned as it is.
func (lk *Lake) inFile(path string, read func(*parquet.File) error) (err error) {
	f, err := os.Open(lk.locate(path))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	pf, err := openParquet(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return read(pf)
}

func openParquet(f io.ReaderAt, size int64) (pf *parquet.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	pf, err = parquet.OpenFile(f, size, parquet.SkipBloomFilters(true), parquet.ReadBufferSize(readBuffer))
	if err == nil && len(pf.Schema().Fields()) != len(columns) && len(pf.Schema().Fields()) != len(rawSchema.Fields()) {
		err = errors.New("not a file of this lake's schema")
	}
	return pf, err
}

// scan yields all rows of a file, with their raw records if raw is set.
func (lk *Lake) scan(f DataFile, raw bool, yield func(*event.Event) error) error {
	if !raw || f.Raw == nil {
		return lk.inFile(f.Path, func(pf *parquet.File) error {
			for _, g := range pf.RowGroups() {
				if err := yieldRows(g, nil, yield); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return lk.inFile(f.Raw.Path, func(pf *parquet.File) error {
		in := &rawWalk{groups: pf.RowGroups()}
		err := lk.scan(f, false, func(ev *event.Event) error {
			var err error
			if ev.Raw, err = in.next(); err != nil {
				return err
			}
			return yield(ev)
		})
		return cmp.Or(err, in.close())
	})
}

// rawWalk reads the raw records of a file one after the other.
type rawWalk struct {
	groups []parquet.RowGroup
	reader *rawReader
	row    int64
}

func (w *rawWalk) next() ([]byte, error) {
	for w.reader == nil || w.row == w.groups[0].NumRows() {
		if w.reader != nil {
			if err := w.close(); err != nil {
				return nil, err
			}
			w.groups = w.groups[1:]
		}
		if len(w.groups) == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		w.reader, w.row = newRawReader(w.groups[0]), 0
	}
	err := w.reader.raw.seek(w.row)
	if err != nil {
		return nil, err
	}
	w.row++
	return w.reader.raw.bytes(w.row - 1), nil
}

func (w *rawWalk) close() error {
	if w.reader == nil {
		return nil
	}
	err := w.reader.close()
	w.reader = nil
	return err
}

// yieldRows yields the given rows of a row group in ascending order, all of
// them if rows is nil.
func yieldRows(g parquet.RowGroup, rows []int64, yield func(*event.Event) error) (err error) {
	n := int64(len(rows))
	if rows == nil {
		n = g.NumRows()
	}
	if n == 0 {
		return nil
	}
	cursors := make([]*cursor, 0, len(columns))
	defer func() {
		for _, c := range cursors {
			err = cmp.Or(err, c.close())
		}
	}()
	for i, chunk := range g.ColumnChunks() {
		if columns[i].derived == nil {
			cursors = append(cursors, newCursor(&columns[i], chunk))
		}
	}
	var ev event.Event
	for i := range n {
		row := i
		if rows != nil {
			row = rows[i]
		}
		ev = event.Event{}
		for _, c := range cursors {
			if err := c.seek(row); err != nil {
				return err
			}
			c.fill(row, &ev)
		}
		if err := yield(&ev); err != nil {
			return err
		}
	}
	return nil
}
