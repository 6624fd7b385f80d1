package onemachine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

// table is our own in nftables: to remove it removes all of our rules.
const table = "version-manager-cluster"

// noRules removes the table, whether it is there or not.
const noRules = "table ip " + table + "\ndelete table ip " + table + "\n"

// network is what the machine itself needs for the nodes to reach each other
// and the world.
type network struct{ dir layout }

// up makes the bridge, and hides nodes and pods behind the machine's address.
func (w network) up(ctx context.Context) error {
	if !hasLink(bridge) {
		if _, err := command(ctx, "ip", "link", "add", bridge, "group", linkGroup, "type", "bridge"); err != nil {
			return err
		}
	}
	if err := all(ctx,
		[]string{"ip", "address", "replace", bridgeAddress + "/24", "dev", bridge},
		[]string{"ip", "link", "set", bridge, "up"},
	); err != nil {
		return err
	}
	if _, err := commandWith(ctx, rules(), "nft", "-f", "-"); err != nil {
		return err
	}
	return w.forward()
}

// rules replaces our table as a whole. A machine that forwards is a router for
// whoever is connected with it, so into the cluster goes only what the cluster
// asked for; the machine's own packets are not forwarded and so not meant. An
// accept ends this chain alone, and what is not for the cluster is left to the
// rules of others.
func rules() string {
	ours := "{ " + nodeRange + ", " + podRange + " }"
	return noRules +
		"table ip " + table + " {\n" +
		"\tchain postrouting {\n" +
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n" +
		"\t\tip saddr " + ours + " ip daddr != " + ours + " masquerade\n" +
		"\t}\n" +
		"\tchain forward {\n" +
		"\t\ttype filter hook forward priority filter; policy accept;\n" +
		"\t\toifname != " + bridge + " accept\n" +
		"\t\tiifname " + bridge + " accept\n" +
		"\t\tct state established,related accept\n" +
		"\t\tdrop\n" +
		"\t}\n" +
		"}\n"
}

// down removes everything of up.
func (w network) down(ctx context.Context, tell func(string)) error {
	forwarding := w.restoreForward(tell)
	_, rules := commandWith(ctx, noRules, "nft", "-f", "-")
	return errors.Join(forwarding, rules, deleteLink(ctx, bridge))
}

// deleteLink removes an interface if it is there and ours.
func deleteLink(ctx context.Context, name string) error {
	if !isOurLink(name) {
		return nil
	}
	_, err := command(ctx, "ip", "link", "delete", name)
	return err
}

// plug connects a node, whose network namespace exists, with the bridge and
// tells everybody where its pods are. All but the cable is said again each
// time: who was interrupted may have said half of it.
func (w network) plug(ctx context.Context, n node, others []node) error {
	if err := w.cable(ctx, n, others); err != nil {
		return err
	}
	return all(ctx,
		[]string{"ip", "link", "set", n.Cable, "master", bridge, "up"},
		[]string{"ip", "route", "replace", n.Pods, "via", n.Address, "dev", bridge},
	)
}

func (w network) cable(ctx context.Context, n node, others []node) error {
	inside := func(argv ...string) []string {
		return append([]string{"nsenter", "--net=" + w.dir.netns(n.Name)}, argv...)
	}
	var list [][]string
	if !hasLink(n.Cable) {
		list = append(list, inside("ip", "link", "add", "eth0", "type", "veth",
			"peer", "name", n.Cable, "group", linkGroup, "netns", fmt.Sprint(os.Getpid())))
	}
	list = append(list,
		inside("ip", "link", "set", "lo", "up"),
		inside("ip", "address", "replace", n.Address+"/24", "dev", "eth0"),
		inside("ip", "link", "set", "eth0", "up"),
		inside("ip", "route", "replace", "default", "via", bridgeAddress),
		inside("sh", "-c", "echo 1 > "+forwardFile),
	)
	for _, other := range others {
		if other.Name != n.Name {
			list = append(list, inside("ip", "route", "replace", other.Pods, "via", other.Address))
		}
	}
	return all(ctx, list...)
}

// unplug removes the cable, and with it the route.
func (w network) unplug(ctx context.Context, n node) error {
	return deleteLink(ctx, n.Cable)
}

// cut takes the cable's light away; mend gives it back.
func (w network) cut(ctx context.Context, n node) error {
	_, err := command(ctx, "ip", "link", "set", n.Cable, "down")
	return err
}

func (w network) mend(ctx context.Context, n node) error {
	_, err := command(ctx, "ip", "link", "set", n.Cable, "up")
	return err
}

// isCut reports whether the machine's end of the cable was taken down.
func (w network) isCut(n node) bool {
	link, err := net.InterfaceByName(n.Cable)
	return err == nil && link.Flags&net.FlagUp == 0
}
