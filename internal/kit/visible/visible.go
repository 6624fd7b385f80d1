// Package visible makes text from outside show what it is. Unicode has
// characters that cannot be seen but change what is: they turn the order of
// a line around, hide a part of it, or make two names look the same. In the
// same way an escape sequence can move a terminal's cursor. None of them may
// reach a person by way of a message, a log line, a commit's subject or a
// name that somebody else chose.
package visible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark stands for each character that is not shown.
const mark = '?'

// Text returns s in one line in which every character can be seen. Tabs and
// unusual spaces become spaces. What joins two emoji or picks their style
// stays, because they can be told from text.
func Text(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	previous := rune(0)
	for _, r := range strings.ToValidUTF8(s, string(mark)) {
		shown := show(r, previous)
		b.WriteRune(shown)
		previous = shown
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII, as nearly everything is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func show(r, previous rune) rune {
	switch {
	case r == '\t', unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsControl(r), r == utf8.RuneError:
		return mark
	case Hidden(r) && !styles(r, previous):
		return mark
	}
	return r
}

// Hidden reports whether a character has no look of its own: those that format,
// those that Unicode says to ignore, line and paragraph separators, and those
// of private use, of which nobody knows.
func Hidden(r rune) bool {
	const brailleBlank = 0x2800
	if r <= unicode.MaxASCII { // nearly everything: not worth six tables
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == brailleBlank
}

// styles reports whether r follows an emoji that it joins to the next one, or
// whose style it picks.
func styles(r, previous rune) bool {
	const joiner, textStyle, emojiStyle = 0x200d, 0xfe0e, 0xfe0f
	isEmoji := previous >= 0x203c && unicode.In(previous, unicode.So, unicode.Sk)
	switch r {
	case textStyle, emojiStyle:
		return isEmoji
	case joiner:
		return isEmoji || previous == emojiStyle
	}
	return false
}
