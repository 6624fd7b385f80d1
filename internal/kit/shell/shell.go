// Package shell writes words for a POSIX shell, so that a command line in a
// hint can be pasted as it stands.
package shell

import "strings"

// QuoteWord returns word in single quotes, which no character in it can end.
func QuoteWord(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// QuoteIfNeeded returns word as it is if a shell reads it as one word, and in
// single quotes otherwise.
func QuoteIfNeeded(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("-_./:=@,+%", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return QuoteWord(word)
}
