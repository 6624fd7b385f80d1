// Package text has the small pieces of English that messages are made of.
package text

import (
	"fmt"
	"strings"
)

// CountNoun returns "1 file is" or "2 files are".
func CountNoun(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// JoinOr returns "a", "a or b", or "a, b, or c".
func JoinOr(words []string) string {
	switch n := len(words); n {
	case 0, 1:
		return strings.Join(words, "")
	case 2:
		return words[0] + " or " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + ", or " + words[n-1]
	}
}

// FirstWords returns at most limit of words, and how many it left out.
func FirstWords(words []string, limit int) (first []string, left int) {
	first = words[:min(limit, len(words))]
	return first, len(words) - len(first)
}
