package lake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// Limits of a record batch, so that reading takes the same memory however much
// the lake holds. A batch of places and addresses has some 100 bytes a row; the
// limit in bytes is for hostile text, and keeps 32-bit offsets far from their end.
const (
	batchRows  = 4096
	batchBytes = 8 << 20
)

// Records reads the named columns of the committed custody events of some kinds
// whose ids are wanted, and yields them as Arrow record batches whose columns
// have the order of names. Texts and names are strings, times timestamps in UTC
// nanoseconds (0 = not stated), digests fixed-size binaries, counts int64. Rows
// come in the order of Custody. A batch is released when yield returns; to keep
// it, retain it. An error of yield ends the walk and is returned as it is.
//
// Only the pages that hold wanted rows are read, beside those of id and kind.
func (lk *Lake) Records(ctx context.Context, mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error {
	b, err := newBatcher(mem, names, kinds, want, yield)
	if err != nil {
		return err
	}
	defer b.into.Release()
	for _, f := range lk.files {
		if f.Class != event.Custody.String() {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := lk.inFile(f.Path, b.file); err != nil {
			return err
		}
	}
	return b.flush()
}

// batcher gathers rows of row groups into batches.
type batcher struct {
	columns  []*column
	id, kind int // their places in the table of columns
	kinds    []event.Kind
	want     func(event.ID) bool
	yield    func(arrow.Record) error
	into     *array.RecordBuilder
	rows     int
	bytes    int
}

func newBatcher(mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) (*batcher, error) {
	b := &batcher{kinds: kinds, want: want, yield: yield, id: columnAt("id"), kind: columnAt("kind")}
	var fields []arrow.Field
	for _, n := range names {
		at := columnAt(n)
		if at < 0 || columns[at].derived != nil {
			return nil, fmt.Errorf("the lake has no column %q to read", n)
		}
		b.columns = append(b.columns, &columns[at])
		fields = append(fields, arrow.Field{Name: n, Type: columns[at].arrowType()})
	}
	b.into = array.NewRecordBuilder(mem, arrow.NewSchema(fields, nil))
	return b, nil
}

func columnAt(name string) int {
	return slices.IndexFunc(columns, func(c column) bool { return c.name == name })
}

func (c *column) arrowType() arrow.DataType {
	switch c.form {
	case instant:
		return arrow.FixedWidthTypes.Timestamp_ns
	case count:
		return arrow.PrimitiveTypes.Int64
	case digest:
		return &arrow.FixedSizeBinaryType{ByteWidth: len(c.bytes(new(event.Event)))}
	}
	return arrow.BinaryTypes.String
}

func (b *batcher) file(pf *parquet.File) error {
	for _, g := range pf.RowGroups() {
		if err := b.group(g); err != nil {
			return err
		}
	}
	return nil
}

func (b *batcher) group(g parquet.RowGroup) (err error) {
	chunks := g.ColumnChunks()
	id, kind := newCursor(&columns[b.id], chunks[b.id]), newCursor(&columns[b.kind], chunks[b.kind])
	cursors := []*cursor{id, kind}
	defer func() {
		for _, c := range cursors {
			err = cmp.Or(err, c.close())
		}
	}()
	for _, c := range b.columns {
		cursors = append(cursors, newCursor(c, chunks[columnAt(c.name)]))
	}
	for row := range g.NumRows() {
		if err := kind.seek(row); err != nil {
			return err
		}
		if !slices.Contains(b.kinds, event.Kind(kind.number(row))) {
			continue
		}
		if err := id.seek(row); err != nil {
			return err
		}
		var known event.ID
		if copy(known[:], id.bytes(row)); !b.want(known) {
			continue
		}
		if err := b.add(cursors[2:], row); err != nil {
			return err
		}
	}
	return nil
}

// add appends one row, and hands the batch over when it is full.
func (b *batcher) add(cursors []*cursor, row int64) error {
	for i, c := range cursors {
		if err := c.seek(row); err != nil {
			return err
		}
		switch into := b.into.Field(i).(type) {
		case *array.TimestampBuilder:
			into.Append(arrow.Timestamp(c.number(row)))
		case *array.Int64Builder:
			into.Append(c.number(row))
		case *array.FixedSizeBinaryBuilder:
			value := c.bytes(row)
			if len(value) != into.Type().(*arrow.FixedSizeBinaryType).ByteWidth {
				return fmt.Errorf("column %s: %w", c.column.name, errDamaged)
			}
			into.Append(value)
		case *array.StringBuilder:
			s := c.string(row)
			into.Append(s)
			b.bytes += len(s)
		}
	}
	if b.rows++; b.rows < batchRows && b.bytes < batchBytes {
		return nil
	}
	return b.flush()
}

// flush yields what was gathered, if anything was.
func (b *batcher) flush() error {
	if b.rows == 0 {
		return nil
	}
	b.rows, b.bytes = 0, 0
	r := b.into.NewRecord()
	defer r.Release()
	return b.yield(r)
}
