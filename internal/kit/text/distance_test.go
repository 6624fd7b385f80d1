package text

import "testing"

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"port", "prot", 2},
		{"", "ab", 2}, {"ab", "", 2}, {"output", "output", 0}, {"ouput", "output", 1}, {"outptu", "output", 2}, {"watch", "wait", 3},
		{"replica", "replicas", 1}, {"v1.2.0", "v1.3.0", 1}, {"kitten", "sitting", 3},
	} {
		if got := EditDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("EditDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
