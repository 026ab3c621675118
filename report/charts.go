package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// series is one colour of a chart.
type series struct{ name, ink string }

var (
	pathSeries = []series{{"assisted", "accent"}, {"self-service", "good"}, {"automated", "medium"}, {"emergency", "critical"}, {"unknown", "soft"}}
	sevSeries  = []series{{"critical", "critical"}, {"high", "high"}, {"medium", "medium"}, {"low", "low"}, {"info", "info"}}
)

const (
	maxBars   = 60  // more weeks than this are drawn two, four … to a bar
	maxDrawn  = 300 // durations of one path that are drawn; quantiles stand for more
	boxedFrom = 5   // fewer durations are drawn as points, not as a box
	minDrawn  = 10 * time.Second
	day       = 24 * time.Hour
	week      = 7 * day
)

// charts are the drawings that say something about these cases.
func (t *tallies) charts() ([]chart, error) {
	var out []chart
	for _, draw := range []func() (chart, error){
		func() (chart, error) { return weekly("Resets per week, by path", t.resets, pathSeries) },
		func() (chart, error) { return weekly("Findings per week, by severity", t.found, sevSeries) },
		t.recoveryChart,
	} {
		c, err := draw()
		if err != nil {
			return nil, err
		}
		if len(c.Rows) > 0 {
			out = append(out, c)
		}
	}
	return out, nil
}

// bars are counts by week in as many weeks to a bar as fit.
type bars struct {
	from  time.Time
	weeks int // to a bar
	n     int
	of    map[string][]float64
}

func barsOf(of map[time.Time]map[string]int, all []series) bars {
	weeks := byTime(of)
	b := bars{from: weeks[0], weeks: 1, of: map[string][]float64{}}
	whole := int(weeks[len(weeks)-1].Sub(b.from)/week) + 1
	for (whole+b.weeks-1)/b.weeks > maxBars {
		b.weeks *= 2
	}
	b.n = (whole + b.weeks - 1) / b.weeks
	for _, s := range all {
		b.of[s.name] = make([]float64, b.n)
	}
	for _, at := range weeks {
		for _, s := range all {
			b.of[s.name][int(at.Sub(b.from)/week)/b.weeks] += float64(of[at][s.name])
		}
	}
	return b
}

func (b bars) start(i int) time.Time { return b.from.AddDate(0, 0, 7*b.weeks*i) }

// weekly draws counts by week as stacked bars, none for fewer than two weeks.
func weekly(title string, of map[time.Time]map[string]int, all []series) (chart, error) {
	if len(of) < 2 {
		return chart{}, nil
	}
	b := barsOf(of, all)
	p := newPlot()
	width := (chartWidth - 40) / vg.Length(b.n) * 0.8
	c := chart{Title: title, Heads: []string{"Week of"}}
	if b.weeks > 1 {
		c.Note = fmt.Sprintf("Each bar is %d weeks.", b.weeks)
	}
	var below *plotter.BarChart
	var used []series
	for _, s := range all {
		if !slices.ContainsFunc(b.of[s.name], func(n float64) bool { return n > 0 }) {
			continue
		}
		bar, err := plotter.NewBarChart(plotter.Values(b.of[s.name]), min(width, 26))
		if err != nil {
			return chart{}, fmt.Errorf("drawing %s: %w", title, err)
		}
		bar.Color, bar.LineStyle.Width = ink(s.ink), 0
		if below != nil {
			bar.StackOn(below)
		}
		below = bar
		p.Add(bar)
		used = append(used, s)
		c.Key = append(c.Key, keyEntry{s.name, "k-" + s.ink})
		c.Heads = append(c.Heads, s.name)
	}
	p.X.Min, p.X.Max = -0.6, float64(b.n)-0.4
	p.Y.Min, p.Y.Max = 0, max(p.Y.Max, 1)*1.05
	p.Y.Tick.Marker = plot.TickerFunc(wholeTicks)
	p.X.Tick.Marker = plot.TickerFunc(func(_, _ float64) []plot.Tick { return b.ticks() })
	for i := range b.n {
		row := []string{b.start(i).Format(time.DateOnly)}
		for _, s := range used {
			row = append(row, strconv.Itoa(int(b.of[s.name][i])))
		}
		c.Rows = append(c.Rows, row)
	}
	var err error
	c.SVG, err = render(p, fmt.Sprintf("%s, from the week of %s to that of %s. The numbers stand in the table below.", title, c.Rows[0][0], c.Rows[b.n-1][0]))
	return c, err
}

// ticks name at most six bars by the day they begin with.
func (b bars) ticks() []plot.Tick {
	var out []plot.Tick
	for i := 0; i < b.n; i += (b.n + 5) / 6 {
		out = append(out, plot.Tick{Value: float64(i), Label: b.start(i).Format("2 Jan 06")})
	}
	return out
}

// wholeTicks are ticks at whole numbers, for counts.
func wholeTicks(low, high float64) []plot.Tick {
	step := 1.0
	for i := 0; (high-low)/step > 5; i++ {
		step *= []float64{2, 2.5, 2}[i%3] // 1, 2, 5, 10, 20 …
	}
	var out []plot.Tick
	for at := 0.0; at <= high; at += step {
		out = append(out, plot.Tick{Value: at, Label: strconv.Itoa(int(at))})
	}
	return out
}

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
