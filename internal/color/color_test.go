package color

import "testing"

func TestOther(t *testing.T) {
	for in, want := range map[Color]Color{None: Blue, Blue: Green, Green: Blue} {
		if got := in.Other(); got != want {
			t.Errorf("%q.Other() = %q, want %q", in, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range Both() {
		if got, err := Parse(string(c)); got != c || err != nil {
			t.Errorf("Parse(%q) = %q, %v", c, got, err)
		}
	}
	for _, bad := range []string{"", "red", "Blue", "blue "} {
		if got, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", bad, got)
		}
	}
}
