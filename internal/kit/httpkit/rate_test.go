package httpkit

import (
	"net/netip"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	rate, now := NewRate(2, time.Second), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i, tt := range []struct {
		who   netip.Addr
		after time.Duration
		ok    bool
	}{{a, 0, true}, {a, 0, true}, {a, 0, false}, {b, 0, true}, {a, 999 * time.Millisecond, false}, {a, time.Second, true}, {a, time.Second, false}, {a, time.Minute, true}} {
		wait, ok := rate.Allow(tt.who, now.Add(tt.after))
		if ok != tt.ok || ok != (wait == 0) {
			t.Errorf("step %d: %v, wait %v", i, ok, wait)
		}
	}
	if network(netip.MustParseAddr("2001:db8::1")) != network(netip.MustParseAddr("2001:db8::2")) {
		t.Error("neighbors in one IPv6 network count as two")
	}
}

func TestRateIsBounded(t *testing.T) {
	rate, now := NewRate(1, time.Hour), time.Now()
	for i := range 3 * maxClients / 2 {
		rate.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(rate.full) > maxClients {
		t.Errorf("%d clients are remembered", len(rate.full))
	}
}
