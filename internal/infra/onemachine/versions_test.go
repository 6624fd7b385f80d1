package onemachine

import (
	"strings"
	"testing"
)

func TestVersionIn(t *testing.T) {
	for said, want := range map[string]string{
		"6.18.44-fc-v445\n":                   "6.18.44",
		"5.10.0-28-amd64\n":                   "5.10.0",
		"nftables v1.0.6 (Lester Gooch #5)\n": "1.0.6",
		"containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n":                    "1.6.20",
		"containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376\n": "2.1.4",
		"containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da\n":                       "1.7.27",
		"containerd of my own\n": "",
		"":                       "",
	} {
		if got := versionIn(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestCheckSaysWhatIsTooOld(t *testing.T) {
	for said, want := range map[string]string{
		"nftables v0.9.8 (E.D.S.)":              "nftables 1.0.1 or newer, and this machine has 0.9.8",
		"nftables v1.0.1 (Fearless Fosdick #3)": "",
		"nftables v1.10 (of a time to come)":    "",
		"":                                      "",
	} {
		s := pretended(t)
		s.ask = func(argv ...string) string {
			if argv[0] == "nft" {
				return said
			}
			return ""
		}
		_, err := s.check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", said, err, want)
		}
	}
}
