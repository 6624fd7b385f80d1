package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"version-manager/internal/atomicfile"
)

// table is our own in nftables: to remove it removes all of our rules.
const table = "version-manager-cluster"

// forwardFile decides whether the machine forwards packets.
const forwardFile = "/proc/sys/net/ipv4/ip_forward"

// network is what the machine itself needs for the nodes to reach each other
// and the world.
type network struct{ dir layout }

// up makes the bridge, and hides nodes and pods behind the machine's address.
func (w network) up(ctx context.Context) error {
	if !hasLink(bridge) {
		if err := all(ctx,
			[]string{"ip", "link", "add", bridge, "type", "bridge"},
			[]string{"ip", "address", "add", bridgeAddress + "/24", "dev", bridge},
		); err != nil {
			return err
		}
	}
	if _, err := command(ctx, "ip", "link", "set", bridge, "up"); err != nil {
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
	return "table ip " + table + "\n" +
		"delete table ip " + table + "\n" +
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

// forward turns forwarding on and remembers what it was.
func (w network) forward() error {
	was, err := os.ReadFile(forwardFile)
	if err != nil {
		return fmt.Errorf("read ip_forward: %w", err)
	}
	if strings.TrimSpace(string(was)) == "1" {
		return nil
	}
	if err := atomicfile.Write(w.remembered(), was, 0o600); err != nil {
		return fmt.Errorf("remember ip_forward: %w", err)
	}
	return os.WriteFile(forwardFile, []byte("1"), 0o644)
}

func (w network) remembered() string { return w.dir.run("ip_forward") }

// down removes everything of up, and the cables that hang on the bridge.
func (w network) down(ctx context.Context) error {
	var errs []error
	if was, err := os.ReadFile(w.remembered()); err == nil {
		errs = append(errs, os.WriteFile(forwardFile, was, 0o644))
	} else if !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	if _, err := command(ctx, "nft", "list", "table", "ip", table); err == nil {
		_, err := command(ctx, "nft", "delete", "table", "ip", table)
		errs = append(errs, err)
	}
	if hasLink(bridge) {
		_, err := command(ctx, "ip", "link", "delete", bridge)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// hasLink reports whether the machine has a network interface of that name.
func hasLink(name string) bool {
	_, err := net.InterfaceByName(name)
	return err == nil
}

// plug connects a node, whose network namespace exists, with the bridge and
// tells everybody where its pods are.
func (w network) plug(ctx context.Context, n node, others []node) error {
	if !hasLink(n.Cable) {
		if err := w.cable(ctx, n, others); err != nil {
			return err
		}
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
	list := [][]string{
		inside("ip", "link", "add", "eth0", "type", "veth", "peer", "name", n.Cable, "netns", fmt.Sprint(os.Getpid())),
		inside("ip", "link", "set", "lo", "up"),
		inside("ip", "address", "add", n.Address+"/24", "dev", "eth0"),
		inside("ip", "link", "set", "eth0", "up"),
		inside("ip", "route", "add", "default", "via", bridgeAddress),
		inside("sh", "-c", "echo 1 > "+forwardFile),
	}
	for _, other := range others {
		if other.Name != n.Name {
			list = append(list, inside("ip", "route", "replace", other.Pods, "via", other.Address))
		}
	}
	return all(ctx, list...)
}

// unplug removes the cable, and with it the route.
func (w network) unplug(ctx context.Context, n node) error {
	if !hasLink(n.Cable) {
		return nil
	}
	_, err := command(ctx, "ip", "link", "delete", n.Cable)
	return err
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
