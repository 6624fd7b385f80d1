package memlimit

import "testing"

func TestParseMemInfo(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:       1024 kB\nMemFree: 1 kB\n": 1 << 20,
		"MemFree: 1 kB\nMemTotal: 2 kB\n":          2 << 10,
		"MemTotal: 0 kB\n":                         0,
		"MemTotal: -1 kB\n":                        0,
		"MemTotal: 9223372036854775807 kB\n":       0,
		"MemTotal: 1 MB\n":                         0,
		"":                                         0,
	} {
		if got := parseMemInfo(text); got != want {
			t.Errorf("parseMemInfo(%q) = %d, want %d", text, got, want)
		}
	}
}

func FuzzMemInfo(f *testing.F) {
	f.Add("MemTotal:       1024 kB\n")
	f.Fuzz(func(t *testing.T, text string) {
		if n := parseMemInfo(text); n < 0 {
			t.Errorf("%q gives %d", text, n)
		}
	})
}
