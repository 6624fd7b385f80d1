package clustertest

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"sync"
	"syscall"
	"time"
)

// Network reaches the servers that a test has allowed, and refuses to connect
// to everything else: what runs on this machine, at the ports that clusters
// use, must not decide how a test ends.
type Network struct {
	mu    sync.Mutex
	ports map[string]bool
}

// AllowServer lets the test reach a server.
func (n *Network) AllowServer(s *httptest.Server) {
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ports == nil {
		n.ports = map[string]bool{}
	}
	n.ports[port] = true
}

// DialContext connects to an allowed server.
func (n *Network) DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	allowed := n.ports[port]
	n.mu.Unlock()
	if !allowed {
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	}
	return (&net.Dialer{Timeout: timeout}).DialContext(ctx, "tcp", address)
}

// LookupHost knows only localhost.
func (n *Network) LookupHost(_ context.Context, name string) ([]string, error) {
	if name == "localhost" {
		return []string{"127.0.0.1"}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
