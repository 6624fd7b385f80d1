package ui

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"version-manager/internal/kit/visible"
)

// tint is a color by meaning, not by hue.
type tint string

const (
	ordinary tint = ""
	strong   tint = "\x1b[1m"
	faint    tint = "\x1b[2m"
	bad      tint = "\x1b[31m"
	good     tint = "\x1b[32m"
	warning  tint = "\x1b[33m"
	active   tint = "\x1b[36m"
	reset         = "\x1b[0m"
)

// colorText colors s if on.
func colorText(on bool, t tint, s string) string {
	if !on || t == ordinary || s == "" {
		return s
	}
	return string(t) + s + reset
}

// span is a piece of a line in one color.
type span struct {
	text string
	tint tint
}

// line is one row on the screen. It never holds a line break.
type line []span

// countCells is how many columns a terminal needs for the line.
func (l line) countCells() int {
	n := 0
	for _, s := range l {
		n += countCells(s.text)
	}
	return n
}

// fitColumns cuts the line to at most limit columns and returns it as text.
func (l line) fitColumns(limit int, color bool, ellipsis string) string {
	var b strings.Builder
	over := l.countCells() > limit
	if over {
		limit = max(0, limit-countCells(ellipsis))
	}
	for _, s := range l {
		text := cutColumns(s.text, limit)
		limit -= countCells(text)
		b.WriteString(colorText(color, s.tint, text))
		if text != s.text {
			break
		}
	}
	if over {
		b.WriteString(ellipsis)
	}
	return b.String()
}

// countCells is how many columns a terminal needs for s.
func countCells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cutColumns returns the longest start of s that needs at most limit columns.
func cutColumns(s string, limit int) string {
	for i, r := range s {
		if limit -= runeCells(r); limit < 0 {
			return s[:i]
		}
	}
	return s
}

// wrapLine breaks a text into lines of at most limit columns: between words, and
// within one that is longer than that.
func wrapLine(s string, limit int) []string {
	limit = max(limit, 2) // the widest rune has two
	var lines []string
	for countCells(s) > limit {
		part := cutColumns(s, limit)
		if i := strings.LastIndexByte(s[:len(part)+1], ' '); i > 0 {
			part = s[:i]
		}
		lines = append(lines, part)
		s = strings.TrimLeft(s[len(part):], " ")
	}
	return append(lines, s)
}

// CleanText makes a text from outside, such as an app's log line, safe to show: an
// escape sequence in it must not move the cursor or color the screen, and
// nothing in it may be invisible.
func CleanText(s string) string { return visible.Text(s) }
