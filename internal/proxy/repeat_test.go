package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/message"
)

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// startHastyApp starts an app that closes each connection right after its first
// answer.
func startHastyApp(t testing.TB, moment time.Duration) string {
	return startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if r, err := http.ReadRequest(br); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(c, ok)
			time.Sleep(moment) // what this app does
		}
	})
}

func TestAppThatClosesKeptConnectionsLosesNothing(t *testing.T) {
	for name, body := range map[string]string{"GET": "", "POST": "x"} {
		t.Run(name, func(t *testing.T) {
			u := startServer(t, newBlueProxy(t, Options{}, startHastyApp(t, 500*time.Microsecond)), httpserver.Options{})
			var failed atomic.Int64
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 100 {
						r, _ := http.NewRequest(name, u, strings.NewReader(body))
						if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusOK {
							failed.Add(1)
						} else {
							res.Body.Close()
						}
					}
				})
			}
			if wg.Wait(); failed.Load() > 0 {
				t.Errorf("%d of 800 requests failed", failed.Load())
			}
		})
	}
}

// onReuse starts an app that answers the first request of a connection, and calls
// a function for every other one. It counts the others.
func onReuse(t testing.TB, then func(net.Conn)) (addr string, reused *atomic.Int64) {
	reused = new(atomic.Int64)
	return startRaw(t, func(c net.Conn, br *bufio.Reader) {
		for first := true; ; first = false {
			r, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if !first {
				reused.Add(1)
				then(c)
				return
			}
			_, _ = io.WriteString(c, ok)
		}
	}), reused
}

func dropConnection(net.Conn) {}

// warmConnection leaves a kept connection that every request may take.
func warmConnection(t testing.TB, p *Proxy, addr, u string) {
	t.Helper()
	if status, _ := getPage(t, u); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	p.blue.known[addr].SawOpen(time.Hour)
	waitUntil(t, "the connection is kept", func() bool { return p.InFlight(color.Blue) == 0 })
}

