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
		t := table{Title: w.Text("failures"), Head: []cell{left(w.Text("cause")), right(w.Text("failed"))}}
		for _, o := range slices.Sorted(maps.Keys(m.Causes)) {
			t.Rows = append(t.Rows, []cell{left(w.Text("cause." + o.String())), right(w.Number(m.Causes[o]))})
		}
		all = append(all, t)
	}
	if len(m.Sources) > 0 {
		all = append(all, w.versions(m))
	}
	if len(m.Kinds) > 0 {
		t := table{Title: w.Text("kinds"), Head: []cell{left(w.Text("kind")), right(w.Text("sent")), right(w.Text("failed"))}}
		for _, k := range slices.Sorted(maps.Keys(m.Kinds)) {
			n := m.Kinds[k]
			t.Rows = append(t.Rows, []cell{left(w.Text("kind." + k.String())), right(w.Number(n.Sent)), right(w.Number(n.Failed))})
		}
		all = append(all, t)
	}
	return all
}

func (w words) versions(m probe.Measurement) table {
	t := table{Title: w.Text("versions"), Head: []cell{left(w.Text("version")), left(w.Text("color")),
		right(w.Text("answers")), right(w.Text("first")), right(w.Text("lastAnswer"))}}
	for _, s := range m.Sources {
		t.Rows = append(t.Rows, []cell{
			left(cmp.Or(s.Version, w.Text("unknown"))), left(cmp.Or(string(s.Color), w.Text("unknown"))),
			right(w.Number(s.Answers)), right(w.Clock(s.FirstAnswered)), right(w.Clock(s.LastAnswered)),
		})
	}
	return t
}

// method is what the probe has to say about itself.
func (w words) method(m probe.Measurement) []figure {
	all := []figure{{Name: w.Text("skipped"), Value: w.Number(m.Skipped)}, {Name: w.Text("late"), Value: w.Number(m.Late)}}
	if m.Polite > 0 {
		all = append(all, figure{Name: w.Text("polite"), Value: w.Number(m.Polite)})
	}
	if m.Abandoned > 0 {
		all = append(all, figure{Name: w.Text("abandoned"), Value: w.Number(m.Abandoned)})
	}
	return all
}

func (w words) steps(r Report) []stepRow {
	var rows []stepRow
	for _, s := range r.Steps {
		row := stepRow{Name: s.Name, Status: w.status(s.Status), Start: w.Clock(s.Started), Lasted: "–", Detail: s.Detail, Bad: s.Status == "failed"}
		if !s.Ended.IsZero() && !s.Started.IsZero() {
			row.Lasted = w.Lapse(s.Ended.Sub(s.Started))
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
	t := &table{Title: w.Text("numbers"), Head: []cell{right(w.Text("time") + " (" + w.Text("chart.per", w.round(width)) + ")"),
		right("blue"), right("green"), right(w.Text("chart.plain")), right(w.Text("chart.failed")), right(w.Text("chart.skipped")), right("p50"), right("p99")}}
	for _, b := range all {
		t.Rows = append(t.Rows, []cell{
			right(w.Clock(m.Started.Add(time.Duration(b.At) * time.Millisecond))),
			right(w.Number(b.Blue)), right(w.Number(b.Green)), right(w.Number(b.Plain)), right(w.Number(b.Failed)), right(w.Number(b.Skipped)),
			right(w.latency(b.P50)), right(w.latency(b.P99)),
		})
	}
	return t
}

func (w words) latency(m probe.Millis) string {
	if m == 0 {
		return "–"
	}
	return w.Ms(m)
}
