package lake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/ingest/event"
)

// recordColumns is one column of each type.
var recordColumns = []string{"id", "time", "kind", "place", "line", "index"}

// rowsOf writes a batch down, a line a row, and checks that it is bounded.
func rowsOf(t *testing.T, r arrow.Record) []string {
	t.Helper()
	if r.NumRows() < 1 || r.NumRows() > batchRows {
		t.Errorf("a batch of %d rows", r.NumRows())
	}
	var all []string
	for i := range int(r.NumRows()) {
		all = append(all, fmt.Sprintf("%x %d %s %q %d %d",
			r.Column(0).(*array.FixedSizeBinary).Value(i), r.Column(1).(*array.Timestamp).Value(i), r.Column(2).(*array.String).Value(i),
			r.Column(3).(*array.String).Value(i), r.Column(4).(*array.Int64).Value(i), r.Column(5).(*array.Int64).Value(i)))
	}
	return all
}

// The batches hold what Custody yields, of the kinds and ids asked for, and
// nothing of them stays in memory.
func TestRecords(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	mustFill(t, lk, samples(1, 300))
	mustFill(t, lk, samples(2, 200))
	kinds := []event.Kind{event.ResetExecuted, event.MFAReset, event.TicketOpened}
	odd := func(id event.ID) bool { return id[0]%2 == 1 }
	var want []string
	err := lk.Custody(ctx, func(e *event.Event) error {
		if slices.Contains(kinds, e.Kind) && odd(e.ID) {
			want = append(want, fmt.Sprintf("%x %d %s %q %d %d", e.ID[:], e.Time, e.Kind, e.Place, e.Origin.Line, e.Index))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	var got []string
	err = lk.Records(ctx, mem, recordColumns, kinds, odd, func(r arrow.Record) error {
		got = append(got, rowsOf(t, r)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%d rows\n%s\nwant %d\n%s", len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
}

// Batches end by rows and by bytes, and an error of the reader leaves nothing
// behind.
func TestRecordsAreBounded(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	var many []event.Event
	for n := range 2*batchRows + 10 {
		e := event.Event{Kind: event.ResetExecuted, Time: start + int64(n), Account: event.Party{Name: "ann"}, Feed: "f", ID: event.Hash("many", fmt.Sprint(n))}
		if n < 9 {
			e.Place = strings.Repeat("x", batchBytes/4) // as a hostile log writes it
			e.Time -= int64(time.Hour)
		}
		many = append(many, e)
	}
	mustFill(t, lk, many)
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	every := func(event.ID) bool { return true }
	var sizes []int64
	err := lk.Records(ctx, mem, []string{"place"}, event.Kinds(), every, func(r arrow.Record) error {
		sizes = append(sizes, r.NumRows())
		return nil
	})
	if want := []int64{4, 4, batchRows, batchRows, 2}; err != nil || !slices.Equal(sizes, want) {
		t.Errorf("batches of %d rows, %v, want %d", sizes, err, want)
	}
	failed := fmt.Errorf("enough")
	if err := lk.Records(ctx, mem, []string{"place"}, event.Kinds(), every, func(arrow.Record) error { return failed }); err != failed {
		t.Errorf("an error of yield came back as %v", err)
	}
	if err := lk.Records(ctx, mem, []string{"account"}, nil, every, nil); err == nil {
		t.Error("a column that is not read back was given")
	}
}
