package entrances

import (
	"context"
	"net"
	"time"
)

// Network is how the entrances of a cluster are reached. In tests it leads
// only to the servers of the test.
type Network interface {
	// DialContext connects within timeout.
	DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// HostNetwork is the network of this machine.
type HostNetwork struct{}

// DialContext implements [Network]. Keep-alive probes are off: a connection to
// an entrance lives for one request or one deploy.
func (HostNetwork) DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: timeout, KeepAlive: -1}
	return d.DialContext(ctx, "tcp", address)
}

// LookupHost implements [Network].
func (HostNetwork) LookupHost(ctx context.Context, name string) ([]string, error) {
	return net.DefaultResolver.LookupHost(ctx, name)
}
