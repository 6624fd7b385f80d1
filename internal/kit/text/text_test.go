package text

import "testing"

func TestCountNoun(t *testing.T) {
	for n, want := range map[int]string{0: "0 files are", 1: "1 file is", 2: "2 files are"} {
		if got := CountNoun(n, "file is", "files are"); got != want {
			t.Errorf("CountNoun(%d) = %q, want %q", n, got, want)
		}
	}
}
