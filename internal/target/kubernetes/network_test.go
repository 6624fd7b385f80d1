package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// testNetwork reaches the servers that a test has opened, and refuses to
// connect to everything else: what a person runs on this machine, at the ports
// that clusters use, must not decide how a test ends.
type testNetwork struct {
	mu   sync.Mutex
	open map[string]bool // ports
}

func (n *testNetwork) opened(s *httptest.Server) {
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.open == nil {
		n.open = map[string]bool{}
	}
	n.open[port] = true
}

func (n *testNetwork) DialContext(ctx context.Context, timeout time.Duration, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	ours := n.open[port]
	n.mu.Unlock()
	if !ours {
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	}
	return hostNetwork{}.DialContext(ctx, timeout, address)
}

func (n *testNetwork) LookupHost(_ context.Context, name string) ([]string, error) {
	if name == "localhost" {
		return []string{"127.0.0.1"}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// TestNetworkOfTests: a server that the test did not open is not reached,
// although it listens.
func TestNetworkOfTests(t *testing.T) {
	foreign, ours := httptest.NewServer(nil), httptest.NewServer(nil)
	defer foreign.Close()
	defer ours.Close()
	n := &testNetwork{}
	n.opened(ours)
	for server, want := range map[*httptest.Server]error{foreign: syscall.ECONNREFUSED, ours: nil} {
		c, err := n.DialContext(t.Context(), time.Second, strings.TrimPrefix(server.URL, "http://"))
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if c != nil {
			c.Close()
		}
	}
}
