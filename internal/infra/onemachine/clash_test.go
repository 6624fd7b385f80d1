package onemachine

import "testing"

func TestClash(t *testing.T) {
	const ordinary = "default via 192.168.1.1 dev eth0 \n" +
		"192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.5 \n" +
		"local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \n" +
		"broadcast 192.168.1.255 dev eth0 table local proto kernel scope link src 192.168.1.5 \n"
	const ours = "10.213.0.0/24 dev vm-cluster proto kernel scope link src 10.213.0.1 \n" +
		"10.214.1.0/24 via 10.213.0.11 dev vm-cluster \n" +
		"local 10.213.0.1 dev vm-cluster table local proto kernel scope host src 10.213.0.1 \n"
	for _, tt := range []struct{ what, routes, clash string }{
		{"an ordinary machine", ordinary, ""},
		{"our own cluster", ordinary + ours, ""},
		{"docker elsewhere", ordinary + "172.17.0.0/16 dev docker0\n", ""},
		{"a VPN for everything private", ordinary + "10.0.0.0/8 via 10.8.0.1 dev tun0\n", nodeRange},
		{"another cluster's services", ordinary + "10.96.0.10 dev cilium_host\n", serviceRange},
		{"a black hole", ordinary + "blackhole 10.214.7.0/26 proto bird\n", podRange},
		{"a VPN for everything", ordinary + "0.0.0.0/1 via 10.8.0.1 dev tun0\n128.0.0.0/1 via 10.8.0.1 dev tun0\n", ""},
	} {
		route, in, found := clash(tt.routes)
		if found != (tt.clash != "") || in != tt.clash {
			t.Errorf("%s: %q clashes with %q, want %q", tt.what, route, in, tt.clash)
		}
	}
}

func TestNameservers(t *testing.T) {
	for _, tt := range []struct{ what, resolv, want string }{
		{"usual", "# by hand\nnameserver 192.168.1.1\nnameserver 9.9.9.9\nsearch lan\n", "nameserver 192.168.1.1\nnameserver 9.9.9.9\n"},
		{"only a cache of this machine", "nameserver 127.0.0.53\noptions edns0\n", "nameserver 10.213.0.1\n"},
		{"cache and another", "nameserver 127.0.0.53\nnameserver 192.168.1.1\n", "nameserver 192.168.1.1\n"},
		{"nodes have no IPv6", "nameserver fe80::1%eth0\n", "nameserver 10.213.0.1\n"},
		{"none", "", "nameserver 10.213.0.1\n"},
	} {
		if got := string(nameservers([]byte(tt.resolv))); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}
