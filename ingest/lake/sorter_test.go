package lake

import (
	"cmp"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

func TestSorterOrdersByKeyTimeAndID(t *testing.T) {
	events := samples(0, 9000)
	keys := []string{"ann", "ann\x00", "ann\x00b", "anna", "", "bob", strings.Repeat("long", 50), strings.Repeat("long", 50) + "er"}
	for i := range events {
		events[i].Time = start - 3 + int64(i%7) - 5*start*int64(i%2) // before 1970 too
	}
	for _, memory := range []int64{1, 1 << 30} {
		dir := t.TempDir()
		s, err := NewSorter(dir, memory)
		if err != nil {
			t.Fatal(err)
		}
		type row struct {
			key string
			ev  event.Event
		}
		var want, got []row
		for i := range events {
			want = append(want, row{keys[i%len(keys)], events[i]})
			if err := s.Add(keys[i%len(keys)], &events[i]); err != nil {
				t.Fatal(err)
			}
		}
		if spilled := len(s.rows.runs) > 1; spilled != (memory == 1) {
			t.Fatalf("with %d bytes spilled is %v", memory, spilled)
		}
		slices.SortFunc(want, func(a, b row) int {
			if a.key != b.key {
				return strings.Compare(a.key, b.key)
			}
			if a.ev.Time != b.ev.Time {
				return cmp.Compare(a.ev.Time, b.ev.Time)
			}
			return strings.Compare(a.ev.ID.String(), b.ev.ID.String())
		})
		err = s.Sorted(func(key string, ev *event.Event) error {
			got = append(got, row{key, *ev})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Error("not in order of key, time and id, or changed on the way")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

func TestSorterMergesManyRuns(t *testing.T) {
	s, err := NewSorter(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.rows.limit = 1 // each event is a run
	events := samples(0, 3*maxRuns)
	for i := range events {
		if err := s.Add("k", &events[i]); err != nil {
			t.Fatal(err)
		}
	}
	if s.rows.made < 2*maxRuns {
		t.Fatalf("only %d runs were made", s.rows.made)
	}
	n, last := 0, int64(-1)
	err = s.Sorted(func(_ string, ev *event.Event) error {
		if ev.Time < last {
			return errors.New("out of order")
		}
		last = ev.Time
		n++
		return nil
	})
	if err != nil || n != len(events) {
		t.Errorf("%d events, %v", n, err)
	}
}

func TestSorterStopsAtTheCallersError(t *testing.T) {
	s, err := NewSorter(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, ev := range samples(0, 3) {
		if err := s.Add("k", &ev); err != nil {
			t.Fatal(err)
		}
	}
	enough := errors.New("enough")
	n := 0
	if err := s.Sorted(func(string, *event.Event) error { n++; return enough }); err != enough || n != 1 {
		t.Errorf("%d events, %v", n, err)
	}
}
