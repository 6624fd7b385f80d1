package report

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/probe"
)

// The chart's geometry, in units of its view box.
const (
	chartWidth = 960.0
	plotLeft   = 112.0 // names and values stand left of it
	plotRight  = 944.0
	barsTop    = 40.0
	barsHeight = 140.0
	latTop     = barsTop + barsHeight + 38
	latHeight  = 84.0
	stepsTop   = latTop + latHeight + 34
	stepHeight = 24.0
	axisHeight = 34.0
	columns    = 320 // of bars, at most
)

// chart draws the timeline as SVG. All looks come from the page's style
// sheet, by class; nothing but shapes and text is written here.
type chart struct {
	strings.Builder
	w    words
	r    Report
	from time.Time
	x    axis
	end  float64 // bottom of the plot
	cols []probe.Bucket
	wide time.Duration // of one column
}

// drawChart returns the figure of a report.
func drawChart(r Report, w words) template.HTML {
	from, to := r.span()
	c := &chart{w: w, r: r, from: from, x: axis{0, to.Sub(from).Seconds(), plotLeft, plotRight}}
	c.end = stepsTop + stepHeight*float64(len(r.Steps)) + 8
	c.cols, c.wide = merge(r.Measurement.Buckets, to.Sub(from), columns)
	c.add(`<svg viewBox="0 0 %s %s" role="img" aria-label="%s" class="chart">`, px(chartWidth), px(c.end+axisHeight), esc(w.LookupText("chart.alt")))
	c.WriteString(patterns)
	c.time(to.Sub(from))
	c.bars()
	c.latency()
	c.moments()
	c.steps()
	c.WriteString("</svg>")
	return template.HTML(c.String())
}

// patterns tell colors apart without color: green is striped, failed is
// hatched the other way.
const patterns = `<defs>` +
	`<pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" class="green"/><rect width="1.2" height="5" class="veil"/></pattern>` +
	`<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="4" height="4" class="ground"/><rect width="2.4" height="4" class="failed"/></pattern>` +
	`</defs>`

func (c *chart) add(format string, args ...any) { fmt.Fprintf(c, format, args...) }

func (c *chart) text(x, y float64, class, anchor, text string) {
	c.add(`<text x="%s" y="%s" class="%s" text-anchor="%s">%s</text>`, px(x), px(y), class, anchor, esc(text))
}

// at is where an instant is.
func (c *chart) at(t time.Time) float64 { return c.x.px(t.Sub(c.from).Seconds()) }

// due is where a bucket begins.
func (c *chart) due(b probe.Bucket) float64 {
	return c.at(c.r.Measurement.Started.Add(time.Duration(b.At) * time.Millisecond))
}

// time draws the axis at the bottom and its grid.
func (c *chart) time(d time.Duration) {
	for _, t := range secondTicks(d, 10) {
		x := c.x.px(t.Seconds())
		c.add(`<path d="M%s %sV%s" class="grid"/>`, px(x), px(barsTop), px(c.end))
		c.text(x, c.end+18, "tick", "middle", c.w.tick(t))
	}
}

// round writes a value that has no digits to spare, such as 100 ms.
func (w words) round(d time.Duration) string {
	number, unit, _ := strings.Cut(w.FormatDuration(d), "\u202f")
	if mark := w.mark(".", ","); strings.Contains(number, mark) {
		number = strings.TrimRight(strings.TrimRight(number, "0"), mark)
	}
	return number + "\u202f" + unit
}

func (w words) tick(t time.Duration) string {
	if t >= time.Minute {
		return fmt.Sprintf("%d:%02d", int(t.Minutes()), int(t.Seconds())%60)
	}
	s := strconv.FormatFloat(t.Seconds(), 'f', -1, 64)
	return strings.Replace(s, ".", w.mark(".", ","), 1) + "\u202fs"
}

// rule is a horizontal line with its value.
func (c *chart) rule(y float64, value string) {
	c.add(`<path d="M%s %sH%s" class="rule"/>`, px(plotLeft), px(y), px(plotRight))
	c.text(plotLeft-10, y+4, "tick", "end", value)
}

// px writes a coordinate in as few characters as it needs.
func px(v float64) string { return strconv.FormatFloat(float64(int(v*10+.5))/10, 'f', -1, 64) }

func esc(s string) string { return html.EscapeString(s) }
