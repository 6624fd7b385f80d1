package ui

import (
	"math"
	"strings"
)

// Table is a list with named columns: aligned under a heading for a person,
// bare tab-separated lines for a program.
type Table struct {
	Heading  []string // empty if the first column names the second
	Rows     [][]string
	KeepWide bool // do not cut lines to the width of the terminal
	WrapLast bool // the last column is a reason: if it hardly fits, it is wrapped below the row
}

// minReasonColumns is how much of a reason must be visible in its row.
const minReasonColumns = 40

// AddRow appends a row.
func (t *Table) AddRow(columns ...string) { t.Rows = append(t.Rows, columns) }

// WriteTo writes the table.
func (t *Table) WriteTo(out *Output) error {
	var b strings.Builder
	if out.Terminal {
		t.writeAligned(&b, out)
	} else {
		for _, row := range t.Rows {
			b.WriteString(strings.Join(cleanRow(row), "\t") + "\n")
		}
	}
	_, err := out.Write([]byte(b.String()))
	return err
}

func (t *Table) writeAligned(b *strings.Builder, out *Output) {
	limit, _ := out.TerminalSize()
	if t.KeepWide {
		limit = math.MaxInt
	}
	widths := t.columnWidths()
	before := 0 // the last column
	for _, w := range widths[:max(0, len(widths)-1)] {
		before += w + 2
	}
	write := func(row []string, tint tint) {
		var l line
		for i, text := range row {
			if i < len(row)-1 {
				text += strings.Repeat(" ", widths[i]-countCells(text)+2)
			}
			l = append(l, span{text, tint})
		}
		b.WriteString(strings.TrimRight(l.fitColumns(limit, out.Color, "…"), " ") + "\n")
	}
	if len(t.Heading) > 0 {
		write(t.Heading, faint)
	}
	for _, row := range t.Rows {
		row = cleanRow(row)
		last := row[len(row)-1]
		if !t.WrapLast || before+countCells(last) <= limit || limit-before >= minReasonColumns {
			write(row, ordinary)
			continue
		}
		row[len(row)-1] = ""
		write(row, ordinary)
		if last != "" {
			b.WriteString("    " + strings.Join(wrapLine(last, limit-4), "\n    ") + "\n")
		}
	}
}

func (t *Table) columnWidths() []int {
	var w []int
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		for i, text := range cleanRow(row) {
			if i == len(w) {
				w = append(w, 0)
			}
			w[i] = max(w[i], countCells(text))
		}
	}
	return w
}

func cleanRow(row []string) []string {
	c := make([]string, len(row))
	for i, text := range row {
		c[i] = CleanText(text)
	}
	return c
}
