package local

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/target/targettest"
)

func TestRetiringClosesWebSockets(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	s := p.deployFirst(t.Context(), target, 1)
	socket := dialSocket(t, observeTarget(t, target).Entrances.Public[0])
	p.swapPorts(s, target, "green", "v1.1.0")
	wantGoodbye(t, socket)
}

func TestScalingDownWaitsForRequestsAndClosesWebSockets(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	s := p.deployFirst(t.Context(), target, 1)
	scale := func(n int) error {
		return s.ApplySpec(t.Context(), "blue", deploy.Spec{Release: p.makeRelease("shop", "v1.0.0", nil), Replicas: n})
	}
	if err := scale(2); err != nil {
		t.Fatal(err)
	}
	p.waitReady(target, 2)
	url := observeTarget(t, target).Entrances.Public[0]
	const each = 12 // enough for both instances to have some
	answers, ends := make(chan int, each), make(chan error, each)
	for range each {
		socket := dialSocket(t, url)
		go func() { ends <- readEnd(t, socket) }()
	}
	for range each { // after the sockets: on a busy machine the first answer would come before the last socket is open
		go func() {
			status, _, _ := targettest.Ask(t.Context(), p.newHarness().Client, url+"/slow?for=5s")
			answers <- status
		}()
	}
	p.waitUntil("every request is in flight", func() bool { return observeTarget(t, target).Colors["blue"].InFlight == each })
	if err := scale(1); err != nil {
		t.Fatal(err)
	}
	for range each {
		if status := waittest.Receive(t, answers); status != http.StatusOK {
			t.Errorf("a request got %d", status)
		}
	}
	p.waitUntil("some WebSockets to end", func() bool { return len(ends) > 0 })
	if left := observeTarget(t, target).Colors["blue"].Tunnels; left == 0 {
		t.Error("those of the other instance ended as well")
	}
	p.swapPorts(s, target, "green", "v1.1.0")
	for range each {
		if err := waittest.Receive(t, ends); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("a WebSocket ended with %v, want going away", err)
		}
	}
}

func dialSocket(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), url+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	if _, _, err := c.Read(t.Context()); err != nil { // it says its version
		t.Fatal(err)
	}
	return c
}

func readEnd(t *testing.T, c *websocket.Conn) error {
	_, _, err := c.Read(t.Context())
	return err
}

func wantGoodbye(t *testing.T, c *websocket.Conn) {
	t.Helper()
	if err := readEnd(t, c); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the WebSocket ended with %v, want going away", err)
	}
}
