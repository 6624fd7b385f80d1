package i18n

import (
	"maps"
	"regexp"
	"slices"
	"testing"
)

func load(t *testing.T) map[string]*Printer {
	t.Helper()
	p, err := LoadPrinters()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLanguagesAgree: all languages have the same keys, and texts with the same
// placeholders.
func TestLanguagesAgree(t *testing.T) {
	printers, placeholder := load(t), regexp.MustCompile(`\{[^}]*\}`)
	first := printers[Languages()[0]]
	for lang, p := range printers {
		want, got := slices.Sorted(maps.Keys(first.words)), slices.Sorted(maps.Keys(p.words))
		if !slices.Equal(want, got) {
			t.Errorf("%s has other keys than %s", lang, first.lang)
		}
		for key, text := range p.words {
			if text == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			want := slices.Sorted(slices.Values(placeholder.FindAllString(first.words[key], -1)))
			got := slices.Sorted(slices.Values(placeholder.FindAllString(text, -1)))
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has placeholders %v, want %v", lang, key, got, want)
			}
		}
	}
}

func TestInt(t *testing.T) {
	printers := load(t)
	for _, tt := range []struct {
		v      float64
		en, de string
	}{
		{0, "0", "0"}, {-0.2, "0", "0"}, {999.4, "999", "999"}, {999.5, "1,000", "1.000"},
		{1234, "1,234", "1.234"}, {1234567, "1,234,567", "1.234.567"}, {-1234, "−1,234", "−1.234"},
	} {
		if got := printers["en"].Int(tt.v); got != tt.en {
			t.Errorf("English %v is %q, want %q", tt.v, got, tt.en)
		}
		if got := printers["de"].Int(tt.v); got != tt.de {
			t.Errorf("German %v is %q, want %q", tt.v, got, tt.de)
		}
	}
}

func TestT(t *testing.T) {
	p := load(t)["en"]
	if got, want := p.T("result.range", "low", 1234.4, "high", 2000), "likely between 1,234 and 2,000\u00a0kcal"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.T("no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key shows as %q", got)
	}
}
