package report

import (
	"fmt"
	"time"
)

// feedRow is one feed in the page's section on coverage.
type feedRow struct {
	Name, Source, Balance, Span string
	Covered, Gaps               []part
	Lists                       []itemList
}

// Bounds of what is drawn or listed of one feed; coverage.json holds all.
const (
	maxSpansDrawn = 400
	maxItems      = 100
)

func feedRows(c coverageFile) []feedRow {
	var from, to time.Time
	for _, f := range c.Feeds {
		for _, at := range []time.Time{parseWritten(f.First), parseWritten(f.Last)} {
			if at.IsZero() {
				continue
			}
			if from.IsZero() || at.Before(from) {
				from = at
			}
			if at.After(to) {
				to = at
			}
		}
	}
	rows := make([]feedRow, 0, len(c.Feeds))
	for _, f := range c.Feeds {
		rows = append(rows, feedRow{
			Name: visible(f.Feed, maxShownText), Source: visible(f.Source, maxShownText),
			Balance: fmt.Sprintf("%d records = %d mapped + %d duplicates + %d unmapped + %d malformed", f.Records, f.Mapped, f.Duplicates, f.Unmapped, f.Malformed),
			Span:    f.span(), Covered: drawn(f.Intervals, from, to), Gaps: drawn(f.Gaps, from, to), Lists: f.lists(),
		})
	}
	return rows
}

func (f feedRecord) span() string {
	if f.First == nil || f.Last == nil {
		return "no record has a time"
	}
	text := minute(*f.First) + " to " + minute(*f.Last) + " UTC"
	if f.LagP99 != nil {
		text += fmt.Sprintf(", written %d s (median) to %d s (99th percentile) after the event", *f.LagP50, *f.LagP99)
	}
	if n := len(f.Gaps); n > 0 {
		text += ", " + plural(n, "gap")
	}
	return text
}

// drawn scales spans of time to a drawing 1,000 units wide.
func drawn(spans [][2]string, from, to time.Time) []part {
	whole := to.Sub(from).Seconds()
	if whole <= 0 {
		return nil
	}
	var parts []part
	for _, s := range spans[:min(len(spans), maxSpansDrawn)] {
		x := max(0, parseWritten(&s[0]).Sub(from).Seconds()*1000/whole)
		end := min(1000, parseWritten(&s[1]).Sub(from).Seconds()*1000/whole)
		if end > x {
			parts = append(parts, part{X: x, W: max(1, end-x)})
		}
	}
	return parts
}

func (f feedRecord) lists() []itemList {
	malformed, files, gaps := []string{}, []string{}, []string{}
	for _, m := range f.MalformedFirst {
		at := fmt.Sprintf("%s, byte %d", visible(m.URI, maxShownText), m.Offset)
		if m.Line != nil {
			at = fmt.Sprintf("%s:%d", visible(m.URI, maxShownText), *m.Line)
		}
		malformed = append(malformed, at+": "+visible(m.Reason, maxShownText))
	}
	for _, file := range f.Files {
		files = append(files, fmt.Sprintf("%s, %d bytes, SHA-256 %s", visible(file.URI, maxShownText), file.Size, file.SHA256))
	}
	for _, g := range f.Gaps {
		gaps = append(gaps, g[0]+" to "+g[1])
	}
	var lists []itemList
	for _, l := range []itemList{
		{"Kinds shown", countItems(f.Kinds)},
		{"Gaps", gaps},
		{"Types without meaning for custody", countItems(f.UnmappedTypes)},
		{"First malformed records", malformed},
		{"Hosts named in records of which none was read", shownTexts(f.HostsAbsent)},
		{"Files", files},
	} {
		if n := len(l.Items); n > maxItems {
			l.Items = append(l.Items[:maxItems:maxItems], fmt.Sprintf("and %d more in coverage.json", n-maxItems))
		}
		if len(l.Items) > 0 {
			lists = append(lists, l)
		}
	}
	return lists
}
