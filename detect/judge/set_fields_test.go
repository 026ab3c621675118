package judge

import (
	"slices"
	"strings"
	"testing"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// That a field is never filled is not said of records that an older batch did
// not count, and the number of records leaves copies out.
func TestFieldsThatAreNeverFilled(t *testing.T) {
	feed := func(kinds, counted int64, actor int64) event.Feed {
		return event.Feed{
			Kinds: map[string]int64{"reset.approved": kinds}, Fills: map[string][]string{"reset.approved": {"actor"}},
			Filled: map[string]map[string]int64{"reset.approved": {event.FilledOf: counted, "actor": actor}},
		}
	}
	who := vitals[slices.IndexFunc(vitals, func(v vital) bool { return v.says == "who approved" })]
	for _, c := range []struct {
		feed event.Feed
		want int64
	}{{feed(60, 60, 0), 60}, {feed(60, 90, 0), 60}, {feed(60, 40, 0), 0}, {feed(60, 60, 1), 0}, {event.Feed{Kinds: map[string]int64{"reset.approved": 60}}, 0}} {
		if got := who.lacking(c.feed); got != c.want {
			t.Errorf("%v: %d lack who approved, want %d", c.feed.Filled, got, c.want)
		}
	}
}

// What the table says hangs on a field are checks that exist.
func TestVitalFieldsNameChecks(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vitals {
		for _, id := range strings.Split(v.checks, ", ") {
			if !slices.ContainsFunc(checks, func(c *rules.Check) bool { return c.ID == id }) {
				t.Errorf("%s: no check %q", v.field(), id)
			}
		}
		for _, name := range v.fields {
			if !slices.ContainsFunc(event.EvidenceFields(), func(f event.EvidenceField) bool { return f.Name == name }) {
				t.Errorf("no field %q is counted", name)
			}
		}
	}
}
