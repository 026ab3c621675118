package lake

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// COLUMNS.md and the files agree on names, order and types.
func TestColumnsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("COLUMNS.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 7 || strings.HasPrefix(cells[1], "-") || strings.TrimSpace(cells[1]) == "column" {
			continue
		}
		for i := 1; i < 6; i++ {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[4] == "" || cells[5] == "" {
			t.Errorf("%s has no meaning or no example", cells[1])
		}
		documented = append(documented, cells[1]+" "+cells[2])
	}
	var written []string
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	m := mustFill(t, lk, samples(1, 2))
	for _, path := range []string{m.Files[0].Path, m.Files[0].Raw.Path} {
		err := lk.inFile(path, func(pf *parquet.File) error {
			for _, f := range pf.Schema().Fields() {
				written = append(written, f.Name()+" "+documentedType(f))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := strings.Join(documented, "\n"), strings.Join(written, "\n"); got != want {
		t.Errorf("COLUMNS.md says\n%s\nthe files have\n%s", got, want)
	}
}

func documentedType(f parquet.Field) string {
	switch k := f.Type().Kind(); {
	case f.Optional() || f.Repeated():
		return "optional"
	case k == parquet.Int64 && f.Type().LogicalType() != nil && strings.HasPrefix(f.Type().String(), "TIMESTAMP"):
		return "timestamp"
	case k == parquet.Int64:
		return "integer"
	case k == parquet.FixedLenByteArray:
		return fmt.Sprintf("bytes(%d)", f.Type().Length())
	case k == parquet.ByteArray && f.Type().LogicalType() != nil:
		return "text"
	}
	return "bytes"
}

// Other readers find few rows by page index and Bloom filter.
func TestFilesHaveSmallPagesIndexesAndBloomFilters(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	events := samples(0, 12000)
	for i := range events {
		events[i].Time, events[i].Format, events[i].Kind = start+int64(i), "okta-system-log", event.SigninFailed
	}
	m := mustFill(t, lk, events)
	b, err := os.ReadFile(filepath.Join(lk.dir, m.Files[0].Path))
	if err != nil {
		t.Fatal(err)
	}
	pf, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for i, chunk := range pf.RowGroups()[0].ColumnChunks() {
		offsets, err := chunk.OffsetIndex()
		if err != nil {
			t.Fatal(columns[i].name, err)
		}
		if _, err := chunk.ColumnIndex(); err != nil {
			t.Error(columns[i].name, err)
		}
		for p := range offsets.NumPages() - 1 {
			if n := offsets.FirstRowIndex(p+1) - offsets.FirstRowIndex(p); n > pageRows {
				t.Errorf("a page of %s has %d rows", columns[i].name, n)
			}
		}
		if offsets.NumPages() < 12 {
			t.Errorf("%s has %d pages for 12,000 rows", columns[i].name, offsets.NumPages())
		}
		filter := chunk.BloomFilter()
		if (filter != nil) != columns[i].bloom {
			t.Errorf("%s has a Bloom filter: %v", columns[i].name, filter != nil)
		}
		if columns[i].name == "session" {
			for session, want := range map[string]bool{"s-77": true, "s-none": false} {
				if got, err := filter.Check(parquet.ValueOf(session)); err != nil || got != want {
					t.Errorf("the filter says %v of %s, %v", got, session, err)
				}
			}
		}
	}
	if s := pf.RowGroups()[0].SortingColumns(); len(s) != 3 || s[0].Path()[0] != "account" || s[1].Path()[0] != "time" || s[2].Path()[0] != "id" {
		t.Errorf("the file says it is sorted by %v", s)
	}
}

func TestRowsAreSortedByAccountTimeAndID(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	m := mustFill(t, lk, shuffled(samples(0, 3000), 1))
	for _, f := range m.Files {
		last := ""
		err := lk.scan(f, false, func(ev *event.Event) error {
			key := string(appendRowKey(nil, 0, ev))
			if key <= last {
				t.Errorf("%s: %s comes after a later row", f.Path, ev.ID)
			}
			last = key
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAccountKey(t *testing.T) {
	tests := []struct {
		account event.Party
		want    string
	}{
		{event.Party{System: "okta", ID: "00uA", Name: "Ann@acme.example"}, "okta:00ua"},
		{event.Party{System: "ad", Name: `ACME\Ann`}, `ad:acme\ann`},
		{event.Party{Name: "Ann"}, ":ann"},
		{event.Party{}, ""},
		{event.Party{ID: strings.Repeat("x", 255) + "é"}, ":" + strings.Repeat("x", 255)},
	}
	for _, tt := range tests {
		if got := accountKey(&event.Event{Account: tt.account}); got != tt.want {
			t.Errorf("%+v sorts as %q, want %q", tt.account, got, tt.want)
		}
	}
}

func TestActivityYieldsWhatIsWanted(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	events := samples(0, 6000)
	mustFill(t, lk, events)
	day := start - start%nanosecondsADay
	tests := []struct {
		name     string
		from, to int64
		want     Want
	}{
		{"one account", -1 << 63, 1<<63 - 1, func(_ event.Kind, system, id, name string) bool {
			return system == "okta" && id == "00u3" && name == "Ann3@acme.example"
		}},
		{"one kind", -1 << 63, 1<<63 - 1, func(k event.Kind, _, _, _ string) bool { return k == event.SigninFailed }},
		{"one day", day, day + nanosecondsADay, func(event.Kind, string, string, string) bool { return true }},
		{"half-open", events[4].Time, events[8].Time, func(event.Kind, string, string, string) bool { return true }},
		{"one account within hours", day + nanosecondsADay/2, day + nanosecondsADay, func(_ event.Kind, _, id, _ string) bool { return id == "00u5" }},
		{"none", day - nanosecondsADay, day, func(event.Kind, string, string, string) bool { return true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want, got []event.Event
			for _, e := range events {
				if e.Kind.Class() == event.Activity && e.Time >= tt.from && e.Time < tt.to && tt.want(e.Kind, e.Account.System, e.Account.ID, e.Account.Name) {
					want = append(want, e)
				}
			}
			err := lk.Activity(ctx, tt.from, tt.to, tt.want, func(e *event.Event) error { got = append(got, *e); return nil })
			if err != nil {
				t.Fatal(err)
			}
			same(t, byID(got), byID(want))
		})
	}
}

func TestSelectAsksAboutEveryEventOfTheTime(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	events := samples(0, 3000)
	mustFill(t, lk, events)
	from, to := start+nanosecondsADay/3, start+2*nanosecondsADay
	asked := 0
	var got, want []event.Event
	near := func(kind event.Kind, at int64, p event.Party) bool {
		return kind == event.SigninSucceeded && at%(3*int64(time.Hour)) < int64(time.Hour) && p.Type == "person" && p.ID == "00u4"
	}
	err := lk.Select(ctx, from, to, func(k event.Kind, at int64, p event.Party) bool { asked++; return near(k, at, p) },
		func(e *event.Event) error { got = append(got, *e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	inTime := 0
	for _, e := range events {
		if e.Kind.Class() != event.Activity || e.Time < from || e.Time >= to {
			continue
		}
		inTime++
		if near(e.Kind, e.Time, e.Account) {
			want = append(want, e)
		}
	}
	if asked != inTime || len(want) == 0 {
		t.Errorf("asked %d times about %d events", asked, inTime)
	}
	same(t, byID(got), byID(want))
}

func TestRawRecordsAreFoundAndStandOnlyInTheRawColumn(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	events := samples(0, 2000)
	events[1].Raw = bytes.Repeat([]byte("long"), 200000) // a record larger than a page
	mustFill(t, lk, events)
	for _, n := range []int{1, 997, 1601, 1997} {
		raw, err := lk.Raw(ctx, events[n].ID)
		if err != nil || !bytes.Equal(raw, events[n].Raw) {
			t.Errorf("record %d is %.40q, %v", n, raw, err)
		}
	}
	for _, id := range []event.ID{events[2].ID, event.Hash("nobody")} { // activity, unknown
		if raw, err := lk.Raw(ctx, id); raw != nil || err != nil {
			t.Errorf("%s has a record: %q, %v", id, raw, err)
		}
	}
	for name, text := range contents(t, dir) {
		if strings.Contains(text, "hunter") && !strings.HasPrefix(name, "raw") {
			t.Errorf("%s holds a secret of a record", name)
		}
	}
}

func TestKnownFiles(t *testing.T) {
	lk := open(t, t.TempDir(), Options{})
	b, err := lk.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	feeds := []event.Feed{{Name: "okta-system-log/acme", Files: []event.File{{URI: "a", SHA256: "aa"}, {URI: "b", SHA256: "bb", Partial: true}, {URI: "c"}}}}
	if _, err := b.Commit(feeds); err != nil {
		t.Fatal(err)
	}
	for sha, want := range map[string]bool{"aa": true, "bb": false, "": false, "cc": false} {
		if _, known := lk.KnownFiles()[sha]; known != want {
			t.Errorf("file %q is known: %v", sha, !want)
		}
	}
}
