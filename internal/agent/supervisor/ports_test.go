package supervisor

import (
	"net"
	"strconv"
	"testing"
	"version-manager/internal/agent/launch"
)

func TestPortsAreFreeAndDiffer(t *testing.T) {
	p := NewPortPool()
	seen := map[int]bool{}
	for range 50 {
		port, err := p.TakeFreePort()
		if err != nil || seen[port] {
			t.Fatalf("port %d, %v, after %v", port, err, seen)
		}
		seen[port] = true
	}
}

func TestTakenPortsArePassedOver(t *testing.T) {
	p := NewPortPool()
	first, err := p.TakeFreePort()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(launch.LoopbackHost, strconv.Itoa(first)))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p.next = first - firstPort
	if got, err := p.TakeFreePort(); err != nil || got == first {
		t.Errorf("port %d, %v, although %d is taken", got, err, first)
	}
}

// TestPortsWrapAround: all ports come in turn, and after the last one the first.
func TestPortsWrapAround(t *testing.T) {
	for _, tt := range []struct{ next, want, after int }{
		{0, firstPort, 1}, {portCount - 1, firstPort + portCount - 1, 0},
	} {
		ln, err := net.Listen("tcp", net.JoinHostPort(launch.LoopbackHost, strconv.Itoa(tt.want)))
		if err != nil {
			continue // another program has this port
		}
		ln.Close()
		p := &PortPool{next: tt.next}
		if got, err := p.TakeFreePort(); got != tt.want || p.next != tt.after || err != nil {
			t.Errorf("from %d: port %d, next %d, %v; want port %d, next %d", tt.next, got, p.next, err, tt.want, tt.after)
		}
	}
}
