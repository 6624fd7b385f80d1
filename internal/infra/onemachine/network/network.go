// Package network connects the nodes of a local cluster with each other and
// with the world.
//
// This machine gets a bridge, routes, and one nftables table of our own; each
// node gets a virtual cable from its network namespace to the bridge. Every
// change can be repeated, so an interrupted one is completed by the next call,
// and every change can be undone. Start with [NewNetwork].
package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/progress"
)

// Network is the network of one cluster.
type Network struct{ dir clusterdir.Dir }

// NewNetwork returns the network of the cluster in dir. It changes nothing.
func NewNetwork(dir clusterdir.Dir) Network { return Network{dir} }

// SetUp makes the bridge, and hides nodes and pods behind this machine's
// address.
func (nw Network) SetUp(ctx context.Context) error {
	if !hasLink(topology.BridgeName) {
		if _, err := hosttool.RunCommand(ctx, "ip", "link", "add", topology.BridgeName, "group", linkGroup, "type", "bridge"); err != nil {
			return err
		}
	}
	if err := hosttool.RunAll(ctx,
		[]string{"ip", "address", "replace", topology.BridgeAddress + "/24", "dev", topology.BridgeName},
		[]string{"ip", "link", "set", topology.BridgeName, "up"},
	); err != nil {
		return err
	}
	if _, err := hosttool.RunWithInput(ctx, filterRules(), "nft", "-f", "-"); err != nil {
		return err
	}
	return nw.enableForwarding()
}

// TearDown undoes SetUp. It reports a note if IP forwarding stays on.
func (nw Network) TearDown(ctx context.Context, report *progress.Reporter) error {
	forwarding := nw.restoreForwarding(report)
	_, rules := hosttool.RunWithInput(ctx, removeTable, "nft", "-f", "-")
	return errors.Join(forwarding, rules, deleteLink(ctx, topology.BridgeName))
}

// ConnectNode connects a node, whose network namespace must exist, with the
// bridge and adds the routes to its pods and to those of the others. It repeats
// everything but the cable, because an earlier call may have been interrupted.
func (nw Network) ConnectNode(ctx context.Context, n topology.Node, all []topology.Node) error {
	if err := hosttool.RunAll(ctx, nw.nodeCommands(n, all)...); err != nil {
		return err
	}
	return hosttool.RunAll(ctx,
		[]string{"ip", "link", "set", n.Link, "master", topology.BridgeName, "up"},
		[]string{"ip", "route", "replace", n.PodRange, "via", n.Address, "dev", topology.BridgeName},
	)
}

// nodeCommands make the cable and configure the node's end of it.
func (nw Network) nodeCommands(n topology.Node, all []topology.Node) (list [][]string) {
	inside := func(argv ...string) []string {
		return append([]string{"nsenter", "--net=" + nw.dir.NetworkNamespace(n.Name)}, argv...)
	}
	if !hasLink(n.Link) {
		list = append(list, inside("ip", "link", "add", "eth0", "type", "veth",
			"peer", "name", n.Link, "group", linkGroup, "netns", fmt.Sprint(os.Getpid())))
	}
	list = append(list,
		inside("ip", "link", "set", "lo", "up"),
		inside("ip", "address", "replace", n.Address+"/24", "dev", "eth0"),
		inside("ip", "link", "set", "eth0", "up"),
		inside("ip", "route", "replace", "default", "via", topology.BridgeAddress),
		inside("sh", "-c", "echo 1 > "+ForwardingFile),
	)
	for _, other := range all {
		if other.Name != n.Name {
			list = append(list, inside("ip", "route", "replace", other.PodRange, "via", other.Address))
		}
	}
	return list
}

// DisconnectNode removes the cable of a node, and with it the route.
func (nw Network) DisconnectNode(ctx context.Context, n topology.Node) error {
	return deleteLink(ctx, n.Link)
}

// CutLink takes the node's cable down; RestoreLink takes it up again.
func (nw Network) CutLink(ctx context.Context, n topology.Node) error {
	_, err := hosttool.RunCommand(ctx, "ip", "link", "set", n.Link, "down")
	return err
}

// RestoreLink undoes CutLink.
func (nw Network) RestoreLink(ctx context.Context, n topology.Node) error {
	_, err := hosttool.RunCommand(ctx, "ip", "link", "set", n.Link, "up")
	return err
}

// IsCut reports whether the node's cable was taken down.
func (nw Network) IsCut(n topology.Node) bool {
	link, err := net.InterfaceByName(n.Link)
	return err == nil && link.Flags&net.FlagUp == 0
}
