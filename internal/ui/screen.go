package ui

import (
	"fmt"
	"regexp"
	"strings"
)

// clearScreen empties the screen and begins at its top.
const clearScreen = "\x1b[H\x1b[2J"

// Screenful returns a text as it stands alone on the terminal's screen: what
// does not fit below the top is counted rather than shown, because a screen
// that scrolls keeps the end and loses the beginning.
func (o *Output) Screenful(text string) string {
	width, height := o.Size()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	room := height - 1 // the cursor stands in the last row
	if n := fitting(lines, width, room); n < len(lines) {
		n = fitting(lines, width, room-1)
		lines = append(lines[:n:n], fmt.Sprintf("… %s", Plural(len(lines)-n, "more line")))
	}
	return clearScreen + strings.Join(lines, "\n") + "\n"
}

// fitting is how many lines need no more than so many rows of a screen.
func fitting(lines []string, width, rows int) int {
	for i, l := range lines {
		if rows -= max(1, (cells(uncolored(l))+width-1)/width); rows < 0 {
			return i
		}
	}
	return len(lines)
}

// uncolored is a line without its colors.
func uncolored(l string) string { return regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(l, "") }
