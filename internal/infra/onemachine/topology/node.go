// Package topology names the nodes of a local cluster and its addresses.
//
// All addresses are fixed: every cluster has the same ones, so they never have
// to be stored or looked up. Start with [FirstNodes].
package topology

import (
	"net"
	"net/netip"
	"strconv"
)

// The address ranges of a cluster. They are rarely used elsewhere; the package
// network checks that this machine does not use them already.
const (
	NodeRange    = "10.213.0.0/24"
	PodRange     = "10.214.0.0/16"
	ServiceRange = "10.96.0.0/12"

	BridgeAddress  = "10.213.0.1" // of this machine, as nodes see it
	ServiceAddress = "10.96.0.1"  // of the API server, as pods see it
	DNSAddress     = "10.96.0.10" // of CoreDNS

	BridgeName = "vm-cluster" // network interface of this machine
	LinkPrefix = "vm-"        // of the network interfaces that lead to nodes

	// APIPort is the TCP port of the API server.
	APIPort = "6443"
	// ServerName is the name of the node with the control plane.
	ServerName = "server"
	// MaxNodes is the largest number of nodes that a cluster can have.
	MaxNodes = 20
)

// firstHostByte is the last byte of the first node's address.
const firstHostByte = 11

// Node is one machine of the cluster, as Kubernetes sees it.
type Node struct {
	Index    int    // 0 is the server
	Name     string // "server", "worker-1"
	Address  string // "10.213.0.11"
	PodRange string // "10.214.1.0/24"
	Link     string // network interface on this machine that leads to the node: "vm-server"
}

func (n Node) String() string { return n.Name }

// IsServer reports whether the control plane runs on the node.
func (n Node) IsServer() bool { return n.Index == 0 }

// RoleName returns "control-plane" or "worker", as in the label of Kubernetes.
func (n Node) RoleName() string {
	if n.IsServer() {
		return "control-plane"
	}
	return "worker"
}

// FirstNodes returns the first count nodes: the server, then the workers.
func FirstNodes(count int) []Node {
	list := make([]Node, count)
	for i := range list {
		name := ServerName
		if i > 0 {
			name = "worker-" + strconv.Itoa(i)
		}
		list[i] = Node{
			Index:    i,
			Name:     name,
			Address:  nodeAddress(i),
			PodRange: podRangeOf(i),
			Link:     LinkPrefix + name,
		}
	}
	return list
}

func nodeAddress(index int) string {
	base := netip.MustParsePrefix(NodeRange).Addr().As4()
	base[3] = byte(firstHostByte + index)
	return netip.AddrFrom4(base).String()
}

func podRangeOf(index int) string {
	base := netip.MustParsePrefix(PodRange).Addr().As4()
	base[2] = byte(1 + index)
	return netip.PrefixFrom(netip.AddrFrom4(base), 24).String()
}

// ServerAddress returns the IP address of the node with the control plane.
func ServerAddress() string { return nodeAddress(0) }

// APIServerAddress returns the host and port of the API server.
func APIServerAddress() string { return net.JoinHostPort(ServerAddress(), APIPort) }

// APIServerURL returns the URL under which every client reaches the API server.
func APIServerURL() string { return "https://" + APIServerAddress() }
