package preflight

import (
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for output, want := range map[string]string{
		"6.18.44-fc-v445\n":                   "6.18.44",
		"5.10.0-28-amd64\n":                   "5.10.0",
		"nftables v1.0.6 (Lester Gooch #5)\n": "1.0.6",
		"containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n":                    "1.6.20",
		"containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376\n": "2.1.4",
		"containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da\n":                       "1.7.27",
		"containerd, built locally\n": "",
		"a first line\n1.2.3\n":       "",
		"":                            "",
	} {
		if got := parseVersion(output); got != want {
			t.Errorf("%q: %q, want %q", output, got, want)
		}
	}
}

// TestMinimumVersions has, for each program, a version below the minimum, the
// minimum itself, and one above it.
func TestMinimumVersions(t *testing.T) {
	for _, tt := range []struct{ program, output, want string }{
		{"uname", "5.12.19", "Linux 5.13 or newer"},
		{"uname", "5.13.0", ""},
		{"uname", "6.1.0-28-amd64", ""},
		{"nft", "nftables v0.9.8 (E.D.S.)", "nftables 1.0.1 or newer"},
		{"nft", "nftables v1.0.0 (Fearless Fosdick)", "this machine has 1.0.0"},
		{"nft", "nftables v1.0.1 (Fearless Fosdick #3)", ""},
		{"nft", "nftables v1.10 (a future release)", ""},
		{"containerd", "containerd github.com/containerd/containerd 1.5.18", "containerd 1.6 or newer"},
		{"containerd", "containerd github.com/containerd/containerd 1.6.0", ""},
		{"nft", "no version", ""},
		{"nft", "", ""},
	} {
		m := fakeMachine(t)
		m.output = func(argv ...string) string {
			if argv[0] == tt.program {
				return tt.output
			}
			return ""
		}
		_, err := m.checkAll()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.output, err, tt.want)
		}
	}
}
