package detect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// maxTimes bounds how often a line stands for itself.
const maxTimes = 500

// repeated writes out the lines that stand for several.
func repeated(log []string) ([]string, error) {
	var out []string
	for i, line := range log {
		begin, rest, many := strings.Cut(line, " times=")
		if !many {
			out = append(out, line)
			continue
		}
		count, rest, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(count)
		apart := time.Hour
		if after, stated := strings.CutPrefix(rest, "every="); stated {
			span, then, _ := strings.Cut(after, " ")
			apart, rest = duration(span), then
		}
		stated, event, _ := strings.Cut(begin, " ")
		at, badTime := time.Parse(time.RFC3339, stated)
		if err != nil || badTime != nil || n < 1 || n > maxTimes || apart <= 0 {
			return nil, fmt.Errorf("log line %d: times takes a number up to %d, and every a duration", i+1, maxTimes)
		}
		for k := range n {
			words := strings.ReplaceAll(strings.TrimSpace(event+" "+rest), "%n", strconv.Itoa(k+1))
			out = append(out, at.Add(time.Duration(k)*apart).Format(time.RFC3339)+" "+words)
		}
	}
	return out, nil
}

// several writes out the lines of a roster that stand for several rows: times=N
// at the end, %n being the number of each.
func several(roster []string) ([]string, error) {
	var out []string
	for _, line := range roster {
		row, times, many := strings.Cut(line, " times=")
		if !many {
			out = append(out, line)
			continue
		}
		n, err := strconv.Atoi(times)
		if err != nil || n < 1 || n > maxTimes {
			return nil, fmt.Errorf("roster %q: times takes a number up to %d", line, maxTimes)
		}
		for k := range n {
			out = append(out, strings.ReplaceAll(row, "%n", strconv.Itoa(k+1)))
		}
	}
	return out, nil
}

// feedOf makes the one feed of a scenario: it shows every kind but those
// listed as unseen, from margin before the first line to the end.
func feedOf(s rules.Scenario, from, until int64, events []event.Event) event.Feed {
	f := event.Feed{
		Name: "scenario", Format: "scenario", Source: "scenario", Records: int64(len(events)), Mapped: int64(len(events)),
		First: from, Last: until, Covers: [2]int64{from, until}, Minutes: map[int64][]byte{0: {1}, 1: {1}},
		Always: []string{event.SessionRevoked.String()}, History: s.History,
	}
	for _, k := range event.Kinds() {
		if !slices.Contains(s.Unseen, k.String()) {
			f.Shows = append(f.Shows, k.String())
		}
	}
	countFields(&f, events, s.Unmapped)
	if s.Silent != "" {
		f.Minutes = hourly(from, until, s.Silent)
	}
	return f
}

// countFields counts what kinds and fields the events have, of a source that has
// a place for every field but those listed.
func countFields(f *event.Feed, events []event.Event, unmapped []string) {
	f.Kinds, f.Filled, f.Fills = map[string]int64{}, map[string]map[string]int64{}, map[string][]string{}
	for i := range events {
		kind := events[i].Kind.String()
		f.Kinds[kind]++
		if f.Filled[kind] == nil {
			f.Filled[kind] = map[string]int64{}
		}
		f.Filled[kind][event.FilledOf]++
		for _, field := range event.EvidenceFields() {
			if field.Filled(&events[i]) {
				f.Filled[kind][field.Name]++
			}
		}
	}
	for _, field := range event.EvidenceFields() {
		if !slices.Contains(unmapped, field.Name) {
			f.Fills[event.AnyKind] = append(f.Fills[event.AnyKind], field.Name)
		}
	}
}

// number notes the stretches of record numbers, of a source that carries much
// beside the events of the scenario.
func number(f *event.Feed, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	var all event.Numbered
	for _, line := range lines {
		var from, to int64
		span, times, _ := strings.Cut(line, ": ")
		begin, end, _ := strings.Cut(times, "/")
		if n, err := fmt.Sscanf(span, "%d-%d", &from, &to); n != 2 || err != nil || stamp(begin) == 0 || stamp(end) == 0 {
			return fmt.Errorf("numbers %q: want FROM-TO: TIME/TIME", line)
		}
		from -= from % event.NumberBlock
		to += event.NumberBlock - 1 - to%event.NumberBlock
		all = all.Merge(event.Numbered{Runs: []event.Run{{From: from, To: to, First: stamp(begin), Last: stamp(end)}}})
		f.Records, f.Unmapped = f.Records+to-from, f.Unmapped+to-from
	}
	f.Numbered = map[string]event.Numbered{"Security": all}
	return nil
}

// hourly marks a minute of every hour but those inside FROM/TO.
func hourly(from, until int64, silent string) map[int64][]byte {
	begin, end, _ := strings.Cut(silent, "/")
	minutes := map[int64][]byte{}
	for at := from; at <= until; at += int64(time.Hour) {
		if at > stamp(begin) && at < stamp(end) {
			continue
		}
		m := at / int64(time.Minute)
		day := m / minutesADay
		if minutes[day] == nil {
			minutes[day] = make([]byte, minutesADay/8)
		}
		minutes[day][m%minutesADay/8] |= 1 << (m % 8)
	}
	return minutes
}

const minutesADay = 24 * 60
