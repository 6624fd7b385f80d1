package ui

import "strings"

// WrapParagraphs breaks prose into lines of at most width columns. A line break in
// text counts as a space, except around empty and indented lines. An indented
// line is a row of its own; where it is too long, it continues below its second
// column, which begins after two spaces or more.
func WrapParagraphs(text string, width int) string {
	var b strings.Builder
	for _, p := range splitParagraphs(text) {
		words, indent := p, ""
		if strings.HasPrefix(p, " ") {
			column := secondColumn(p)
			b.WriteString(p[:column])
			words, indent = p[column:], strings.Repeat(" ", column)
		}
		b.WriteString(strings.Join(wrapLine(words, width-len(indent)), "\n"+indent) + "\n")
	}
	return b.String()
}

func splitParagraphs(text string) (list []string) {
	open := false // the last one can go on
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		prose := line != "" && line[0] != ' '
		if prose && open {
			list[len(list)-1] += " " + line
		} else {
			list = append(list, line)
		}
		open = prose
	}
	return list
}

// secondColumn is where the second column of a row begins, or the first if
// there is no other. Columns are plain ASCII.
func secondColumn(row string) int {
	first := len(row) - len(strings.TrimLeft(row, " "))
	gap := strings.Index(row[first:], "  ")
	if gap < 0 {
		return first
	}
	rest := row[first+gap:]
	return first + gap + len(rest) - len(strings.TrimLeft(rest, " "))
}
