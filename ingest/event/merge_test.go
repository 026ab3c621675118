package event

import (
	"reflect"
	"testing"
)

// TestFeedMergeIgnoresOrder merges three parts of one feed in every order.
func TestFeedMergeIgnoresOrder(t *testing.T) {
	part := func(i int) Feed {
		return []Feed{
			{Source: "b", Records: 3, Mapped: 2, Malformed: 1, First: 50, Last: 90, Lags: map[int64]int64{1: 2},
				MalformedFirst: []Malformed{{URI: "b", Offset: 9}}, UnmappedTypes: map[string]int64{},
				Minutes: map[int64][]byte{1: {1, 0}}, Kinds: map[string]int64{"log.cleared": 1},
				Early: map[int64]int64{9: 1}, Filled: map[string]map[string]int64{"log.cleared": {"actor": 1}}, Fills: map[string][]string{"log.cleared": {"actor"}},
				Numbered: map[string]Numbered{"Security": {Runs: []Run{{From: 0, To: 15, First: 50, Last: 50}, {From: 48, To: 63, First: 60, Last: 90}}}},
				Shows:    []string{"reset.executed"}, Files: []File{{URI: "b", SHA256: "22", Partial: true}}},
			{Source: "c", AlsoFrom: []string{"d"}, Records: 1, Unmapped: 1, First: 10, Last: 20, UnmappedTypes: map[string]int64{"x": 1},
				MalformedFirst: []Malformed{{URI: "a", Offset: 1}},
				Minutes:        map[int64][]byte{1: {2, 4}, 2: {8}}, Kinds: map[string]int64{"log.cleared": 2}, History: HistoryFull,
				Early: map[int64]int64{9: 2}, Filled: map[string]map[string]int64{"log.cleared": {"actor": 1, "ip": 2}},
				Numbered: map[string]Numbered{"Security": {Runs: []Run{{From: 16, To: 47, First: 55, Last: 58}}}, "System": {Scattered: true}},
				Covers:   [2]int64{5, 9}, HostsSeen: []string{"dc2"}, Files: []File{{URI: "b", SHA256: "22"}}},
			{Source: "a", Numbered: map[string]Numbered{"Security": {Runs: []Run{{From: 32, To: 63, First: 57, Last: 91}, {From: 160, To: 175, First: 99, Last: 99}}}},
				ShowsFor: map[string][]string{"self-service": {"identity.verified"}},
				Covers:   [2]int64{1, 6}, HostsSeen: []string{"dc1"}, Files: []File{{URI: "a", SHA256: "11"}}},
		}[i]
	}
	var want *Feed
	for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		f := part(order[0])
		for _, i := range order[1:] {
			p := part(i)
			f.Merge(&p)
		}
		if want == nil {
			want = &f
			continue
		}
		if !reflect.DeepEqual(*want, f) {
			t.Errorf("order %v:\n%+v\nwant\n%+v", order, f, *want)
		}
	}
	if want.Source != "a" || !want.From("a") || !want.From("d") || want.From("e") || len(want.AlsoFrom) != 3 {
		t.Errorf("merged from %s and %q", want.Source, want.AlsoFrom)
	}
	if want.Records != 4 || want.First != 10 || want.Covers != [2]int64{1, 9} || want.Files[1].Partial ||
		want.Minutes[1][0] != 3 || want.Early[9] != 3 || want.Filled["log.cleared"]["actor"] != 2 || want.History != HistoryFull ||
		!reflect.DeepEqual(want.Numbered["Security"].Runs, []Run{{0, 63, 50, 91}, {160, 175, 99, 99}}) || !want.Numbered["System"].Scattered || want.MalformedFirst[0].URI != "a" {
		t.Errorf("merged to %+v", *want)
	}
}
