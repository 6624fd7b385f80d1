package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"version-manager/internal/probe"
)

// cell is a text, or a number that stands right.
type cell struct {
	Text  string
	Right bool
}

// table is one of the page's simple tables.
type table struct {
	Title string
	Head  []cell
	Rows  [][]cell
}

func left(s string) cell  { return cell{Text: s} }
func right(s string) cell { return cell{s, true} }

// tables are what the figures leave out: failures, kinds, versions.
func (w words) tables(r Report) []table {
	m := r.Measurement
	var all []table
	if m.Failed > 0 {
		t := table{Title: w.LookupText("failures"), Head: []cell{left(w.LookupText("cause")), right(w.LookupText("failed"))}}
		for _, o := range slices.Sorted(maps.Keys(m.Causes)) {
			t.Rows = append(t.Rows, []cell{left(w.LookupText("cause." + o.String())), right(w.FormatNumber(m.Causes[o]))})
		}
		all = append(all, t)
	}
	if len(m.Sources) > 0 {
		all = append(all, w.versions(m))
	}
	if len(m.Kinds) > 0 {
		t := table{Title: w.LookupText("kinds"), Head: []cell{left(w.LookupText("kind")), right(w.LookupText("sent")), right(w.LookupText("failed"))}}
		for _, k := range slices.Sorted(maps.Keys(m.Kinds)) {
			n := m.Kinds[k]
			t.Rows = append(t.Rows, []cell{left(w.LookupText("kind." + k.String())), right(w.FormatNumber(n.Sent)), right(w.FormatNumber(n.Failed))})
		}
		all = append(all, t)
	}
	return all
}

func (w words) versions(m probe.Measurement) table {
	t := table{Title: w.LookupText("versions"), Head: []cell{left(w.LookupText("version")), left(w.LookupText("color")),
		right(w.LookupText("answers")), right(w.LookupText("first")), right(w.LookupText("lastAnswer"))}}
	for _, s := range m.Sources {
		t.Rows = append(t.Rows, []cell{
			left(cmp.Or(s.Version, w.LookupText("unknown"))), left(cmp.Or(string(s.Color), w.LookupText("unknown"))),
			right(w.FormatNumber(s.Answers)), right(w.FormatClock(s.FirstAnswered)), right(w.FormatClock(s.LastAnswered)),
		})
	}
	return t
}

// method is what the probe has to say about itself.
func (w words) method(m probe.Measurement) []figure {
	all := []figure{{Name: w.LookupText("skipped"), Value: w.FormatNumber(m.Skipped)}, {Name: w.LookupText("late"), Value: w.FormatNumber(m.Late)}}
	if m.Polite > 0 {
		all = append(all, figure{Name: w.LookupText("polite"), Value: w.FormatNumber(m.Polite)})
	}
	if m.Abandoned > 0 {
		all = append(all, figure{Name: w.LookupText("abandoned"), Value: w.FormatNumber(m.Abandoned)})
	}
	return all
}

func (w words) steps(r Report) []stepRow {
	var rows []stepRow
	for _, s := range r.Steps {
		row := stepRow{Name: s.Name, Status: w.status(s.Status), Start: w.FormatClock(s.Started), Lasted: "–", Detail: s.Detail, Bad: s.Status == "failed"}
		if !s.Ended.IsZero() && !s.Started.IsZero() {
			row.Lasted = w.FormatDuration(s.Ended.Sub(s.Started))
		}
		rows = append(rows, row)
	}
	return rows
}

// maxRows bounds the table of the timeline's numbers.
const maxRows = 600

// numbers is the timeline as a table: nil where there is nothing.
func (w words) numbers(m probe.Measurement) *table {
	if len(m.Buckets) == 0 {
		return nil
	}
	last := m.Buckets[len(m.Buckets)-1].At
	all, width := merge(m.Buckets, time.Duration(last)*time.Millisecond+probe.BucketWidth, maxRows)
	t := &table{Title: w.LookupText("numbers"), Head: []cell{right(w.LookupText("time") + " (" + w.LookupText("chart.per", w.round(width)) + ")"),
		right("blue"), right("green"), right(w.LookupText("chart.plain")), right(w.LookupText("chart.failed")), right(w.LookupText("chart.skipped")), right("p50"), right("p99")}}
	for _, b := range all {
		t.Rows = append(t.Rows, []cell{
			right(w.FormatClock(m.Started.Add(time.Duration(b.At) * time.Millisecond))),
			right(w.FormatNumber(b.Blue)), right(w.FormatNumber(b.Green)), right(w.FormatNumber(b.Plain)), right(w.FormatNumber(b.Failed)), right(w.FormatNumber(b.Skipped)),
			right(w.latency(b.P50)), right(w.latency(b.P99)),
		})
	}
	return t
}

func (w words) latency(m probe.Millis) string {
	if m == 0 {
		return "–"
	}
	return w.FormatMillis(m)
}
