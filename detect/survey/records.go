package survey

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/ingest/event"
)

// Lake is what a survey reads records through.
type Lake interface {
	// Records yields the named columns of the custody events of some kinds whose
	// ids are wanted, as record batches of bounded size whose columns have the
	// order of names. A batch is released when yield returns.
	Records(ctx context.Context, mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error
}

// column is one column that a survey reads, and the field of the event that it
// fills.
type column struct {
	name string
	typ  arrow.DataType
	text func(*event.Event) *string
	num  func(*event.Event) *int64
	hash func(*event.Event) []byte
	code named // of kinds and outcomes
}

// named reads and sets a field by its name.
type named struct {
	of  func(*event.Event) string
	set func(*event.Event, string)
}

func word(name string, at func(*event.Event) *string) column {
	return column{name: name, typ: arrow.BinaryTypes.String, text: at}
}

// columns are all that any survey reads, by their names in the lake.
var columns = []column{
	{name: "id", typ: &arrow.FixedSizeBinaryType{ByteWidth: len(event.ID{})}, hash: func(e *event.Event) []byte { return e.ID[:] }},
	{name: "time", typ: arrow.FixedWidthTypes.Timestamp_ns, num: func(e *event.Event) *int64 { return &e.Time }},
	{name: "kind", typ: arrow.BinaryTypes.String, code: named{
		of:  func(e *event.Event) string { return e.Kind.String() },
		set: func(e *event.Event, name string) { e.Kind, _ = event.ParseKind(name) },
	}},
	{name: "outcome", typ: arrow.BinaryTypes.String, code: named{
		of: func(e *event.Event) string { return e.Outcome.String() },
		set: func(e *event.Event, name string) {
			if name == event.Failure.String() {
				e.Outcome = event.Failure
			}
		},
	}},
	word("system", func(e *event.Event) *string { return &e.System }),
	word("account_system", func(e *event.Event) *string { return &e.Account.System }),
	word("account_id", func(e *event.Event) *string { return &e.Account.ID }),
	word("account_name", func(e *event.Event) *string { return &e.Account.Name }),
	word("account_type", func(e *event.Event) *string { return &e.Account.Type }),
	word("credential", func(e *event.Event) *string { return &e.Credential }),
	word("credential_id", func(e *event.Event) *string { return &e.CredentialID }),
	word("method", func(e *event.Event) *string { return &e.Method }),
	word("ip", func(e *event.Event) *string { return &e.IP }),
	word("place", func(e *event.Event) *string { return &e.Place }),
	word("device", func(e *event.Event) *string { return &e.Device }),
	word("host", func(e *event.Event) *string { return &e.Host }),
	word("feed", func(e *event.Event) *string { return &e.Feed }),
	word("format", func(e *event.Event) *string { return &e.Format }),
	word("uri", func(e *event.Event) *string { return &e.Origin.URI }),
	{name: "offset", typ: arrow.PrimitiveTypes.Int64, num: func(e *event.Event) *int64 { return &e.Origin.Offset }},
	{name: "length", typ: arrow.PrimitiveTypes.Int64, num: func(e *event.Event) *int64 { return &e.Origin.Length }},
	{name: "line", typ: arrow.PrimitiveTypes.Int64, num: func(e *event.Event) *int64 { return &e.Origin.Line }},
	{name: "sha256", typ: &arrow.FixedSizeBinaryType{ByteWidth: len(event.Origin{}.SHA256)}, hash: func(e *event.Event) []byte { return e.Origin.SHA256[:] }},
}

// Columns names all that any survey reads.
func Columns() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// schemaOf finds the named columns.
func schemaOf(names []string) ([]*column, *arrow.Schema) {
	found := make([]*column, len(names))
	fields := make([]arrow.Field, len(names))
	for i, n := range names {
		found[i] = &columns[slices.IndexFunc(columns, func(c column) bool { return c.name == n })]
		fields[i] = arrow.Field{Name: n, Type: found[i].typ}
	}
	return found, arrow.NewSchema(fields, nil)
}

// each yields the events of every batch that the lake has of some kinds and
// ids, with the named fields filled; the event is used again after each.
func (s *survey) each(names []string, kinds []event.Kind, want func(event.ID) bool, yield func(*event.Event)) error {
	read, schema := schemaOf(names)
	return s.lake.Records(s.ctx, s.mem, names, kinds, want, func(r arrow.Record) error {
		if !r.Schema().Equal(schema) {
			return fmt.Errorf("the lake gives %s, wants %s", r.Schema(), schema)
		}
		for row := range int(r.NumRows()) {
			var e event.Event
			for i, c := range read {
				switch cells := r.Column(i).(type) {
				case *array.FixedSizeBinary:
					copy(c.hash(&e), cells.Value(row))
				case *array.Timestamp:
					*c.num(&e) = int64(cells.Value(row))
				case *array.Int64:
					*c.num(&e) = cells.Value(row)
				case *array.String:
					if c.text == nil {
						c.code.set(&e, cells.Value(row))
					} else {
						*c.text(&e) = s.keep(cells.Value(row))
					}
				}
			}
			yield(&e)
		}
		return nil
	})
}

// keep gives a text of its own, for a batch's lives no longer than the batch;
// equal texts share one.
func (s *survey) keep(text string) string {
	kept, has := s.texts[text]
	if !has {
		kept = string(append([]byte(nil), text...))
		s.texts[kept] = kept
	}
	return kept
}

// batchRows bounds a batch of events in memory.
const batchRows = 1024

// Records gives events that are held in memory as a lake would give those of
// its files: for examples and tests.
func Records(mem memory.Allocator, events []event.Event, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error {
	read, schema := schemaOf(names)
	b := array.NewRecordBuilder(mem, schema)
	defer b.Release()
	flush := func() error {
		r := b.NewRecord()
		defer r.Release()
		if r.NumRows() == 0 {
			return nil
		}
		return yield(r)
	}
	rows := 0
	for i := range events {
		e := &events[i]
		if e.Kind.Class() != event.Custody || !slices.Contains(kinds, e.Kind) || !want(e.ID) {
			continue
		}
		for i, c := range read {
			switch into := b.Field(i).(type) {
			case *array.FixedSizeBinaryBuilder:
				into.Append(c.hash(e))
			case *array.TimestampBuilder:
				into.Append(arrow.Timestamp(*c.num(e)))
			case *array.Int64Builder:
				into.Append(*c.num(e))
			case *array.StringBuilder:
				if c.text == nil {
					into.Append(c.code.of(e))
				} else {
					into.Append(*c.text(e))
				}
			}
		}
		if rows++; rows%batchRows == 0 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
