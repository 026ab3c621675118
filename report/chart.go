package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// chart is a drawing for the page and the same numbers in words.
type chart struct {
	Title, Note string
	Wide        bool // the numbers stand beside it
	Key         []keyEntry
	SVG         template.HTML // "" where the rows alone say it
	Heads       []string
	Rows        [][]string
}

type keyEntry struct{ Name, Class string }

// Size of a chart in points, the page scales it; text is this high.
const (
	chartWidth  = 500 * vg.Length(1)
	chartHeight = 210 * vg.Length(1)
	chartText   = 11
)

// inks are the colours a chart is drawn with. They only stand for the page's
// own, which follow the reader's light or dark scheme.
var inks = []string{"ink", "soft", "line", "critical", "high", "medium", "low", "info", "good", "wait", "accent"}

func ink(name string) color.Color {
	for i, n := range inks {
		if n == name {
			return color.RGBA{R: 1, G: 2, B: uint8(i), A: 255}
		}
	}
	return color.Black
}

// newPlot is an empty chart in the page's manner: no frame, no background, quiet
// axes.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color, axis.Tick.Color, axis.Tick.Label.Color = ink("line"), ink("line"), ink("soft")
		axis.Tick.Label.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: chartText}
		axis.Tick.Length = 3
		axis.Padding = 2
	}
	return p
}

// Parts of vgsvg's output that the page's policy and colours ask to change.
var (
	svgStyle  = regexp.MustCompile(`\s+style="([^"]*)"`)
	svgColour = regexp.MustCompile(`#0102([0-9A-F]{2})`)
	svgSpace  = regexp.MustCompile(`\s*\n\s*`)
)

// render draws a plot as SVG that may stand inside the page: its inline styles,
// which the page's policy forbids, become attributes, and its colours the
// page's own. label says in words what the drawing shows. Equal plots give equal
// bytes.
func render(p *plot.Plot, label string) (template.HTML, error) {
	canvas := vgsvg.New(chartWidth, chartHeight)
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", fmt.Errorf("drawing a chart: %w", err)
	}
	_, body, ok := strings.Cut(b.String(), "<g ")
	if !ok {
		return "", fmt.Errorf("drawing a chart: %d bytes without a drawing", b.Len())
	}
	body = svgStyle.ReplaceAllStringFunc(body, func(s string) string { return attributes(svgStyle.FindStringSubmatch(s)[1]) })
	body = svgSpace.ReplaceAllString(body, " ")
	head := fmt.Sprintf(`<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, chartWidth.Points(), chartHeight.Points(), template.HTMLEscapeString(label))
	return template.HTML(head + "<g " + body), nil
}

// attributes turns the declarations of a style into attributes of their own.
// The typeface is the page's.
func attributes(style string) string {
	var b strings.Builder
	for declaration := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(declaration, ":")
		if !ok || strings.HasPrefix(name, "font-") {
			continue
		}
		value = svgColour.ReplaceAllStringFunc(value, func(c string) string {
			var at int
			if _, err := fmt.Sscanf(c[5:], "%02X", &at); err != nil || at >= len(inks) {
				return c
			}
			return "var(--" + inks[at] + ")"
		})
		fmt.Fprintf(&b, ` %s="%s"`, name, value)
	}
	return b.String()
}
