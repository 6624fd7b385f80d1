package network

import (
	"context"
	"net/netip"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/problem"
)

// CheckConflicts fails if this machine already uses our interface names or our
// address ranges: with the cluster, it could no longer reach those addresses.
func CheckConflicts(ctx context.Context, nodes []topology.Node) error {
	if err := checkLinks(nodes); err != nil {
		return err
	}
	routes, err := hosttool.RunCommand(ctx, "ip", "-4", "route", "show", "table", "all")
	if err != nil {
		return err
	}
	if route, ours, ok := findConflict(routes); ok {
		return problem.New(problem.Failed, "ip route show "+ours,
			"the cluster needs the addresses %s, and this machine already has a route to them: %s", ours, route)
	}
	return nil
}

// minConflictBits is the shortest prefix that counts as a conflict. Shorter
// ones, such as the 0.0.0.0/1 of many VPNs, are default routes in disguise.
const minConflictBits = 8

// findConflict returns the first route of someone else that overlaps with one
// of our ranges.
func findConflict(routes string) (route, ours string, found bool) {
	for line := range strings.Lines(routes) {
		target, ok := routeTarget(line)
		if !ok || strings.Contains(line, " dev "+topology.LinkPrefix) {
			continue
		}
		for _, r := range []string{topology.NodeRange, topology.PodRange, topology.ServiceRange} {
			if p := netip.MustParsePrefix(r); p.Overlaps(target) && target.Bits() >= minConflictBits {
				return strings.TrimSpace(line), r, true
			}
		}
	}
	return "", "", false
}

// routeTarget returns the destination in a line of `ip route`.
func routeTarget(line string) (netip.Prefix, bool) {
	for _, word := range strings.Fields(line) {
		switch word {
		case "local", "broadcast", "unicast", "blackhole", "unreachable", "prohibit", "throw", "multicast", "anycast":
			continue
		}
		if p, err := netip.ParsePrefix(word); err == nil {
			return p, true
		}
		a, err := netip.ParseAddr(word)
		if err != nil {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}