func TestWhatIsRepeated(t *testing.T) {
	for _, tt := range []struct {
		request string
		want    int
	}{
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
		{"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
		{"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
		{"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
		{"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
		{"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 502},
		{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 502},
		{"POST / HTTP/1.1\r\nHost: a\r\n\r\n", 502},
		{"PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", 502},
		{"PURGE / HTTP/1.1\r\nHost: a\r\n\r\n", 502},
	} {
		addr, reused := onReuse(t, dropConnection)
		p := newBlueProxy(t, Options{}, addr)
		u := startServer(t, p, httpserver.Options{})
		warmConnection(t, p, addr, u)
		c, br := dialRaw(t, u)
		sendText(t, c, tt.request)
		if res := readResponse(t, br, strings.Fields(tt.request)[0]); res.StatusCode != tt.want || reused.Load() != 1 {
			t.Errorf("%.60q: status %d, want %d; reused %d times", tt.request, res.StatusCode, tt.want, reused.Load())
		}
	}
}

// What arrived before the end of the connection, and when, tells whether the app
// had the request.
func TestWhenNothingIsRepeated(t *testing.T) {
	for name, tt := range map[string]struct {
		then func(net.Conn)
		want int
	}{
		"part of an answer": {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200") }, 502},
		"an early hint":     {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n") }, 502},
		"too long":          {func(net.Conn) { time.Sleep(200 * time.Millisecond) }, 504},
	} {
		addr, reused := onReuse(t, tt.then)
		p := newBlueProxy(t, Options{HeaderTimeout: 100 * time.Millisecond}, addr)
		u := startServer(t, p, httpserver.Options{})
		warmConnection(t, p, addr, u)
		if status, _ := getPage(t, u); status != tt.want || reused.Load() != 1 {
			t.Errorf("%s: status %d, want %d; reused %d times", name, status, tt.want, reused.Load())
		}
		waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 && p.InFlightOf(addr) == 0 })
	}
}

func TestRepeatedOnce(t *testing.T) {
	var requests atomic.Int64
	addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
		for {
			if _, err := http.ReadRequest(br); err != nil || requests.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(c, ok)
		}
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	warmConnection(t, p, addr, u)
	if status, _ := getPage(t, u); status != http.StatusBadGateway || requests.Load() != 3 {
		t.Errorf("status %d after %d requests, want 502 after the first and two", status, requests.Load())
	}
}

// A request whose instance has left is repeated on another one, and never on a
// color that is being closed.
func TestRepeatFollowsThePool(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile func(p *Proxy)
		want      int
	}{
		"another instance": {func(p *Proxy) { p.SetPool(color.Blue, "v1", []string{startBackend(t, replyWith("ok"))}) }, 200},
		"none left":        {func(p *Proxy) { p.SetPool(color.Blue, "v1", nil) }, 503},
		"drained":          {func(p *Proxy) { p.CloseColor(color.Blue, 0) }, 503},
		"switched":         {func(p *Proxy) { p.SwitchRoute(color.Green) }, 200},
	} {
		entered, release := make(chan struct{}), make(chan struct{})
		addr, reused := onReuse(t, func(net.Conn) { close(entered); <-release })
		p := newBlueProxy(t, Options{}, addr)
		u := startServer(t, p, httpserver.Options{})
		warmConnection(t, p, addr, u)
		status := make(chan int, 1)
		go func() {
			s, _ := getPage(t, u)
			status <- s
		}()
		waittest.Receive(t, entered)
		tt.meanwhile(p)
		close(release)
		if got := waittest.Receive(t, status); got != tt.want || reused.Load() != 1 {
			t.Errorf("%s: status %d, want %d; reused %d times", name, got, tt.want, reused.Load())
		}
		waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 && p.InFlightOf(addr) == 0 })
	}
}

func TestKeepAliveHintIsFollowed(t *testing.T) {
	for hint, want := range map[string]int64{"timeout=5": 1, "timeout=0": 3} {
		var conns atomic.Int64
		addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
			conns.Add(1)
			for {
				if _, err := http.ReadRequest(br); err != nil {
					return
				}
				sendText(t, c, "HTTP/1.1 200 OK\r\nKeep-Alive: "+hint+"\r\nContent-Length: 0\r\n\r\n")
			}
		})
		p := newBlueProxy(t, Options{}, addr)
		u := startServer(t, p, httpserver.Options{})
		for range 3 {
			getPage(t, u)
			waitUntil(t, "the connection is kept", func() bool { return p.InFlight(color.Blue) == 0 })
		}
		if conns.Load() != want {
			t.Errorf("%q: %d connections, want %d", hint, conns.Load(), want)
		}
	}
}

func TestKeepAliveHints(t *testing.T) {
	const ours = 4 * time.Second
	for hint, want := range map[string]time.Duration{
		"":                     ours,
		"timeout=5":            ours,
		"timeout=5, max=100":   ours,
		"max=100, timeout=4":   3 * time.Second,
		"timeout=2":            time.Second,
		"Timeout=\"1\"":        500 * time.Millisecond,
		"timeout=0":            0,
		"timeout=60, max=0":    0,
		"timeout=-1":           ours,
		"timeout=x, timeout":   ours,
		"timeout=99999999999":  ours,
		"timeout = 1":          ours,
		"timeout=3;max=2":      ours,
		"junk,,timeout=1,junk": 500 * time.Millisecond,
	} {
		if got := upstreamIdleLimit(ours, keepAliveOf(t, hint)); got != want {
			t.Errorf("%q: %s, want %s", hint, got, want)
		}
	}
}

// keepAliveOf is what the head of a response says with that header.
func keepAliveOf(t *testing.T, value string) time.Duration {
	t.Helper()
	h, err := message.ReadResponseHead(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\nKeep-Alive: "+value+"\r\n\r\n")), http.Header{})
	if err != nil {
		t.Fatal(err)
	}
	return h.KeepAlive
}
