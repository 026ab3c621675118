package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// series is one colour of a chart.
type series struct{ name, ink string }

var (
	pathSeries = []series{{"assisted", "accent"}, {"self-service", "good"}, {"automated", "medium"}, {"emergency", "critical"}, {"unknown", "soft"}}
	sevSeries  = []series{{"critical", "critical"}, {"high", "high"}, {"medium", "medium"}, {"low", "low"}, {"info", "info"}}
)

const (
	maxBars = 60 // more weeks than this are drawn two, four … to a bar
	day     = 24 * time.Hour
	week    = 7 * day
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
