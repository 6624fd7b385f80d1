package report

import (
	"fmt"
	"strings"

	"version-manager/internal/probe"
)

// bars stacks the requests of each column by color and outcome.
func (c *chart) bars() {
	top := 0
	for _, b := range c.cols {
		top = max(top, b.CountAll())
	}
	y := axis{0, max(nice(float64(top)), 2), barsTop + barsHeight, barsTop}
	c.rule(y.px(0), "0")
	c.rule(y.px(y.to), c.w.FormatNumber(int(y.to)))
	c.text(0, barsTop+4, "name", "start", c.w.LookupText("chart.requests"))
	c.text(0, barsTop+20, "tick", "start", c.w.LookupText("chart.per", c.w.round(c.wide)))
	width := max(c.x.px(c.wide.Seconds())-plotLeft, 1.2)
	below := make([]float64, len(c.cols))
	for _, layer := range layers() {
		var d strings.Builder
		for i, b := range c.cols {
			n := layer.count(b)
			if n == 0 {
				continue
			}
			from, to := y.px(below[i]), y.px(below[i]+float64(n))
			if layer.class == "failed" {
				to = min(to, from-3) // one failure among thousands must be seen
			}
			below[i] += float64(n)
			fmt.Fprintf(&d, "M%s %sh%sV%sh-%sz", px(c.due(b)), px(from), px(width-.4), px(to), px(width-.4))
		}
		if d.Len() > 0 {
			c.add(`<path d="%s" class="bar %s"/>`, d.String(), layer.class)
		}
	}
}

// layer is one part of a bar.
type layer struct {
	class string
	count func(probe.Bucket) int
}

// layers are listed from the ground up.
func layers() []layer {
	return []layer{
		{"blue", func(b probe.Bucket) int { return b.Blue }},
		{"green", func(b probe.Bucket) int { return b.Green }},
		{"plain", func(b probe.Bucket) int { return b.Plain }},
		{"skipped", func(b probe.Bucket) int { return b.Skipped }},
		{"failed", func(b probe.Bucket) int { return b.Failed }},
	}
}
