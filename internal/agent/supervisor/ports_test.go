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
