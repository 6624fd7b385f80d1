package onemachine

import (
	"net"
	"net/netip"
	"strconv"
)

// The addresses of a cluster. They were chosen because hardly anybody uses
// them; clash.go finds out whether this machine does.
const (
	nodeRange    = "10.213.0.0/24"
	podRange     = "10.214.0.0/16"
	serviceRange = "10.96.0.0/12"

	bridgeAddress  = "10.213.0.1"
	serviceAddress = "10.96.0.1"  // the API server, as pods call it
	dnsAddress     = "10.96.0.10" // CoreDNS

	bridge = "vm-cluster" // name of the bridge

	firstNode = 11 // last byte of the first node's address
	maxNodes  = 20

	apiPort = "6443"

	// ServerNode is the node with the control plane.
	ServerNode = "server"
)

// node is one of the machines that Kubernetes sees.
type node struct {
	Index   int // 0 is the server
	Name    string
	Address string // "10.213.0.11"
	Pods    string // "10.214.1.0/24"
	Cable   string // name of its network interface on the machine's side
}

func (n node) String() string { return n.Name }

// server reports whether the control plane runs there.
func (n node) server() bool { return n.Index == 0 }

// role as Kubernetes' label and a person call it.
func (n node) role() string {
	if n.server() {
		return "control-plane"
	}
	return "worker"
}

// nodes are the first n.
func nodes(n int) []node {
	list := make([]node, n)
	for i := range list {
		name := ServerNode
		if i > 0 {
			name = "worker-" + strconv.Itoa(i)
		}
		list[i] = node{
			Index:   i,
			Name:    name,
			Address: addressOf(i),
			Pods:    podsOf(i),
			Cable:   "vm-" + name,
		}
	}
	return list
}

func addressOf(i int) string {
	base := netip.MustParsePrefix(nodeRange).Addr().As4()
	base[3] = byte(firstNode + i)
	return netip.AddrFrom4(base).String()
}

func podsOf(i int) string {
	base := netip.MustParsePrefix(podRange).Addr().As4()
	base[2] = byte(1 + i)
	return netip.PrefixFrom(netip.AddrFrom4(base), 24).String()
}

// apiURL is where everybody finds the API server.
func apiURL() string { return "https://" + apiAddress() }

func apiAddress() string { return net.JoinHostPort(addressOf(0), apiPort) }
