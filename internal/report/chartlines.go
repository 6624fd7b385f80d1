package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"version-manager/internal/probe"
)

// latency draws p50 and p99 on a logarithmic axis, on which a stall and the
// steady state can both be read.
func (c *chart) latency() {
	lo, hi := math.Inf(1), 0.0
	for _, b := range c.cols {
		if b.P99 > 0 {
			lo, hi = min(lo, float64(b.P50)), max(hi, float64(b.P99))
		}
	}
	c.text(0, latTop+4, "name", "start", c.w.LookupText("chart.latency"))
	if hi == 0 {
		c.rule(latTop+latHeight, "–")
		return
	}
	marks := rungs(max(lo, .01), max(hi, .01))
	y := axis{math.Log10(marks[0]), math.Log10(marks[len(marks)-1]), latTop + latHeight, latTop}
	for i, m := range marks {
		if every := (len(marks) + 3) / 4; i%every == 0 {
			c.rule(y.px(math.Log10(m)), c.w.round(time.Duration(m*float64(time.Millisecond))))
		}
	}
	c.line(y, "p99", func(b probe.Bucket) probe.Millis { return b.P99 })
	c.line(y, "p50", func(b probe.Bucket) probe.Millis { return b.P50 })
}

// line joins the columns that have a value; where one has none it breaks.
func (c *chart) line(y axis, class string, value func(probe.Bucket) probe.Millis) {
	var d strings.Builder
	half := c.wide / 2
	next := int64(-1)
	for _, b := range c.cols {
		v := float64(value(b))
		if v <= 0 {
			next = -1
			continue
		}
		x := c.due(b) + c.x.px(half.Seconds()) - plotLeft
		at := y.px(math.Log10(max(v, .01)))
		verb := "L"
		if b.At != next {
			verb = fmt.Sprintf("M%s %sh.1", px(x), px(at)) + verb // a lone point is a dot
		}
		fmt.Fprintf(&d, "%s%s %s", verb, px(x), px(at))
		next = b.At + c.wide.Milliseconds()
	}
	c.add(`<path d="%s" class="line %s"/>`, d.String(), class)
}

// steps draws a bar for each step, with its name on the left.
func (c *chart) steps() {
	_, end := c.r.span()
	for i, s := range c.r.Steps {
		y := stepsTop + stepHeight*float64(i)
		c.text(0, y+14, "name", "start", s.Name)
		if s.Started.IsZero() {
			continue
		}
		from, to := c.at(s.Started), c.at(end)
		lasted := ""
		if !s.Ended.IsZero() {
			to, lasted = c.at(s.Ended), c.w.FormatDuration(s.Ended.Sub(s.Started))
		}
		if s.Status == "skipped" {
			lasted = c.w.status(s.Status)
		} else if s.Status != "done" {
			lasted = strings.TrimSpace(c.w.status(s.Status) + " " + lasted)
		}
		c.add(`<rect x="%s" y="%s" width="%s" height="12" rx="2" class="step %s"/>`, px(from), px(y+4), px(max(to-from, 2)), statusClass(s.Status))
		c.beside(from, max(to, from+2), y+14, lasted)
	}
}

// beside writes the label of a bar on the side that has room and no line in the
// way; otherwise it leaves the label to the table.
func (c *chart) beside(from, to, y float64, text string) {
	const room = 110
	line := c.at(c.r.SwitchedAt)
	free := to+room < plotRight && !(to < line && line < to+room/2)
	switch {
	case free:
		c.text(to+6, y, "tick", "start", text)
	case from-room > plotLeft:
		c.text(from-6, y, "tick", "end", text)
	}
}

// status translates the engine's word.
func (w words) status(s string) string {
	if _, ok := w.texts["status."+s]; ok {
		return w.LookupText("status." + s)
	}
	return s
}

func statusClass(s string) string {
	switch s {
	case "failed", "skipped", "running":
		return s
	}
	return "done"
}

// moments marks the switch and its confirmation. They are milliseconds apart:
// one is labeled on the left of its line, the other on the right.
func (c *chart) moments() {
	if c.r.SwitchedAt.IsZero() {
		return
	}
	x := c.at(c.r.SwitchedAt)
	c.add(`<path d="M%s %sV%s" class="moment"/>`, px(x), px(barsTop-24), px(c.end))
	c.label(x, c.w.LookupText("chart.switch"), "end")
	if c.r.ConfirmedAt.IsZero() {
		return
	}
	x = c.at(c.r.ConfirmedAt)
	c.add(`<path d="M%s %sV%s" class="moment confirmed"/>`, px(x), px(barsTop-24), px(c.end))
	c.label(x, c.w.LookupText("chart.confirmed", "+"+c.w.FormatDuration(c.r.ConfirmedAt.Sub(c.r.SwitchedAt))), "start")
}

func (c *chart) label(x float64, text, anchor string) {
	if anchor == "end" {
		x -= 6
	} else {
		x += 6
	}
	c.text(x, barsTop-14, "mark", anchor, text)
}
