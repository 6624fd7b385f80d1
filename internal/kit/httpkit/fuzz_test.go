package httpkit

import (
	"net/netip"
	"testing"
	"time"
)

func FuzzRate(f *testing.F) {
	f.Add([]byte{192, 0, 2, 1}, int64(0), int64(time.Second))
	f.Add(make([]byte, 16), int64(-1), int64(1)<<62)
	f.Fuzz(func(t *testing.T, address []byte, first, second int64) {
		client, _ := netip.AddrFromSlice(address)
		rate, start := NewRate(2, time.Second), time.Unix(1_800_000_000, 0)
		for _, after := range []int64{first, first, first, second} {
			now := start.Add(time.Duration(after))
			_, ready := rate.Ready(client, now)
			if wait, ok := rate.Allow(client, now); ok != ready || ok != (wait == 0) || wait < 0 {
				t.Errorf("ready: %t, allowed: %t, wait %s", ready, ok, wait)
			}
		}
		if len(rate.full) != 1 {
			t.Errorf("one client counts as %d", len(rate.full))
		}
	})
}
