package network

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/infra/onemachine/topology"
)

// TestNodeCommands: a node gets a cable if it has none, and a route to the pods of
// every other node.
func TestNodeCommands(t *testing.T) {
	nodes := topology.FirstNodes(3)
	n := nodes[1]
	n.Link = "missing-link"
	var lines []string
	for _, argv := range NewNetwork("/state").nodeCommands(n, nodes) {
		if !slices.Equal(argv[:2], []string{"nsenter", "--net=/state/run/ns/worker-1.net"}) {
			t.Errorf("%q does not run on the node", argv)
		}
		lines = append(lines, strings.Join(argv[2:], " "))
	}
	if !strings.HasPrefix(lines[0], "ip link add eth0 type veth peer name missing-link group "+linkGroup+" netns ") {
		t.Errorf("no cable is made: %q", lines)
	}
	for _, other := range nodes {
		route := "ip route replace " + other.PodRange + " via " + other.Address
		if got, want := slices.Contains(lines, route), other.Name != n.Name; got != want {
			t.Errorf("route to the pods of %s: %t, want %t", other, got, want)
		}
	}
	n.Link = "lo" // exists
	if again := NewNetwork("/state").nodeCommands(n, nodes); len(again) != len(lines)-1 {
		t.Errorf("%d commands for a node with a cable, want %d", len(again), len(lines)-1)
	}
}
