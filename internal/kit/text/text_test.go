package text

import (
	"slices"
	"testing"
)

func TestCountNoun(t *testing.T) {
	for n, want := range map[int]string{0: "0 files are", 1: "1 file is", 2: "2 files are"} {
		if got := CountNoun(n, "file is", "files are"); got != want {
			t.Errorf("CountNoun(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestJoinOr(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a or b"}, {[]string{"a", "b", "c"}, "a, b, or c"}, {[]string{"a", "b", "c", "d"}, "a, b, c, or d"},
	} {
		if got := JoinOr(tt.words); got != tt.want {
			t.Errorf("JoinOr(%q) = %q, want %q", tt.words, got, tt.want)
		}
	}
}

func TestFirstWords(t *testing.T) {
	words := []string{"a", "b", "c"}
	for limit, want := range map[int]int{0: 3, 2: 1, 3: 0, 4: 0} {
		first, left := FirstWords(words, limit)
		if left != want || !slices.Equal(first, words[:3-want]) {
			t.Errorf("FirstWords(3 words, %d) = %q and %d more, want %d more", limit, first, left, want)
		}
	}
}
