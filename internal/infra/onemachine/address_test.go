package onemachine

import (
	"net/netip"
	"testing"
)

func TestNodes(t *testing.T) {
	list := nodes(3)
	want := []node{
		{0, "server", "10.213.0.11", "10.214.1.0/24", "vm-server"},
		{1, "worker-1", "10.213.0.12", "10.214.2.0/24", "vm-worker-1"},
		{2, "worker-2", "10.213.0.13", "10.214.3.0/24", "vm-worker-2"},
	}
	for i, n := range list {
		if n != want[i] {
			t.Errorf("node %d is %+v, want %+v", i, n, want[i])
		}
	}
	if list[0].role() != "control-plane" || list[1].role() != "worker" {
		t.Errorf("roles %s, %s", list[0].role(), list[1].role())
	}
}

// TestAddresses: with as many nodes as there may be, nothing overlaps and every
// name fits where the kernel keeps it.
func TestAddresses(t *testing.T) {
	all := []netip.Prefix{netip.MustParsePrefix(nodeRange), netip.MustParsePrefix(podRange), netip.MustParsePrefix(serviceRange)}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.Overlaps(b) {
				t.Errorf("%s and %s overlap", a, b)
			}
		}
	}
	seen := map[string]bool{bridgeAddress: true}
	for _, n := range nodes(maxNodes) {
		pods := netip.MustParsePrefix(n.Pods)
		switch {
		case !all[0].Contains(netip.MustParseAddr(n.Address)):
			t.Errorf("%s has the address %s", n, n.Address)
		case !all[1].Overlaps(pods) || pods.Bits() != 24 || pods.Masked() != pods:
			t.Errorf("%s has the pods %s", n, n.Pods)
		case seen[n.Address] || seen[n.Pods]:
			t.Errorf("%s shares an address", n)
		case len(n.Cable) > 15:
			t.Errorf("%s: no interface can be called %s", n, n.Cable)
		}
		seen[n.Address], seen[n.Pods] = true, true
	}
	for _, a := range []string{serviceAddress, dnsAddress} {
		if !all[2].Contains(netip.MustParseAddr(a)) {
			t.Errorf("%s is no address of a service", a)
		}
	}
}
