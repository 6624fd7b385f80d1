package ui

import "testing"

// TestScreenful: the top of a frame is what a person looks for, and it must
// not leave the screen.
func TestScreenful(t *testing.T) {
	for name, c := range map[string]struct {
		width, height int
		text, want    string
	}{
		"fits":         {10, 4, "a\nb\nc\n", "a\nb\nc\n"},
		"too long":     {10, 4, "a\nb\nc\nd\n", "a\nb\n… 2 more lines\n"},
		"wraps":        {10, 4, "a\n0123456789x\nc\n", "a\n… 2 more lines\n"},
		"colors":       {10, 4, "a\n\x1b[2m0123456789\x1b[0m\nc\n", "a\n\x1b[2m0123456789\x1b[0m\nc\n"},
		"hardly a row": {10, 1, "a\nb\n", "… 2 more lines\n"},
	} {
		s, _, _ := TestStreams("")
		s.Out.size = func() (int, int) { return c.width, c.height }
		if got := s.Out.FitScreen(c.text); got != clearScreen+c.want {
			t.Errorf("%s:\n%q\nwant\n%q", name, got, clearScreen+c.want)
		}
	}
}
