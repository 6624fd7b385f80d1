package manifest

import (
	"net/netip"
	"slices"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"version-manager/internal/kube"
)

// TestMetadataServicesAreBlocked asks the policy what an app may connect to,
// with the meaning that Kubernetes gives its rules.
func TestMetadataServicesAreBlocked(t *testing.T) {
	policy, err := kube.ConvertObject[networkingv1.NetworkPolicy](find(t, all(t, everything(t)), "NetworkPolicy", "shop"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		address string
		port    int32
		want    bool
	}{
		{"169.254.169.254", 80, false}, // AWS, Google, Azure, DigitalOcean, Hetzner, OpenStack
		{"169.254.170.2", 80, false},   // ECS credentials
		{"169.254.170.23", 80, false},  // EKS pod identity
		{"169.254.42.42", 80, false},   // Scaleway
		{"169.254.0.23", 80, false},    // Tencent
		{"168.63.129.16", 80, false},
		{"168.63.129.16", 32526, false},
		{"100.100.100.200", 80, false},
		{"192.0.0.192", 80, false},
		{"fd00:ec2::254", 80, false},
		{"fd00:ec2::23", 80, false},
		{"fd20:ce::254", 80, false},
		{"fd00:c1::a9fe:a9fe", 80, false},
		{"fd00:42::42", 80, false},
		{"fe80::a9fe:a9fe", 80, false},
		{"64:ff9b::a9fe:a9fe", 80, false},
		{"169.254.20.10", 53, true}, // NodeLocal DNSCache
		{"169.254.169.253", 53, true},
		{"168.63.129.16", 53, true},
		{"fd00:ec2::253", 53, true},
		{"169.253.255.255", 80, true},
		{"169.255.0.0", 80, true},
		{"100.100.100.201", 443, true},
		{"192.0.0.193", 443, true},
		{"10.0.0.1", 5432, true},
		{"142.250.1.95", 443, true},
		{"fd00:ec3::1", 443, true},
		{"2a00:1450::5f", 443, true},
	} {
		if got := mayReach(policy, netip.MustParseAddr(tt.address), tt.port); got != tt.want {
			t.Errorf("to %s, port %d: allowed %v, want %v", tt.address, tt.port, got, tt.want)
		}
	}
}

func mayReach(p *networkingv1.NetworkPolicy, to netip.Addr, port int32) bool {
	return slices.ContainsFunc(p.Spec.Egress, func(r networkingv1.NetworkPolicyEgressRule) bool {
		open := len(r.Ports) == 0 || slices.ContainsFunc(r.Ports, func(p networkingv1.NetworkPolicyPort) bool { return p.Port.IntVal == port })
		return open && slices.ContainsFunc(r.To, func(peer networkingv1.NetworkPolicyPeer) bool { return covers(peer.IPBlock, to) })
	})
}

func covers(b *networkingv1.IPBlock, a netip.Addr) bool {
	within := func(cidr string) bool { return netip.MustParsePrefix(cidr).Contains(a) }
	return b != nil && within(b.CIDR) && !slices.ContainsFunc(b.Except, within)
}
