package caloguessr

import (
	"strings"
	"testing"
)

func FuzzFromEnv(f *testing.F) {
	f.Add("127.0.0.1", "8080", "10.0.0.0/8 ::1/128", "500ms", "json", "a-token-of-the-operator")
	f.Add("", "70000", "10.0.0.1", "-1s", "xml", "short")
	f.Fuzz(func(t *testing.T, host, port, proxies, linger, format, token string) {
		values := map[string]string{"HOST": host, "PORT": port, "TRUSTED_PROXIES": proxies, "DRAIN_LINGER": linger, "LOG_FORMAT": format, "CALOGUESSR_ADMIN_TOKEN": token}
		c, err := readConfig(func(name string) string { return values[name] })
		if err != nil {
			return
		}
		if c.Linger < 0 || c.AdminToken != "" && len(c.AdminToken) < minTokenLength {
			t.Errorf("accepted: %+v", c)
		}
		if c.isLocalOnly() && !strings.Contains(c.Address, "localhost") && !strings.Contains(c.Address, "127.") && !strings.Contains(c.Address, ":1]") && !strings.Contains(c.Address, ":7f") {
			t.Errorf("%q counts as reachable from this machine only", c.Address)
		}
	})
}
