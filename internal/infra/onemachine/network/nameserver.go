package network

import (
	"fmt"
	"net/netip"
	"strings"

	"version-manager/internal/infra/onemachine/topology"
)

// UsableNameservers returns the lines of a resolv.conf that work inside a node,
// which cannot reach this machine's loopback addresses. If none is left, it
// names the bridge, where a query is refused at once instead of timing out.
func UsableNameservers(resolvConf []byte) []byte {
	var b strings.Builder
	for line := range strings.Lines(string(resolvConf)) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil && !a.IsLoopback() && a.Is4() {
			fmt.Fprintf(&b, "nameserver %s\n", a)
		}
	}
	if b.Len() == 0 {
		fmt.Fprintf(&b, "nameserver %s\n", topology.BridgeAddress)
	}
	return []byte(b.String())
}
