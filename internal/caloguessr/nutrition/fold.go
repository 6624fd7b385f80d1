package nutrition

import (
	"strings"
	"unicode"
)

// maxQueryLength is how much of a query is used, in bytes.
const maxQueryLength = 120

// foldText returns text in lower case without umlauts, accents, and punctuation, so
// "Käse", "KAESE", and "käse," are the same word.
func foldText(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxQueryLength)], "")
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r == 'ä':
			b.WriteString("ae")
		case r == 'ö':
			b.WriteString("oe")
		case r == 'ü':
			b.WriteString("ue")
		case r == 'ß':
			b.WriteString("ss")
		case strings.ContainsRune("éèêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("áàâ", r):
			b.WriteByte('a')
		case r == '\u0308': // combining umlaut, as macOS writes it
			b.WriteByte('e')
		case r == '\'' || r == '’':
			// "Tso's" is one word
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
