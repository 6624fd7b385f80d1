package local

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
)

var _ deploy.Dialer = (*Target)(nil)

// Dial implements [deploy.Dialer]. The preview's name leads to where the app
// listens, and names below localhost mean this machine, even if the resolver does
// not know them.
func (t *Target) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		address = net.JoinHostPort(reachableHost(t.local, host), port)
	}
	d := net.Dialer{Timeout: 3 * time.Second, KeepAlive: -1} // no system calls for what is asked all the time
	return d.DialContext(ctx, network, address)
}

// reachableHost returns the address of a host name that may be ours.
func reachableHost(l config.Local, host string) string {
	switch {
	case l.Preview != "" && (host == l.Preview || strings.HasSuffix(host, "."+l.Preview)):
		if a, err := netip.ParseAddr(l.Address); err == nil && !a.IsUnspecified() {
			return l.Address
		}
		return "localhost"
	case strings.HasSuffix(host, ".localhost"):
		return "localhost"
	}
	return host
}
