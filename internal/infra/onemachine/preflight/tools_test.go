package preflight

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// fakeMachine has everything but the named programs.
func fakeMachine(t *testing.T, without ...string) machine {
	t.Helper()
	dir := t.TempDir()
	for _, p := range requiredPlugins() {
		if slices.Contains(without, p) {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, p), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	lookPath := func(name string) (string, error) {
		if slices.Contains(without, name) {
			return "", errors.New("not found")
		}
		return "/usr/bin/" + name, nil
	}
	return machine{goos: "linux", lookPath: lookPath, pluginDirs: []string{"/nonexistent", dir}, output: func(...string) string { return "" }}
}

func TestCompleteMachine(t *testing.T) {
	m := fakeMachine(t)
	tools, err := m.checkAll()
	if err != nil || tools.Containerd != "/usr/bin/containerd" || tools.CNIDir != m.pluginDirs[1] {
		t.Errorf("got %+v, %v", tools, err)
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	mac := fakeMachine(t)
	mac.goos = "darwin"
	user := fakeMachine(t, "nft", "runc") // which are in /usr/sbin
	user.uid = 1000
	for _, tt := range []struct {
		name    string
		machine machine
		message string
		hint    string
	}{
		{"Debian", fakeMachine(t, "containerd", "containerd-shim-runc-v2", "ctr", "runc", "ptp", "portmap"),
			"containerd, containerd-shim-runc-v2, ctr, runc, CNI plugin ptp, CNI plugin portmap",
			"sudo apt-get install -y containerd runc containernetworking-plugins"},
		{"Fedora", fakeMachine(t, "apt-get", "iptables", "ip"), "iptables, ip", "sudo dnf install -y iptables-nft iproute"},
		{"macOS", mac, "requires Linux, and this is darwin", "export KUBECONFIG=FILE"},
		{"not root", user, "network devices and mounts", ""},
	} {
		_, err := tt.machine.checkAll()
		p, ok := errors.AsType[*problem.Problem](err)
		if !ok || !strings.Contains(p.What, tt.message) || p.Hint != tt.hint || strings.Contains(p.What, "\n") {
			t.Errorf("%s: %+v", tt.name, err)
		}
		if errors.Is(err, ErrNotRoot) != (tt.name == "not root") {
			t.Errorf("%s: only for root: %v", tt.name, err)
		}
	}
}
