package nutrition

import (
	"slices"
	"strings"
	"testing"
)

// TestTypoLimits: one typo from four letters on, two from seven on.
func TestTypoLimits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		ok   bool
	}{
		{"oil", "oel", false},
		{"reis", "reiz", true}, {"reis", "rexz", false},
		{"butter", "buttex", true}, {"butter", "buttxx", false},
		{"karotte", "karotxx", true}, {"karotte", "karoxxx", false},
	} {
		if _, ok := typoDistance(tt.a, tt.b); ok != tt.ok {
			t.Errorf("%q and %q: similar %t, want %t", tt.a, tt.b, ok, tt.ok)
		}
	}
}

func TestQueryLimits(t *testing.T) {
	words := []string{"aa", "bb", "cc", "dd", "ee", "ff", "gg"}
	for n, want := range map[int]int{maxQueryTerms - 1: maxQueryTerms - 1, maxQueryTerms: maxQueryTerms, maxQueryTerms + 1: maxQueryTerms} {
		if got := splitQuery(strings.Join(words[:n], " ")); len(got) != want {
			t.Errorf("%d words: %q", n, got)
		}
	}
	for pad, want := range map[int]bool{maxQueryLength - 5: true, maxQueryLength - 4: true, maxQueryLength - 3: false} {
		if got := slices.Contains(splitQuery(strings.Repeat(" ", pad)+"reis"), "reis"); got != want {
			t.Errorf("a word that ends at byte %d counts: %t, want %t", pad+4, got, want)
		}
	}
	if got := splitQuery("x ab"); !slices.Equal(got, []string{"ab"}) {
		t.Errorf("words of one and two letters: %q", got)
	}
}
