package ui

import (
	"math"
	"strings"
)

// Table is a list with named columns: aligned under a heading for a person,
// bare tab-separated lines for a program.
type Table struct {
	Heading []string // none where the first column says what the second is
	Rows    [][]string
	Uncut   bool // a person needs the end of a line even where it does not fit
	Why     bool // the last column says why: where it would hardly be seen, it gets lines of its own
}

// legible is how much of a reason has to be seen beside what it is about.
const legible = 40

// Add appends a row.
func (t *Table) Add(columns ...string) { t.Rows = append(t.Rows, columns) }

// Print writes the table.
func (t *Table) Print(out *Output) error {
	var b strings.Builder
	if out.Terminal {
		t.align(&b, out)
	} else {
		for _, row := range t.Rows {
			b.WriteString(strings.Join(cleaned(row), "\t") + "\n")
		}
	}
	_, err := out.Write([]byte(b.String()))
	return err
}

func (t *Table) align(b *strings.Builder, out *Output) {
	limit, _ := out.Size()
	if t.Uncut {
		limit = math.MaxInt
	}
	widths := t.widths()
	before := 0 // the last column
	for _, w := range widths[:max(0, len(widths)-1)] {
		before += w + 2
	}
	write := func(row []string, tint tint) {
		var l line
		for i, text := range row {
			if i < len(row)-1 {
				text += strings.Repeat(" ", widths[i]-cells(text)+2)
			}
			l = append(l, span{text, tint})
		}
		b.WriteString(strings.TrimRight(l.fit(limit, out.Color, "…"), " ") + "\n")
	}
	if len(t.Heading) > 0 {
		write(t.Heading, faint)
	}
	for _, row := range t.Rows {
		row = cleaned(row)
		last := row[len(row)-1]
		if !t.Why || before+cells(last) <= limit || limit-before >= legible {
			write(row, ordinary)
			continue
		}
		row[len(row)-1] = ""
		write(row, ordinary)
		if last != "" {
			b.WriteString("    " + strings.Join(wrap(last, limit-4), "\n    ") + "\n")
		}
	}
}

func (t *Table) widths() []int {
	var w []int
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		for i, text := range cleaned(row) {
			if i == len(w) {
				w = append(w, 0)
			}
			w[i] = max(w[i], cells(text))
		}
	}
	return w
}

func cleaned(row []string) []string {
	c := make([]string, len(row))
	for i, text := range row {
		c[i] = Clean(text)
	}
	return c
}
