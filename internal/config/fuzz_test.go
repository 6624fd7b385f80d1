package config

import (
	"regexp"
	"strings"
	"testing"
)

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"30s", "1m30s", "", "-1s", "1h", "9223372036854775807ns", "1e3s", "1d", "1.5h0m0s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d, again Duration
		if d.UnmarshalText([]byte(s)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
			t.Errorf("%q is %s, which reads back as %s, %v", s, d, again, err)
		}
	})
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"250m", "2", "128Mi", "1Gi", "0", "1e9", "-1", "1.5", "99999999999999999999Ti", "1k"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, form := range []*regexp.Regexp{cpuAmount, memAmount} {
			var m mistakes
			if n := m.parseAmount("x", s, form, "1"); n < 0 || n != n || s != "" && n == 0 && len(m) == 0 {
				t.Errorf("%q is worth %v", s, n)
			}
		}
	})
}

func FuzzHost(f *testing.F) {
	for _, s := range []string{"shop.example.org", "*.example.org", "127.0.0.1", "http://203.0.113.7:30001", "http://[::1]:80/", "https://a@b", `http://"0`, "a..b", "-a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if isHost(s) && strings.ContainsAny(s, " /:@\r\n\t\"'\\<>") {
			t.Errorf("%q counts as a host", s)
		}
		if isBaseURL(s) && strings.ContainsAny(s, " \r\n\t\"<>@?#") {
			t.Errorf("%q counts as a base address", s)
		}
	})
}
