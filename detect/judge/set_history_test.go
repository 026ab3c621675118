package judge

import (
	"fmt"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

// How far back a source reaches is told by its oldest record, against the end
// of all logs; where something may lie before that record it cannot be told.
func TestHistories(t *testing.T) {
	full := func(line string, change func(*event.Feed)) FeedCoverage {
		f := readFeed(t, line)
		f.History, f.Minutes, f.Format = event.HistoryFull, map[int64][]byte{0: {1}, 1: {1}}, "f"
		if change != nil {
			change(&f.Feed)
		}
		return f
	}
	for _, c := range []struct {
		name  string
		feeds []FeedCoverage
		want  string
	}{
		{"one", []FeedCoverage{full("a from=0 to=100", nil)}, "a 100h"},
		{"quiet for long at its end", []FeedCoverage{full("a from=0 to=100", nil), readFeed(t, "b from=50 to=900")}, "a 900h"},
		{"a new computer of an old source", []FeedCoverage{
			full("a from=0 to=100", nil), full("b from=90 to=100", func(f *event.Feed) { f.Source = "a" })}, "a 100h"},
		{"quiet at first, and the config says so", []FeedCoverage{full("a from=0 to=100", func(f *event.Feed) { f.Covers = [2]int64{start - 300*hour, start + 100*hour} })}, "a 400h"},
		{"not said to be whole", []FeedCoverage{readFeed(t, "a from=0 to=100")}, ""},
		{"read in part", []FeedCoverage{full("a from=0 to=100", func(f *event.Feed) { f.Files = []event.File{{Partial: true}} })}, ""},
		{"later than now", []FeedCoverage{full("a from=0 to=2000", nil)}, "a 1000h"},
	} {
		b := newBench(t, nil)
		sortFeeds(c.feeds)
		b.Coverage = NewCoverage(c.feeds, start+1000*hour, nil, nil, nil)
		var got []string
		for _, h := range b.histories() {
			got = append(got, fmt.Sprintf("%s %.0fh", h.Source, h.Reaches.Hours()))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}
