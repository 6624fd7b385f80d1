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
		if w, h := o.Size(); w != 80 || h != 24 {
			t.Errorf("Size() = %d, %d, want 80, 24", w, h)
		}
	}
}
