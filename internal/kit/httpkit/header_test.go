package httpkit

import (
	"net/http/httptest"
	"testing"
)

func TestHasOnlyValue(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   bool
	}{
		{nil, false}, {[]string{"1"}, true}, {[]string{""}, false}, {[]string{"11"}, false}, {[]string{"1", "1"}, false}, {[]string{"1, 1"}, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		for _, v := range tt.values {
			r.Header.Add("X-Checked", v)
		}
		if got := HasOnlyValue(r, "X-Checked", "1"); got != tt.want {
			t.Errorf("%q: %v", tt.values, got)
		}
	}
}
