package kubernetes

import (
	"context"
	"net"
	"time"
)

// network is how the entrances of a cluster are reached. In tests it leads to
// the servers of the test alone.
type network interface {
	// DialContext connects within timeout.
	DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// hostNetwork is the network of this machine.
type hostNetwork struct{}

// DialContext implements [network]. Keep-alive probes are off: connections to
// entrances live for one question or one deploy.
func (hostNetwork) DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: timeout, KeepAlive: -1}
	return d.DialContext(ctx, "tcp", address)
}

// LookupHost implements [network].
func (hostNetwork) LookupHost(ctx context.Context, name string) ([]string, error) {
	return net.DefaultResolver.LookupHost(ctx, name)
}
