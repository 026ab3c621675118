package lake

import (
	"cmp"
	"context"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// Select yields the committed activity events in [from, to), UTC nanoseconds,
// that are wanted. want is asked once about every event of that time, in the
// order of Custody, by its kind, time and account; other columns are read only
// for pages that hold a wanted event, and files of other days not at all. The
// event is used again after yield returns; its strings and the account's may be
// kept. An error of yield ends the walk and is returned as it is.
func (lk *Lake) Select(ctx context.Context, from, to int64, want func(kind event.Kind, t int64, account event.Party) bool, yield func(*event.Event) error) error {
	for _, f := range lk.files {
		if f.Class != event.Activity.String() || f.Last < from || f.First >= to {
			continue
		}
		err := lk.inFile(f.Path, func(pf *parquet.File) error {
			for _, g := range pf.RowGroups() {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				rows, err := wantedRows(g, from, to, want)
				if err == nil {
					err = yieldRows(g, rows, yield)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wantedRows finds the rows of a row group to read from its few columns that
// decide.
func wantedRows(g parquet.RowGroup, from, to int64, want func(event.Kind, int64, event.Party) bool) (rows []int64, err error) {
	rows = []int64{}
	chunks := g.ColumnChunks()
	var deciding []*cursor
	defer func() {
		for _, c := range deciding {
			err = cmp.Or(err, c.close())
		}
	}()
	for _, name := range []string{"time", "kind", "account_system", "account_id", "account_name", "account_type"} {
		i := columnIndex[name]
		deciding = append(deciding, newCursor(&columns[i], chunks[i]))
	}
	at := deciding[0]
	var ev event.Event
	for row := range g.NumRows() {
		if err := at.seek(row); err != nil {
			return nil, err
		}
		if ev.Time = at.number(row); ev.Time < from || ev.Time >= to {
			continue
		}
		for _, c := range deciding[1:] {
			if err := c.seek(row); err != nil {
				return nil, err
			}
			c.fill(row, &ev)
		}
		if want(ev.Kind, ev.Time, ev.Account) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Want says whether activity events of this kind on this account are wanted. It
// must give the same answer for the same arguments.
type Want func(kind event.Kind, system, id, name string) bool

// Activity is Select where the time decides nothing further: want is asked but
// once for a run of events on one account.
func (lk *Lake) Activity(ctx context.Context, from, to int64, want Want, yield func(*event.Event) error) error {
	var account event.Party
	var answers [256]int8 // by kind, for the account; 0 = not asked
	return lk.Select(ctx, from, to, func(kind event.Kind, _ int64, p event.Party) bool {
		if p != account {
			account = p
			clear(answers[:])
		}
		if answers[kind] == 0 {
			answers[kind] = -1
			if want(kind, p.System, p.ID, p.Name) {
				answers[kind] = 1
			}
		}
		return answers[kind] > 0
	}, yield)
}

var columnIndex = func() map[string]int {
	m := make(map[string]int, len(columns))
	for i := range columns {
		m[columns[i].name] = i
	}
	return m
}()
