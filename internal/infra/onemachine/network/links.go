package network

import (
	"context"
	"net"
	"os"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/problem"
)

// linkGroup is the group number of all our network interfaces, unlikely to be
// used by anyone else: "vmcl" in ASCII. An interface gets it in the command
// that creates it, so an interrupted `cluster up` leaves none without it.
const linkGroup = "1986880364"

// hasLink reports whether this machine has a network interface of that name.
func hasLink(name string) bool {
	_, err := net.InterfaceByName(name)
	return err == nil
}

// HasBridge reports whether the bridge exists.
func HasBridge() bool { return hasLink(topology.BridgeName) }

// isOurLink reports whether this machine has an interface of that name that we
// created.
func isOurLink(name string) bool {
	group, err := os.ReadFile("/sys/class/net/" + name + "/netdev_group")
	return err == nil && strings.TrimSpace(string(group)) == linkGroup
}

// deleteLink removes an interface if it exists and is ours.
func deleteLink(ctx context.Context, name string) error {
	if !isOurLink(name) {
		return nil
	}
	_, err := hosttool.RunCommand(ctx, "ip", "link", "delete", name)
	return err
}

// checkLinks fails if an interface of someone else has one of our names.
func checkLinks(nodes []topology.Node) error {
	names := []string{topology.BridgeName}
	for _, n := range nodes {
		names = append(names, n.Link)
	}
	for _, name := range names {
		if hasLink(name) && !isOurLink(name) {
			return problem.New(problem.Failed, "ip -details link show "+name,
				"the cluster needs a network interface named %s, and this machine already has another one of that name", name)
		}
	}
	return nil
}
