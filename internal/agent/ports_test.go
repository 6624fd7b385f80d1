package agent

import (
	"net"
	"strconv"
	"testing"
)

func TestPortsAreFreeAndDiffer(t *testing.T) {
	p := newPortPool()
	seen := map[int]bool{}
	for range 50 {
		port, err := p.takeFreePort()
		if err != nil || seen[port] {
			t.Fatalf("port %d, %v, after %v", port, err, seen)
		}
		seen[port] = true
	}
}

func TestTakenPortsArePassedOver(t *testing.T) {
	p := newPortPool()
	first, err := p.takeFreePort()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(loopbackHost, strconv.Itoa(first)))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p.next = first - portFirst
	if got, err := p.takeFreePort(); err != nil || got == first {
		t.Errorf("port %d, %v, although %d is taken", got, err, first)
	}
}
