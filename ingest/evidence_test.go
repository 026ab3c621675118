package ingest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// logOn is a Windows record with a number, at a minute of 2 March, written some
// seconds after.
func logOn(number, minute, written int) string {
	at := time.Date(2026, 3, 2, 0, minute, 0, 0, time.UTC)
	return fmt.Sprintf(`{"@timestamp":%q,"event":{"created":%q,"outcome":"success"},"winlog":{"channel":"Security","computer_name":"dc1","event_id":"4662","record_id":%d}}`,
		at.Format(time.RFC3339), at.Add(time.Duration(written)*time.Second).Format(time.RFC3339), number)
}

func minuteOf(m int) int64 { return time.Date(2026, 3, 2, 0, m, 0, 0, time.UTC).UnixNano() }

func TestRecordNumbers(t *testing.T) {
	sequence := func(from, to, step int) []string {
		var lines []string
		for n := from; n <= to; n += step {
			lines = append(lines, logOn(n, n/16, 0))
		}
		return lines
	}
	whole := append(sequence(1, 500, 1), sequence(600, 1000, 1)...)
	holed := event.Numbered{Runs: []event.Run{{From: 0, To: 511, First: minuteOf(0), Last: minuteOf(31)}, {From: 592, To: 1007, First: minuteOf(37), Last: minuteOf(62)}}}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(whole), func(i, j int) { whole[i], whole[j] = whole[j], whole[i] })
	for _, c := range []struct {
		name  string
		files map[string][]string
		want  event.Numbered
	}{
		{"a hole, lines in any order", map[string][]string{"a.jsonl": whole}, holed},
		{"in two files, with copies", map[string][]string{"a.jsonl": whole[:600], "b.jsonl": whole[300:]}, holed},
		{"a selection", map[string][]string{"a.jsonl": sequence(1, 17000, 33)}, event.Numbered{Scattered: true}},
	} {
		result := runOn(t, open(t, t.TempDir()), logs(t, c.files), nil)
		if got := result.Feeds[0].Numbered; !reflect.DeepEqual(got, map[string]event.Numbered{"Security": c.want}) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// What a file's numbers may make us hold is bounded for the file as a whole.
func TestRecordNumbersAreBounded(t *testing.T) {
	file := &pages{}
	a, b := stretch{pages: map[int64]*page{}, file: file}, stretch{pages: map[int64]*page{}, file: file}
	b.add(1, 0)
	for n := range int64(maxPages + 10) {
		a.add(n*pageBlocks*event.NumberBlock, 0)
	}
	a.add(1, 0)
	if a.pages != nil || !a.runs().Scattered || !b.runs().Scattered {
		t.Errorf("%d pages kept, %v, %v", len(a.pages), a.runs(), b.runs())
	}
}

// Records that were written before they happened are told from those that came late.
func TestRecordsWrittenEarly(t *testing.T) {
	result := runOn(t, open(t, t.TempDir()), logs(t, map[string][]string{"a.jsonl": {logOn(1, 1, -400), logOn(2, 2, -400), logOn(3, 3, 7)}}), nil)
	if f := result.Feeds[0]; !reflect.DeepEqual(f.Early, map[int64]int64{400: 2}) || !reflect.DeepEqual(f.Lags, map[int64]int64{7: 1}) {
		t.Errorf("early %v, lags %v", f.Early, f.Lags)
	}
}

// Fields of evidence are counted by kind, and survive the lake.
func TestFieldsOfEvidence(t *testing.T) {
	l := open(t, t.TempDir())
	runOn(t, l, logs(t, map[string][]string{
		"a.jsonl": {step(2, 0, "reset.executed", "ann"), `{"time":"2026-03-02T10:00:00Z","kind":"reset.executed","account":"bob","ticket":"T-1"}`}}), nil)
	runOn(t, l, logs(t, map[string][]string{"b.jsonl": {step(3, 0, "reset.executed", "eve")}}), nil)
	feeds, err := l.Feeds()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]int64{"reset.executed": {event.FilledOf: 3, "actor": 2, "ticket": 1}}
	if f := feeds[0]; !reflect.DeepEqual(f.Filled, want) || len(f.Fills["*"]) < 5 {
		t.Errorf("filled %v, want %v; fills %v", f.Filled, want, f.Fills)
	}
}
