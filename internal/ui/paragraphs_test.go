package ui

import "testing"

func TestParagraphs(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"short":                  {"one two", "one two\n"},
		"as wide as the limit":   {"one two three four", "one two three four\n"},
		"wider by one":           {"one two three fours", "one two three\nfours\n"},
		"a break is a space":     {"one\ntwo", "one two\n"},
		"two paragraphs":         {"one\n\ntwo\nthree", "one\n\ntwo three\n"},
		"rows":                   {"codes:\n\n  0  done\n  1  failed for a reason", "codes:\n\n  0  done\n  1  failed for a\n     reason\n"},
		"a row with one column":  {"  one two three four five", "  one two three\n  four five\n"},
		"prose follows a row":    {"  one\ntwo\nthree", "  one\ntwo three\n"},
		"a word beyond the line": {"aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaabbbbbbbb\nbb\n"},
		"nothing":                {"", "\n"},
	} {
		if got := WrapParagraphs(tt.text, len("one two three four")); got != tt.want {
			t.Errorf("%s:\n%q, want\n%q", name, got, tt.want)
		}
	}
}
