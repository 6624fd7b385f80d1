// Package text has what messages are made of: counted nouns, and how far apart two
// words are.
package text

import "fmt"

// CountNoun returns "1 file is" or "2 files are".
func CountNoun(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
