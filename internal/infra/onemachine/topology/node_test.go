package topology

import (
	"net/netip"
	"testing"
)

// maxLinkName is the length of the longest name that Linux accepts for a
// network interface, in bytes.
const maxLinkName = 15

func TestFirstNodes(t *testing.T) {
	list := FirstNodes(3)
	want := []Node{
		{0, "server", "10.213.0.11", "10.214.1.0/24", "vm-server"},
		{1, "worker-1", "10.213.0.12", "10.214.2.0/24", "vm-worker-1"},
		{2, "worker-2", "10.213.0.13", "10.214.3.0/24", "vm-worker-2"},
	}
	if len(list) != len(want) {
		t.Fatalf("got %d nodes, want %d", len(list), len(want))
	}
	for i, n := range list {
		if n != want[i] {
			t.Errorf("node %d = %+v, want %+v", i, n, want[i])
		}
	}
	if list[0].RoleName() != "control-plane" || list[1].RoleName() != "worker" {
		t.Errorf("roles = %s, %s", list[0].RoleName(), list[1].RoleName())
	}
}

func TestRangesDoNotOverlap(t *testing.T) {
	ranges := []netip.Prefix{netip.MustParsePrefix(NodeRange), netip.MustParsePrefix(PodRange), netip.MustParsePrefix(ServiceRange)}
	for i, a := range ranges {
		for _, b := range ranges[i+1:] {
			if a.Overlaps(b) {
				t.Errorf("%s and %s overlap", a, b)
			}
		}
	}
	for _, a := range []string{ServiceAddress, DNSAddress} {
		if !ranges[2].Contains(netip.MustParseAddr(a)) {
			t.Errorf("%s is outside of the service range", a)
		}
	}
}

// TestLargestCluster checks that addresses stay distinct and inside their
// ranges, and that every interface name is short enough for the kernel.
func TestLargestCluster(t *testing.T) {
	nodeRange, podRange := netip.MustParsePrefix(NodeRange), netip.MustParsePrefix(PodRange)
	seen := map[string]bool{BridgeAddress: true}
	for _, n := range FirstNodes(MaxNodes) {
		pods := netip.MustParsePrefix(n.PodRange)
		switch {
		case !nodeRange.Contains(netip.MustParseAddr(n.Address)):
			t.Errorf("%s has the address %s", n, n.Address)
		case !podRange.Overlaps(pods) || pods.Bits() != 24 || pods.Masked() != pods:
			t.Errorf("%s has the pod range %s", n, n.PodRange)
		case seen[n.Address] || seen[n.PodRange]:
			t.Errorf("%s shares an address with another node", n)
		case len(n.Link) > maxLinkName:
			t.Errorf("%s: the interface name %s is too long", n, n.Link)
		}
		seen[n.Address], seen[n.PodRange] = true, true
	}
}
