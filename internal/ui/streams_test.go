package ui

import "testing"

func TestIsUTF8(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, true},
		{map[string]string{"LANG": "C.utf8"}, true},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, false},
		{map[string]string{"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, true},
	} {
		if got := isUTF8(func(k string) string { return tt.env[k] }); got != tt.want {
			t.Errorf("isUTF8(%v) = %t, want %t", tt.env, got, tt.want)
		}
	}
}

func TestSizeIsNeverZero(t *testing.T) {
	for _, o := range []*Output{{}, {size: func() (int, int) { return 0, 0 }}} {
		if w, h := o.TerminalSize(); w != 80 || h != 24 {
			t.Errorf("Size() = %d, %d, want 80, 24", w, h)
		}
	}
}

func TestColor(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, true},
		{map[string]string{"TERM": "xterm-256color"}, true},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{"NO_COLOR": "1"}, false},
	} {
		if got := wantsColor(func(k string) string { return tt.env[k] }); got != tt.want {
			t.Errorf("wantsColor(%v) = %t, want %t", tt.env, got, tt.want)
		}
	}
	for mode, want := range map[ColorMode]bool{ColorAuto: true, ColorAlways: true, ColorNever: false} {
		s, _, _ := TestStreams("")
		s.Out.Color, s.Err.Color = true, true // as on a terminal
		s.SetColor(mode)
		if s.Out.Color != want || s.Err.Color != want {
			t.Errorf("--color %s: %t and %t, want %t", mode, s.Out.Color, s.Err.Color, want)
		}
	}
}
