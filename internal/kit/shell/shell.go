// Package shell writes words for a POSIX shell, so that a command line in a
// hint can be pasted as it stands.
package shell

import "strings"

// QuoteWord returns word in single quotes, which no character in it can end.
func QuoteWord(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
