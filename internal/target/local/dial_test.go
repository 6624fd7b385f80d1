package local

import (
	"testing"

	"version-manager/internal/config"
)

func TestReachable(t *testing.T) {
	for _, tt := range []struct{ address, preview, host, want string }{
		{"127.0.0.1", "preview.localhost", "preview.localhost", "127.0.0.1"},
		{"192.0.2.1", "preview.localhost", "preview.localhost", "192.0.2.1"},
		{"192.0.2.1", "next.shop.example", "blue.next.shop.example", "192.0.2.1"},
		{"0.0.0.0", "next.shop.example", "next.shop.example", "localhost"},
		{"::", "next.shop.example", "next.shop.example", "localhost"},
		{"localhost", "preview.localhost", "preview.localhost", "localhost"},
		{"127.0.0.1", "preview.localhost", "other.localhost", "localhost"},
		{"127.0.0.1", "preview.localhost", "192.0.2.7", "192.0.2.7"},
		{"127.0.0.1", "", "shop.example", "shop.example"},
	} {
		if got := reachableHost(config.Local{Address: tt.address, Preview: tt.preview}, tt.host); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}
