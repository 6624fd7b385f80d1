package onemachine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// pretended is a machine that has everything but what is named.
func pretended(t *testing.T, without ...string) surroundings {
	t.Helper()
	dir := t.TempDir()
	lacks := func(name string) bool { return strings.Contains(" "+strings.Join(without, " ")+" ", " "+name+" ") }
	for _, p := range plugins() {
		if !lacks(p) {
			if err := os.WriteFile(filepath.Join(dir, p), nil, 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	look := func(name string) (string, error) {
		if lacks(name) {
			return "", errors.New("not found")
		}
		return "/usr/bin/" + name, nil
	}
	return surroundings{system: "linux", look: look, folders: []string{"/nowhere", dir}, ask: func(...string) string { return "" }}
}

func TestCheck(t *testing.T) {
	s := pretended(t)
	f, err := s.check()
	if err != nil || f.containerd != "/usr/bin/containerd" || f.cni != s.folders[1] {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	mac := pretended(t)
	mac.system = "darwin"
	user := pretended(t, "nft", "runc") // which are in /usr/sbin
	user.user = 1000
	for _, tt := range []struct {
		what    string
		s       surroundings
		message string
		hint    string
	}{
		{"Debian", pretended(t, "containerd", "containerd-shim-runc-v2", "ctr", "runc", "ptp", "portmap"),
			"containerd, containerd-shim-runc-v2, ctr, runc, CNI plugin ptp, CNI plugin portmap",
			"sudo apt-get install -y containerd runc containernetworking-plugins"},
		{"Fedora", pretended(t, "apt-get", "iptables", "ip"), "iptables, ip", "sudo dnf install -y iptables-nft iproute"},
		{"macOS", mac, "needs Linux, and this is darwin", "export KUBECONFIG"},
		{"not root", user, "network devices and mounts", ""},
	} {
		_, err := tt.s.check()
		p, ok := errors.AsType[*problem.Problem](err)
		if !ok || !strings.Contains(p.What, tt.message) || !strings.HasPrefix(p.Hint, tt.hint) || strings.Contains(p.What+p.Hint, "\n") {
			t.Errorf("%s: %+v", tt.what, err)
		}
	}
}
