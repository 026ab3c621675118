package lake

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"resetproof/ingest/event"
)

// at gives the event another origin, as in another export of the same log.
func at(ev event.Event, uri string, offset int64) event.Event {
	ev.Origin.URI, ev.Origin.Offset = uri, offset
	return ev
}

func TestSmallestCopyIsKept(t *testing.T) {
	one := sample(1)
	tests := []struct {
		name    string
		batches [][]event.Event
		want    event.Event
	}{
		{"one copy", [][]event.Event{{one}}, one},
		{"smaller URI first", [][]event.Event{{at(one, "a", 9), at(one, "b", 1)}}, at(one, "a", 9)},
		{"smaller URI last", [][]event.Event{{at(one, "b", 1), at(one, "a", 9)}}, at(one, "a", 9)},
		{"smaller offset last", [][]event.Event{{at(one, "a", 10), at(one, "a", 9)}}, at(one, "a", 9)},
		{"later batch, larger", [][]event.Event{{at(one, "a", 9)}, {at(one, "b", 1)}}, at(one, "a", 9)},
		{"later batch, smaller", [][]event.Event{{at(one, "b", 1)}, {at(one, "a", 9)}}, at(one, "a", 9)},
		{"smaller, then larger than both", [][]event.Event{{at(one, "b", 1)}, {at(one, "a", 9)}, {at(one, "c", 0)}}, at(one, "a", 9)},
		{"smaller each time", [][]event.Event{{at(one, "c", 1)}, {at(one, "b", 9)}, {at(one, "a", 0)}}, at(one, "a", 0)},
		{"between the two that were seen", [][]event.Event{{at(one, "c", 1)}, {at(one, "a", 9)}, {at(one, "b", 0)}}, at(one, "a", 9)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lk := open(t, t.TempDir(), Options{})
			records := int64(0)
			for _, batch := range tt.batches {
				mustFill(t, lk, batch)
				records += int64(len(batch))
			}
			same(t, everything(t, lk), []event.Event{tt.want})
			feeds, err := lk.Feeds()
			if err != nil || len(feeds) != 1 {
				t.Fatal(feeds, err)
			}
			f := feeds[0]
			if f.Records != records || f.Mapped != 1 || f.Duplicates != records-1 || f.Kinds["reset.executed"] != 1 || len(f.Kinds) != 1 {
				t.Errorf("feed counts %d records, %d mapped, %d duplicates, kinds %v", f.Records, f.Mapped, f.Duplicates, f.Kinds)
			}
			if err := lk.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEventsOfOneRecordAreNoDuplicates(t *testing.T) {
	one, two := sample(1), sample(1)
	two.ID, two.Index = event.Hash("test", "1", "1"), 1
	lk := open(t, t.TempDir(), Options{})
	mustFill(t, lk, []event.Event{one, two})
	mustFill(t, lk, []event.Event{at(one, "z", 0), at(two, "z", 0)})
	same(t, everything(t, lk), byID([]event.Event{one, two}))
	feeds, err := lk.Feeds()
	if err != nil {
		t.Fatal(err)
	}
	if f := feeds[0]; f.Duplicates != 1 || f.Kinds["reset.executed"] != 2 {
		t.Errorf("one record seen again gives %d duplicates, kinds %v", f.Duplicates, f.Kinds)
	}
}

// The same event exported in two formats has one id but lies in another
// partition and belongs to another feed.
func TestCopyOfAnotherFormatTakesOver(t *testing.T) {
	events := samples(0, 400)
	other := at(events[1], "aa", 0)
	other.Format, other.Feed = "windows-security-xml", "windows-security-xml/acme"
	lk := open(t, t.TempDir(), Options{})
	mustFill(t, lk, events)
	mustFill(t, lk, []event.Event{other})
	want := slices.Clone(events)
	want[1] = other
	same(t, everything(t, lk), byID(want))
	feeds, err := lk.Feeds()
	if err != nil {
		t.Fatal(err)
	}
	var mapped, duplicates []int64
	for _, f := range feeds {
		if f.Records != f.Mapped+f.Duplicates {
			t.Errorf("%s: %d records are not %d mapped and %d duplicates", f.Name, f.Records, f.Mapped, f.Duplicates)
		}
		mapped, duplicates = append(mapped, f.Mapped), append(duplicates, f.Duplicates)
	}
	if !reflect.DeepEqual(mapped, []int64{200, 1, 199}) || !reflect.DeepEqual(duplicates, []int64{0, 0, 1}) {
		t.Errorf("mapped %v, duplicates %v", mapped, duplicates)
	}
	if err := lk.Check(ctx); err != nil {
		t.Error(err)
	}
}

// However a set of events with many copies is cut into batches, the lake gives
// the same rows and the same counts.
func TestOrderOfBatchesDoesNotMatter(t *testing.T) {
	var events []event.Event
	rng := rand.New(rand.NewPCG(7, 7))
	for n := range 1500 {
		for range 1 + rng.IntN(3) {
			events = append(events, at(sample(n), fmt.Sprintf("export-%d", rng.IntN(5)), rng.Int64N(1000)))
		}
	}
	var want []event.Event
	var wantFeeds []event.Feed
	for seed := range uint64(5) {
		lk := open(t, t.TempDir(), Options{Memory: 1})
		rest := shuffled(events, seed)
		for cut := 1 + int(seed); cut > 0; cut-- {
			n := len(rest) / cut
			mustFill(t, lk, rest[:n])
			rest = rest[n:]
		}
		got := everything(t, lk)
		feeds, err := lk.Feeds()
		if err != nil {
			t.Fatal(err)
		}
		if err := lk.Check(ctx); err != nil {
			t.Error(err)
		}
		if seed == 0 {
			want, wantFeeds = got, feeds
			continue
		}
		same(t, got, want)
		if !reflect.DeepEqual(feeds, wantFeeds) {
			t.Errorf("feeds are\n%+v, want\n%+v", feeds, wantFeeds)
		}
	}
	if len(want) != 1500 {
		t.Errorf("%d rows of 1500 events", len(want))
	}
}
