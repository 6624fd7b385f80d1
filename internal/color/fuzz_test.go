package color

import "testing"

func FuzzParse(f *testing.F) {
	f.Add("blue")
	f.Add("Green")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := Parse(s); err == nil && (string(c) != s || c.Other().Other() != c) {
			t.Errorf("%q is %q", s, c)
		}
	})
}
