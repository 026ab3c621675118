package judge

import (
	"fmt"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

// Where a source numbers its records on through a silence it lost none, if it
// would have given enough numbers for that to show.
func TestSilencesThatNumbersRunThrough(t *testing.T) {
	gap := [2]int64{start + 100*hour, start + 140*hour}
	for _, c := range []struct {
		run  event.Run
		gaps [][2]int64
		want bool
	}{
		{event.Run{From: 0, To: 999, First: start, Last: start + 200*hour}, nil, true},
		{event.Run{From: 0, To: 199, First: start, Last: start + 200*hour}, nil, false},                                      // 40 numbers: two blocks
		{event.Run{From: 0, To: 199, First: start, Last: start + 200*hour}, [][2]int64{{start, start + 90*hour}, gap}, true}, // given in 70 hours
		{event.Run{From: 0, To: 999, First: start, Last: start + 120*hour}, nil, false},
		{event.Run{From: 0, To: 999, First: start + 130*hour, Last: start + 200*hour}, nil, false},
	} {
		f := FeedCoverage{Feed: event.Feed{Numbered: map[string]event.Numbered{"Security": {Runs: []event.Run{c.run}}}}, Gaps: c.gaps}
		if got := unbroken(f, gap); got != c.want {
			t.Errorf("%v: unbroken %v, want %v", c.run, got, c.want)
		}
	}
}

// A hole in the numbers of a source is said to be one only where all else is
// there, no other collector has what is missing, and its silence is not named.
func TestHolesInRecordNumbers(t *testing.T) {
	run := func(from, to int64, first, last int64) event.Run {
		return event.Run{From: from, To: to - 1, First: start + first*hour, Last: start + last*hour}
	}
	feed := func(line string, noise int64, runs ...event.Run) FeedCoverage {
		f := readFeed(t, line)
		f.Instance, f.System = "dc1", "ad"
		f.Records, f.Unmapped = 1000, noise
		f.Numbered = map[string]event.Numbered{"Security": {Runs: runs}}
		return f
	}
	a, z := run(0, 1600, 0, 20), run(1920, 3200, 21, 40)
	many := []event.Run{a}
	for n := range int64(mostHoles + 1) {
		many = append(many, run(3200+n*1600, 3200+n*1600+800, 30+n, 31+n))
	}
	for _, c := range []struct {
		name    string
		feeds   []FeedCoverage
		silence *gapFacts
		want    string
	}{
		{"a hole", []FeedCoverage{feed("xml", 900, a, z)}, nil, "xml Security 1600-1919 320"},
		{"nothing but what matters for custody", []FeedCoverage{feed("xml", 50, a, z)}, nil, ""},
		{"a few numbers", []FeedCoverage{feed("xml", 900, a, run(1632, 3200, 21, 40))}, nil, ""},
		{"little beside it", []FeedCoverage{feed("xml", 900, a, run(1920, 2000, 21, 22))}, nil, ""},
		{"holes everywhere", []FeedCoverage{feed("xml", 900, many...)}, nil, ""},
		{"another collector has them", []FeedCoverage{feed("beats", 900, run(1440, 2400, 19, 25)), feed("xml", 900, a, z)}, nil, ""},
		{"its silence is named", []FeedCoverage{feed("xml", 900, a, z)}, &gapFacts{Feed: "xml", From: event.When(start + 19*hour), To: event.When(start + 30*hour)}, ""},
		{"another feed was silent", []FeedCoverage{feed("xml", 900, a, z)}, &gapFacts{Feed: "beats", From: event.When(start + 19*hour), To: event.When(start + 30*hour)}, "xml Security 1600-1919 320"},
	} {
		b := newBench(t, nil)
		b.Coverage = NewCoverage(c.feeds, start+1000*hour, nil, nil, nil)
		var silences []*gapFacts
		if c.silence != nil {
			silences = append(silences, c.silence)
		}
		var got []string
		for _, g := range b.numberGaps(silences) {
			got = append(got, fmt.Sprintf("%s %s %d-%d %d", g.Feed, g.Stream, g.FirstNumber, g.LastNumber, g.Missing))
		}
		if said := strings.Join(got, ", "); said != c.want {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
	}
}
