package onemachine

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"version-manager/internal/kit/problem"
)

// checkClash finds a route of this machine into one of our ranges that is not
// ours: with it, somebody would no longer be reached.
func checkClash(ctx context.Context) error {
	routes, err := command(ctx, "ip", "-4", "route", "show", "table", "all")
	if err != nil {
		return err
	}
	if route, ours, ok := clash(routes); ok {
		return problem.New(problem.Failed, "ip route show "+ours,
			"the cluster needs the addresses %s, and this machine already has a way there: %s", ours, route)
	}
	return nil
}

// leastBits: what is shorter is a default route in other words, as 0.0.0.0/1 of
// many VPNs. Nobody lives there whom only that route reaches.
const leastBits = 8

// clash returns the first foreign route that overlaps with one of our ranges.
func clash(routes string) (route, ours string, found bool) {
	for line := range strings.Lines(routes) {
		at, ok := destination(line)
		if !ok || strings.Contains(line, " dev "+bridge) || strings.Contains(line, " dev vm-") {
			continue
		}
		for _, r := range []string{nodeRange, podRange, serviceRange} {
			if p := netip.MustParsePrefix(r); p.Overlaps(at) && at.Bits() >= leastBits {
				return strings.TrimSpace(line), r, true
			}
		}
	}
	return "", "", false
}

// destination is where a line of `ip route` leads to.
func destination(line string) (netip.Prefix, bool) {
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

// nameservers are the lines of a resolv.conf that work inside a node, where the
// machine's own loopback is not reached. With none left, a question gets a
// quick refusal from the bridge in place of a long silence.
func nameservers(resolv []byte) []byte {
	var b strings.Builder
	usable := false
	for line := range strings.Lines(string(resolv)) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil && !a.IsLoopback() && a.Is4() {
			fmt.Fprintf(&b, "nameserver %s\n", a)
			usable = true
		}
	}
	if !usable {
		fmt.Fprintf(&b, "nameserver %s\n", bridgeAddress)
	}
	return []byte(b.String())
}
