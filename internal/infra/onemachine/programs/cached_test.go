package programs

import "testing"

func TestPackagesCountOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, tt := range []struct {
		packages string
		want     float64
	}{
		{"fmt false\nk8s.io/api true\nk8s.io/client true\n./kubernetes true\n", 0.75},
		{"fmt false\nk8s.io/api true\nlego true\ntraefik true\n", 1}, // the shared package counted before
		{"fmt false\n", 0},
	} {
		if got := uncachedShare(tt.packages, seen); got != tt.want {
			t.Errorf("%q: %g, want %g", tt.packages, got, tt.want)
		}
	}
}
