package judge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// A feed whose records were written before they happened has a wrong clock
// somewhere; one whose records come late has a lag.
func TestRecordsWrittenBeforeTheyHappened(t *testing.T) {
	for _, c := range []struct {
		name        string
		early, lags map[int64]int64
		want        string
	}{
		{"most are", map[int64]int64{420: 18, 400: 1}, map[int64]int64{3: 1}, "f written 20 19 -7m0s"},
		{"some were dated ahead by hand", map[int64]int64{86400: 5}, map[int64]int64{3: 15}, ""},
		{"by less than clocks may differ", map[int64]int64{200: 20}, nil, ""},
		{"few", map[int64]int64{420: 9}, nil, ""},
		{"all are late", nil, map[int64]int64{900: 50}, ""},
		{"no time of writing", nil, nil, ""},
	} {
		b := newBench(t, nil)
		b.Coverage = NewCoverage([]FeedCoverage{{Feed: event.Feed{Name: "f", Early: c.early, Lags: c.lags}}}, start, nil, nil, nil)
		var got []string
		for _, s := range b.sortedSkews() {
			got = append(got, fmt.Sprintf("%s %s %d %d %s", s.Subject, s.How, s.Pairs, s.Beyond, s.Median))
		}
		if said := strings.Join(got, ", "); said != c.want {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
	}
}

// Of two acts nobody can say which of them was copied.
func TestCopiesOfTwoActsAreNotCompared(t *testing.T) {
	acts := func(originals ...float64) *custody.Case {
		c := reset(rules.Recovery, rules.Assisted, originals[0])
		c.Steps[custody.Executed] = nil
		for _, at := range originals {
			s := stepAt(event.ResetExecuted, at, "sam")
			s.System, s.Feed = "ad", "dc1"
			c.Steps[custody.Executed] = append(c.Steps[custody.Executed], s)
		}
		s := stepAt(event.ResetExecuted, originals[0]-0.12, "Sync_AAD")
		s.System, s.Feed = "entra", "entra"
		c.Steps[custody.Executed] = append(c.Steps[custody.Executed], s)
		return c
	}
	for _, c := range []struct {
		originals []float64
		want      int
	}{{[]float64{50}, 1}, {[]float64{50, 50.1}, 0}} {
		b := newBench(t, nil)
		for range leastPairs {
			b.clocks(acts(c.originals...))
		}
		if got := b.sortedSkews(); len(got) != c.want {
			t.Errorf("%d originals: %d disagreements, want %d", len(c.originals), len(got), c.want)
		} else if c.want == 1 && (got[0].Median != -432*time.Second || got[0].Feed != "entra") {
			t.Errorf("%s by %s, want entra by -7m12s", got[0].Feed, got[0].Median)
		}
	}
}
