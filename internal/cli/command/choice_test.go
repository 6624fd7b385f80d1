package command

import (
	"slices"
	"testing"

	"version-manager/internal/ui"
)

func FuzzChoice(f *testing.F) {
	f.Add("always")
	f.Add("ALWAYS")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		allowed := []ui.ColorMode{ui.ColorAuto, ui.ColorAlways, ui.ColorNever}
		mode := ui.ColorAuto
		err := NewChoice(&mode, allowed...).Set(s)
		if (err == nil) != slices.Contains(allowed, ui.ColorMode(s)) || !slices.Contains(allowed, mode) {
			t.Errorf("--color %q gives %q, %v", s, mode, err)
		}
	})
}
