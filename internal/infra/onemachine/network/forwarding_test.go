package network

import (
	"os"
	"path/filepath"
	"testing"
)

func TestIsRouterLink(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		want                bool
	}{
		{"Ethernet", "uevent", "INTERFACE=eth0\nIFINDEX=2\n", false},
		{"bridge", "uevent", "DEVTYPE=bridge\nINTERFACE=docker0\n", true},
		{"WireGuard", "uevent", "DEVTYPE=wireguard\nINTERFACE=wg0\n", true},
		{"tunnel", "tun_flags", "0x1001\n", true},
		{"Wi-Fi", "uevent", "DEVTYPE=wlan\nINTERFACE=wlan0\n", false},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := isRouterLink(dir); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
