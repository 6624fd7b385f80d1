package clustertest

import (
	"errors"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNetwork: a server that the test did not allow is not reached, although
// it listens.
func TestNetwork(t *testing.T) {
	foreign, ours := httptest.NewServer(nil), httptest.NewServer(nil)
	defer foreign.Close()
	defer ours.Close()
	n := &Network{}
	n.AllowServer(ours)
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
