package lake

import (
	"cmp"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// selection finds the wanted rows of a row group from few columns, so that the
// others are read for those rows only.
type selection struct {
	from, to int64
	all      bool // every row lies in [from, to)
	want     Want

	// What was asked of the account under way, by kind: rows of one account
	// stand together. 0 = not asked.
	answers [256]int8
	parties [3]string
}

func (s *selection) rows(g parquet.RowGroup) (rows []int64, err error) {
	rows = []int64{}
	chunks := g.ColumnChunks()
	open := func(name string) *cursor {
		i := columnIndex[name]
		return newCursor(&columns[i], chunks[i])
	}
	kind := open("kind")
	party := [3]*cursor{open("account_system"), open("account_id"), open("account_name")}
	cursors := []*cursor{kind, party[0], party[1], party[2]}
	var at *cursor
	if !s.all {
		at = open("time")
		cursors = append(cursors, at)
	}
	defer func() {
		for _, c := range cursors {
			err = cmp.Or(err, c.close())
		}
	}()
	for row := range g.NumRows() {
		for _, c := range cursors {
			if err := c.seek(row); err != nil {
				return nil, err
			}
		}
		if at != nil {
			if t := at.number(row); t < s.from || t >= s.to {
				continue
			}
		}
		var now [3]string
		for i, c := range party {
			if !c.empty {
				now[i] = c.string(row)
			}
		}
		if s.wanted(event.Kind(kind.number(row)), now) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (s *selection) wanted(kind event.Kind, party [3]string) bool {
	if party != s.parties {
		s.parties = party
		clear(s.answers[:])
	}
	if s.answers[kind] == 0 {
		s.answers[kind] = -1
		if s.want(kind, party[0], party[1], party[2]) {
			s.answers[kind] = 1
		}
	}
	return s.answers[kind] > 0
}

var columnIndex = func() map[string]int {
	m := make(map[string]int, len(columns))
	for i := range columns {
		m[columns[i].name] = i
	}
	return m
}()
