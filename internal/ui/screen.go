package ui

import (
	"fmt"
	"regexp"
	"strings"
)

// clearScreen empties the screen and begins at its top.
const clearScreen = "\x1b[H\x1b[2J"

// FitScreen returns a text as it stands alone on the terminal's screen: what
// does not fit below the top is counted rather than shown, because a screen
// that scrolls keeps the end and loses the beginning.
func (o *Output) FitScreen(text string) string {
	width, height := o.TerminalSize()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	room := height - 1 // the cursor stands in the last row
	if n := countFitting(lines, width, room); n < len(lines) {
		n = countFitting(lines, width, room-1)
		lines = append(lines[:n:n], fmt.Sprintf("… %s", FormatPlural(len(lines)-n, "more line")))
	}
	return clearScreen + strings.Join(lines, "\n") + "\n"
}

// countFitting is how many lines need no more than so many rows of a screen.
func countFitting(lines []string, width, rows int) int {
	for i, l := range lines {
		if rows -= max(1, (countCells(stripColors(l))+width-1)/width); rows < 0 {
			return i
		}
	}
	return len(lines)
}

// stripColors is a line without its colors.
func stripColors(l string) string {
	return regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(l, "")
}
