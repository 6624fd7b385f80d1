package proxy

import (
	"bufio"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/upstream"
)

// failing is a connection that breaks after n bytes of a write.
type failing struct {
	net.Conn
	n int
}

func (f failing) Write(b []byte) (int, error) {
	n, err := f.Conn.Write(b[:f.n])
	if err == nil {
		err = syscall.EPIPE
	}
	return n, err
}

// keepFailing gives p a kept connection that looks alive and breaks.
func keepFailing(t *testing.T, p *Proxy, addr string, n int) {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := upstream.NewConn(nc)
	c.Conn = failing{nc, n}
	c.LastRead, c.IdleLimit = time.Now(), time.Minute
	p.blue.known[addr].KeepIdle(c)
}

func TestBrokenKeptConnection(t *testing.T) {
	addr := startBackend(t, replyWith("hello"))
	for _, tt := range []struct {
		method string
		n      int
		want   int
	}{
		{"GET", 0, http.StatusOK},
		{"POST", 0, http.StatusOK},
		{"GET", 1, http.StatusOK},
		{"POST", 1, http.StatusBadGateway},
	} {
		p := newBlueProxy(t, Options{}, addr)
		p.blue.known[addr].SawOpen(time.Hour)
		keepFailing(t, p, addr, tt.n)
		keepFailing(t, p, addr, tt.n)
		c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
		sendText(t, c, tt.method+" / HTTP/1.1\r\nHost: a\r\n\r\n")
		if res := readResponse(t, br, tt.method); res.StatusCode != tt.want {
			t.Errorf("%s, broken after %d bytes: status %d, want %d", tt.method, tt.n, res.StatusCode, tt.want)
		}
	}
}

func TestDialTimeout(t *testing.T) {
	const nobody = "192.0.2.1:9" // an address reserved for documentation
	p := newBlueProxy(t, Options{DialTimeout: 50 * time.Millisecond}, nobody)
	start := time.Now()
	if status, _ := getPage(t, startServer(t, p, httpserver.Options{})); status != http.StatusBadGateway {
		t.Errorf("status %d", status)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

// Bytes that arrive before a request make a kept connection unusable.
func TestTalkativeKeptConnection(t *testing.T) {
	addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
		for {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			sendText(t, c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			time.AfterFunc(0, func() { _, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")) })
		}
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	for range 20 {
		if _, got := getPage(t, u); got != "ok" {
			t.Fatalf("answer %q", got)
		}
		in := p.blue.known[addr]
		waitUntil(t, "noticed", func() bool { return in.CountAlive() == 0 })
	}
	if n := p.InFlight(color.Blue); n != 0 {
		t.Errorf("%d in flight", n)
	}
}
