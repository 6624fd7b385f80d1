package network

import (
	"testing"

	"version-manager/internal/infra/onemachine/topology"
)

func TestFindConflict(t *testing.T) {
	const ordinary = "default via 192.168.1.1 dev eth0 \n" +
		"192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.5 \n" +
		"local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \n" +
		"broadcast 192.168.1.255 dev eth0 table local proto kernel scope link src 192.168.1.5 \n"
	const ours = "10.213.0.0/24 dev vm-cluster proto kernel scope link src 10.213.0.1 \n" +
		"10.214.1.0/24 via 10.213.0.11 dev vm-cluster \n" +
		"local 10.213.0.1 dev vm-cluster table local proto kernel scope host src 10.213.0.1 \n"
	for _, tt := range []struct{ name, routes, conflict string }{
		{"ordinary machine", ordinary, ""},
		{"our own cluster", ordinary + ours, ""},
		{"Docker in another range", ordinary + "172.17.0.0/16 dev docker0\n", ""},
		{"VPN for all private addresses", ordinary + "10.0.0.0/8 via 10.8.0.1 dev tun0\n", topology.NodeRange},
		{"prefix one bit shorter than a conflict", ordinary + "10.0.0.0/7 via 10.8.0.1 dev tun0\n", ""},
		{"services of another cluster", ordinary + "10.96.0.10 dev cilium_host\n", topology.ServiceRange},
		{"black hole", ordinary + "blackhole 10.214.7.0/26 proto bird\n", topology.PodRange},
		{"VPN for all addresses", ordinary + "0.0.0.0/1 via 10.8.0.1 dev tun0\n128.0.0.0/1 via 10.8.0.1 dev tun0\n", ""},
	} {
		route, conflict, found := findConflict(tt.routes)
		if found != (tt.conflict != "") || conflict != tt.conflict {
			t.Errorf("%s: %q conflicts with %q, want %q", tt.name, route, conflict, tt.conflict)
		}
	}
}

func TestUsableNameservers(t *testing.T) {
	for _, tt := range []struct{ name, resolvConf, want string }{
		{"usual", "# by hand\nnameserver 192.168.1.1\nnameserver 9.9.9.9\nsearch lan\n", "nameserver 192.168.1.1\nnameserver 9.9.9.9\n"},
		{"only the local cache", "nameserver 127.0.0.53\noptions edns0\n", "nameserver 10.213.0.1\n"},
		{"local cache and another", "nameserver 127.0.0.53\nnameserver 192.168.1.1\n", "nameserver 192.168.1.1\n"},
		{"IPv6, which nodes do not have", "nameserver fe80::1%eth0\n", "nameserver 10.213.0.1\n"},
		{"none", "", "nameserver 10.213.0.1\n"},
	} {
		if got := string(UsableNameservers([]byte(tt.resolvConf))); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
