package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/upstream"
)

func TestEmptyPoolAnswers503(t *testing.T) {
	p := newBlueProxy(t, Options{}, startBackend(t, replyWith("hello")))
	u := startServer(t, p, httpserver.Options{})
	if status, _ := getPage(t, u); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	p.SetPool(color.Blue, "", nil)
	if status, _ := getPage(t, u); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
}

func TestAddressThatLeavesFinishesAndGetsNothingNew(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	old := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		close(entered) // a second request would panic
		<-release
		_, _ = io.WriteString(w, "old")
	})
	p := newBlueProxy(t, Options{}, old)
	u := startServer(t, p, httpserver.Options{})
	answer := make(chan string, 1)
	go func() {
		_, s := getPage(t, u)
		answer <- s
	}()
	waittest.Receive(t, entered)
	p.SetPool(color.Blue, "v1", []string{startBackend(t, replyWith("new"))})
	for range 10 {
		if _, got := getPage(t, u); got != "new" {
			t.Errorf("answered by %q", got)
		}
	}
	if n := p.InFlightOf(old); n != 1 {
		t.Errorf("%d in flight on the instance that left, want 1", n)
	}
	close(release)
	if got := waittest.Receive(t, answer); got != "old" {
		t.Errorf("the running request was answered %q", got)
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlightOf(old) == 0 })
}

// After setPool has returned and an instance that left was seen empty, no request
// gets it. The pools are so large that choosing takes some time, which reveals
// code without the second look.
func TestPickAfterSetPool(t *testing.T) {
	s := NewProxy(Options{}).blue
	pools := [2][]string{}
	for i := range 2 * 1000 {
		pools[i%2] = append(pools[i%2], fmt.Sprintf("10.0.%d.%d:1", i/200, i%200))
	}
	s.setPool("v0", pools[0])
	var gone [2]atomic.Bool
	var picked, wrong atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !stop.Load() {
				in, version := s.pickInstance(nil)
				if gone[version[1]-'0'].Load() {
					wrong.Add(1)
				}
				in.InFlight.Add(-1)
				picked.Add(1)
			}
		})
	}
	for i := range 20 {
		old := s.pool.Load()
		next := (i + 1) % 2
		gone[next].Store(false)
		s.setPool(fmt.Sprintf("v%d", next), pools[next])
		for slices.ContainsFunc(old.instances, func(in *upstream.Instance) bool { return in.InFlight.Load() != 0 }) {
			runtime.Gosched()
		}
		gone[i%2].Store(true)
		seen := picked.Load()
		waitUntil(t, "others are picked", func() bool { return picked.Load() > seen+8 })
	}
	stop.Store(true)
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of %d got an instance that had left", n, picked.Load())
	}
}

func TestLoadIsSpread(t *testing.T) {
	var served [3]atomic.Int64
	var addrs []string
	for i := range served {
		addrs = append(addrs, startBackend(t, func(http.ResponseWriter, *http.Request) { served[i].Add(1) }))
	}
	u := startServer(t, newBlueProxy(t, Options{}, addrs...), httpserver.Options{})
	for range 300 {
		getPage(t, u)
	}
	for i := range served {
		if n := served[i].Load(); n < 40 {
			t.Errorf("instance %d got %d of 300 requests", i, n)
		}
	}
}

func TestBusyInstanceGetsLess(t *testing.T) {
	po := &instancePool{}
	for i := range 2 {
		po.instances = append(po.instances, upstream.NewInstance(fmt.Sprint(i), upstream.Options{}))
	}
	po.instances[0].InFlight.Store(5)
	busy := 0
	for range 1000 {
		if po.chooseInstance(nil) == po.instances[0] {
			busy++
		}
	}
	if busy < 150 || busy > 350 {
		t.Errorf("the busy one of two was chosen %d times of 1000, want about 250", busy)
	}
}

func TestDeadInstanceIsPassedOver(t *testing.T) {
	dead := unusedAddress(t)
	p := newBlueProxy(t, Options{Backoff: time.Hour}, dead, startBackend(t, replyWith("hello")))
	u := startServer(t, p, httpserver.Options{})
	for range 50 {
		if status, got := getPage(t, u); status != http.StatusOK || got != "hello" {
			t.Fatalf("%d %q", status, got)
		}
	}
	if in := p.blue.known[dead]; !in.IsBackingOff() {
		t.Error("the dead instance does not rest")
	}
}

func TestBackoffEndsAndAllAreTried(t *testing.T) {
	addr := unusedAddress(t)
	p := newBlueProxy(t, Options{Backoff: time.Hour}, addr, unusedAddress(t))
	u := startServer(t, p, httpserver.Options{})
	if status, _ := getPage(t, u); status != http.StatusBadGateway {
		t.Fatalf("status %d with nobody there", status)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: replyWith("back")}
	defer s.Close()
	go s.Serve(l)
	if status, got := getPage(t, u); status != http.StatusOK || got != "back" {
		t.Errorf("%d %q though one is back and all were resting", status, got)
	}
	if p.blue.known[addr].IsBackingOff() {
		t.Error("an instance that could be connected to still rests")
	}
}

// An instance that takes a request and dies must not make another one do the
// same work again.
func TestNoSecondTryOnceBytesWereSent(t *testing.T) {
	var served atomic.Int64
	dying := func() string {
		return startRaw(t, func(c net.Conn, br *bufio.Reader) {
			if _, err := http.ReadRequest(br); err == nil {
				served.Add(1)
			}
		})
	}
	u := startServer(t, newBlueProxy(t, Options{}, dying(), dying(), dying()), httpserver.Options{})
	for i := range 10 {
		if status, _ := getPage(t, u); status != http.StatusBadGateway {
			t.Fatalf("status %d", status)
		}
		if n := served.Load(); n != int64(i+1) {
			t.Fatalf("%d instances got %d requests", n, i+1)
		}
	}
}

// A server that closes its idle connections must not cost a request.
func TestClosedIdleConnectionIsNoticed(t *testing.T) {
	var closed atomic.Int64
	addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := http.ReadRequest(br); err == nil {
			sendText(t, c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
		c.Close()
		closed.Add(1)
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	for i := range 50 {
		status, got := getPage(t, u)
		if status != http.StatusOK || got != "ok" {
			t.Fatalf("request %d: %d %q", i, status, got)
		}
		waitUntil(t, "closed", func() bool { return closed.Load() == int64(i+1) })
		in := p.blue.known[addr]
		waitUntil(t, "end seen", func() bool { return in.CountAlive() == 0 })
	}
}

func TestConnectionsAreKeptAndExpire(t *testing.T) {
	var conns atomic.Int64
	s := &http.Server{Handler: replyWith("hello"), ConnState: func(_ net.Conn, st http.ConnState) {
		switch st {
		case http.StateNew:
			conns.Add(1)
		case http.StateClosed:
			conns.Add(-1000)
		}
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	go s.Serve(l)
	u := startServer(t, newBlueProxy(t, Options{IdleTimeout: 300 * time.Millisecond}, l.Addr().String()), httpserver.Options{})
	for range 20 {
		getPage(t, u)
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("20 requests took %d connections", n)
	}
	waitUntil(t, "the idle connection is closed", func() bool { return conns.Load() == 1-1000 })
}
