package report

import (
	"html/template"

	"version-manager/internal/color"
	"version-manager/internal/probe"
)

// swatch explains one look of the chart.
type swatch struct {
	Swatch template.HTML
	Name   string
}

// legend lists only what the chart shows.
func (w words) legend(r Report) []swatch {
	bar := func(class, name string) swatch {
		return swatch{template.HTML(`<svg viewBox="0 0 26 11" aria-hidden="true"><rect width="26" height="11" class="bar ` + class + `"/></svg>`), name}
	}
	line := func(class string) swatch {
		return swatch{template.HTML(`<svg viewBox="0 0 26 11" aria-hidden="true"><path d="M0 5.5h26" class="line ` + class + `"/></svg>`), w.LookupText("chart." + class)}
	}
	var all []swatch
	var sum probe.Bucket
	for _, b := range r.Measurement.Buckets {
		sum.Blue, sum.Green, sum.Plain = sum.Blue+b.Blue, sum.Green+b.Green, sum.Plain+b.Plain
		sum.Failed, sum.Skipped = sum.Failed+b.Failed, sum.Skipped+b.Skipped
	}
	for _, l := range layers() {
		if l.count(sum) > 0 {
			all = append(all, bar(l.class, w.layerName(l.class, r)))
		}
	}
	if r.Measurement.P99 > 0 {
		all = append(all, line("p50"), line("p99"))
	}
	return all
}

// layerName is a color with the versions that ran in it, or an outcome.
func (w words) layerName(class string, r Report) string {
	c, err := color.Parse(class)
	if err != nil {
		return w.LookupText("chart." + class)
	}
	name := class
	for _, s := range r.Measurement.Sources {
		if s.Color == c && s.Version != "" {
			name += " " + s.Version
		}
	}
	return name
}
