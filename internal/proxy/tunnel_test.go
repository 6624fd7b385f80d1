package proxy

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

// echoSocket is an instance that sends every message of a WebSocket back.
func echoSocket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(1 << 24)
	for {
		kind, b, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, b) != nil {
			return
		}
	}
}

func dialSocket(t testing.TB, u string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), u, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	c.SetReadLimit(1 << 24)
	return c
}

func roundTrip(t testing.TB, c *websocket.Conn, b []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageBinary, b); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("%d bytes came back as %d, %v", len(b), len(got), err)
	}
}

func TestWebSocket(t *testing.T) {
	addr := startBackend(t, echoSocket)
	limit := 50 * time.Millisecond
	p := newBlueProxy(t, Options{BodyTimeout: limit, WriteTimeout: time.Second, IdleTimeout: limit, HeaderTimeout: time.Second}, addr)
	c := dialSocket(t, startServer(t, p, httpserver.Options{HeaderTimeout: limit, IdleTimeout: limit}))
	for _, size := range []int{0, 1, 126, 4096, 70000, 1 << 20} {
		roundTrip(t, c, bytes.Repeat([]byte{7}, size))
	}
	if requests, tunnels, its := p.InFlight(color.Blue), p.OpenTunnels(color.Blue), p.InFlightOf(addr); requests != 0 || tunnels != 1 || its != 0 {
		t.Errorf("%d requests and %d tunnels, %d requests of the instance; want 0, 1, 0", requests, tunnels, its)
	}
	time.Sleep(4 * limit) // longer than every limit
	roundTrip(t, c, []byte("still there"))
	if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Error(err)
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue)+p.OpenTunnels(color.Blue) == 0 && p.InFlightOf(addr) == 0 })
	if n, bad := p.AnswerCounts(color.Blue); n != 1 || bad != 0 {
		t.Errorf("counts %d, %d", n, bad)
	}
}

// upgradeRequest is an instance that accepts an upgrade and then speaks the protocol.
func upgradeRequest(t *testing.T, answer string, talk func(c *net.TCPConn, br *bufio.Reader)) string {
	return startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := http.ReadRequest(br); err == nil {
			sendText(t, c, answer)
			talk(c.(*net.TCPConn), br)
		}
	})
}

const (
	ask   = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
	agree = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\nX-More: 1\r\n\r\n"
)

// Bytes that come together with the heads are not lost, and one direction may
// end long before the other.
func TestTunnelKeepsEarlyBytesAndHalves(t *testing.T) {
	addr := upgradeRequest(t, agree+"early ", func(c *net.TCPConn, br *bufio.Reader) {
		all, _ := io.ReadAll(br)
		_, _ = c.Write(append([]byte("heard "), all...))
	})
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, ask+"at once, ")
	res := readResponse(t, br, "GET")
	if res.StatusCode != 101 || res.Header.Get("Upgrade") != "x" || res.Header.Get("X-More") != "1" {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	sendText(t, c, "later")
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if all, err := io.ReadAll(br); string(all) != "early heard at once, later" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	waitUntil(t, "nothing is open", func() bool { return p.InFlight(color.Blue)+p.OpenTunnels(color.Blue) == 0 })
}

func TestTunnelInstanceEndsFirst(t *testing.T) {
	got := make(chan string, 1)
	addr := upgradeRequest(t, agree, func(c *net.TCPConn, br *bufio.Reader) {
		_ = c.CloseWrite()
		all, _ := io.ReadAll(br)
		got <- string(all)
	})
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{}))
	sendText(t, c, ask)
	readResponse(t, br, "GET")
	if _, err := br.ReadByte(); err != io.EOF {
		t.Fatal(err)
	}
	sendText(t, c, "still talking")
	c.Close()
	if s := waittest.Receive(t, got); s != "still talking" {
		t.Errorf("heard %q", s)
	}
}

// A connection that breaks on one side is cut on the other.
func TestTunnelBreaks(t *testing.T) {
	addr := upgradeRequest(t, agree, func(c *net.TCPConn, br *bufio.Reader) {
		_, _ = br.ReadByte()
		_ = c.SetLinger(0) // reset
	})
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, ask)
	readResponse(t, br, "GET")
	sendText(t, c, "x")
	if _, err := io.ReadAll(br); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
	waitUntil(t, "nothing is open", func() bool { return p.InFlight(color.Blue)+p.OpenTunnels(color.Blue) == 0 })
}

func TestUpgradeRefusedByInstance(t *testing.T) {
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, startBackend(t, replyWith("no"))), httpserver.Options{}))
	for range 2 { // the connection goes on as usual
		sendText(t, c, ask)
		if got := readBody(t, readResponse(t, br, "GET")); got != "no" {
			t.Errorf("answer %q", got)
		}
	}
}

func TestAnotherProtocolThanAsked(t *testing.T) {
	addr := upgradeRequest(t, strings.Replace(agree, "Upgrade: x", "Upgrade: y", 1), func(*net.TCPConn, *bufio.Reader) {})
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{}))
	sendText(t, c, ask)
	if res := readResponse(t, br, "GET"); res.StatusCode != http.StatusBadGateway {
		t.Errorf("status %d", res.StatusCode)
	}
}
