package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

const (
	maxDrawn  = 300 // durations of one path that are drawn; quantiles stand for more
	boxedFrom = 5   // fewer durations of a path are drawn as points, not as a box
	minDrawn  = 10 * time.Second
)

// timeMarks are the durations that the axis of times to recover names.
var timeMarks = []struct {
	at   time.Duration
	name string
}{
	{10 * time.Second, "10 s"}, {time.Minute, "1 min"}, {10 * time.Minute, "10 min"}, {time.Hour, "1 h"}, {8 * time.Hour, "8 h"},
	{2 * day, "2 d"}, {14 * day, "14 d"}, {90 * day, "90 d"}, {365 * day, "1 y"},
}

// recoveryChart draws the time from request to execution per path on a
// logarithmic axis: a box of quartiles, or each case where there are few.
func (t *tallies) recoveryChart() (chart, error) {
	c := chart{
		Wide: true, Title: "Time to recover, from request to reset", Note: "Resets without a request before them are left out.",
		Heads: []string{"Path", "Resets", "Median", "95th percentile", "Longest"},
	}
	p := newPlot()
	p.X.Scale = plot.LogScale{}
	var names []string
	drawn := 0
	for _, s := range slices.Backward(pathSeries) {
		all := slices.Sorted(slices.Values(t.recover[s.name]))
		if len(all) == 0 {
			continue
		}
		if err := addDurations(p, float64(len(names)), drawnDurations(all)); err != nil {
			return chart{}, fmt.Errorf("drawing %s: %w", c.Title, err)
		}
		names = append(names, s.name)
		drawn += len(all)
		c.Rows = append(c.Rows, []string{s.name, strconv.Itoa(len(all)), inWords(quantile(all, 0.5)), inWords(quantile(all, 0.95)), inWords(all[len(all)-1])})
	}
	if len(names) == 0 {
		return chart{}, nil
	}
	slices.Reverse(c.Rows) // drawn from the bottom up, listed from the top down
	if drawn < boxedFrom {
		return c, nil // the table says as much
	}
	c.Note = "A box holds the middle half of the resets, its line the median; the axis is logarithmic. " + c.Note
	p.NominalY(names...)
	p.Y.Tick.Label.Font.Size = chartText
	p.Y.Min, p.Y.Max = -0.6, float64(len(names))-0.4
	p.X.Min, p.X.Max = betweenMarks(p.X.Min, p.X.Max)
	p.X.Tick.Marker = plot.TickerFunc(func(low, high float64) []plot.Tick {
		var out []plot.Tick
		for _, m := range timeMarks {
			if at := m.at.Seconds(); at >= low && at <= high {
				out = append(out, plot.Tick{Value: at, Label: m.name})
			}
		}
		return out
	})
	label := c.Title + ":"
	for _, row := range c.Rows {
		label += fmt.Sprintf(" %s, median %s, 95th percentile %s;", row[0], row[2], row[3])
	}
	var err error
	c.SVG, err = render(p, label[:len(label)-1])
	return c, err
}

// betweenMarks widens a range of seconds to the marks around it, so that the
// axis names at least its two ends.
func betweenMarks(low, high float64) (from, to float64) {
	from, to = timeMarks[0].at.Seconds(), max(high, timeMarks[len(timeMarks)-1].at.Seconds())
	for _, m := range timeMarks {
		if at := m.at.Seconds(); at < low {
			from = at
		}
	}
	for _, m := range slices.Backward(timeMarks) {
		if at := m.at.Seconds(); at > high {
			to = at
		}
	}
	return from, to
}

// addDurations draws one row of the chart.
func addDurations(p *plot.Plot, at float64, seconds plotter.Values) error {
	if len(seconds) >= boxedFrom {
		box, err := plotter.NewBoxPlot(18, at, seconds)
		if err != nil {
			return err
		}
		box.Horizontal = true
		box.BoxStyle.Color, box.WhiskerStyle.Color, box.MedianStyle.Color = ink("accent"), ink("accent"), ink("ink")
		box.MedianStyle.Width = 2
		box.WhiskerStyle.Dashes = nil
		box.GlyphStyle = draw.GlyphStyle{Color: ink("soft"), Radius: 1.5, Shape: draw.RingGlyph{}}
		p.Add(box)
		return nil
	}
	points := make(plotter.XYs, 0, len(seconds))
	for _, s := range seconds {
		points = append(points, plotter.XY{X: s, Y: at})
	}
	strip, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	strip.GlyphStyle = draw.GlyphStyle{Color: ink("accent"), Radius: 3, Shape: draw.RingGlyph{}}
	p.Add(strip)
	return nil
}

// drawnDurations are sorted durations in seconds, at most maxDrawn evenly spaced
// ones with the shortest and the longest, none below what the axis can show.
func drawnDurations(all []time.Duration) plotter.Values {
	n := min(len(all), maxDrawn)
	out := make(plotter.Values, 0, n)
	for i := range n {
		at := i
		if n > 1 {
			at = i * (len(all) - 1) / (n - 1)
		}
		out = append(out, max(all[at], minDrawn).Seconds())
	}
	return out
}

// inWords gives a duration in the two greatest units that matter to a reader.
func inWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < day:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d/day), int(d.Hours())%24)
}
