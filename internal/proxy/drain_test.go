package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

func TestCloseWaitsForRequests(t *testing.T) {
	release := make(chan struct{})
	p := newBlueProxy(t, Options{}, startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = io.WriteString(w, "done")
	}))
	u := startServer(t, p, httpserver.Options{})
	got := make(chan string, 1)
	go func() {
		_, s := getPage(t, u)
		got <- s
	}()
	waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) == 1 })
	closed := make(chan int, 1)
	go func() { closed <- p.CloseColor(color.Blue, time.Minute) }()
	close(release)
	if n := waittest.Receive(t, closed); n != 0 {
		t.Errorf("%d were cut", n)
	}
	if s := waittest.Receive(t, got); s != "done" {
		t.Errorf("answer %q", s)
	}
	if n := p.CloseColor(color.Green, time.Minute) + p.CloseColor(color.None, time.Minute); n != 0 {
		t.Errorf("%d cut where nothing is open", n)
	}
}

func TestCloseCutsTheRest(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stream":
			_ = http.NewResponseController(w).Flush()
		case "/flood":
			for piece := make([]byte, 1<<16); ; {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	ask := func(request string) *bufio.Reader {
		c, br := dialRaw(t, u)
		sendText(t, c, request)
		return br
	}
	waiting := ask("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
	uploading := ask("POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
	streaming := ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
	ask("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n") // and does not read
	var later [2]*http.Response
	for i, path := range []string{"/stream", "/flood"} {
		res, err := bothProtocols()["HTTP/2"].Get(u + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		later[i] = res
	}
	waitUntil(t, "six in flight", func() bool { return p.InFlight(color.Blue) == 6 })
	first := readResponse(t, streaming, "GET")
	if n := p.CloseColor(color.Blue, 30*time.Millisecond); n != 6 {
		t.Errorf("%d were cut, want 6", n)
	}
	for _, br := range []*bufio.Reader{waiting, uploading} {
		if res := readResponse(t, br, "GET"); res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("who waited for an answer got %d", res.StatusCode)
		}
	}
	if _, err := io.ReadAll(first.Body); err == nil {
		t.Error("a cut stream looks whole")
	}
	for _, res := range later {
		if _, err := io.Copy(io.Discard, res.Body); err == nil {
			t.Error("a cut stream over HTTP/2 looks whole")
		}
	}
	waitUntil(t, "nothing is open", func() bool { return p.InFlight(color.Blue)+p.OpenTunnels(color.Blue) == 0 })
}

// TestDrainCutsNothing: requests without a closing handshake continue.
func TestDrainCutsNothing(t *testing.T) {
	release := make(chan struct{})
	p := newBlueProxy(t, Options{}, startBackend(t, func(http.ResponseWriter, *http.Request) { <-release }))
	u := startServer(t, p, httpserver.Options{})
	got := make(chan int, 1)
	go func() {
		status, _ := getPage(t, u)
		got <- status
	}()
	waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) == 1 })
	p.DrainColor(color.Blue, 30*time.Millisecond)
	p.DrainColor(color.None, time.Minute)
	if n := p.InFlight(color.Blue); n != 1 {
		t.Errorf("%d in flight, want 1", n)
	}
	close(release)
	if status := waittest.Receive(t, got); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// All clients get the close frame, but not all at the same moment, and none has
// to be cut.
func TestCloseSendsCloseFrames(t *testing.T) {
	const sockets, grace = 30, 2 * time.Second
	p := newBlueProxy(t, Options{}, startBackend(t, echoSocket))
	u := startServer(t, p, httpserver.Options{})
	var mu sync.Mutex
	var told []time.Duration
	var wg sync.WaitGroup
	var start time.Time
	conns := make([]*websocket.Conn, sockets)
	for i := range conns {
		conns[i] = dialSocket(t, u)
		roundTrip(t, conns[i], []byte("hello"))
	}
	start = time.Now()
	for _, c := range conns {
		wg.Go(func() {
			_, _, err := c.Read(t.Context())
			if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
				t.Errorf("ended with %v (%v)", got, err)
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, time.Since(start))
		})
	}
	if n := p.CloseColor(color.Blue, grace); n != 0 {
		t.Errorf("%d were cut", n)
	}
	wg.Wait()
	if spread := told[len(told)-1] - told[0]; spread < grace/4 {
		t.Errorf("all were told within %s", spread)
	}
	if n := p.InFlight(color.Blue) + p.OpenTunnels(color.Blue); n != 0 {
		t.Errorf("%d left", n)
	}
}

// A frame that has begun is finished before the close frame.
func TestCloseFrameWaitsForTheCurrentFrame(t *testing.T) {
	rest := make(chan struct{})
	one := makeFrame(5000, false)
	answer := strings.ReplaceAll(agree, "Upgrade: x", "Upgrade: websocket")
	heard := make(chan string, 1)
	addr := upgradeRequest(t, answer, func(c *net.TCPConn, br *bufio.Reader) {
		_, _ = c.Write(one[:1000])
		<-rest
		_, _ = c.Write(append(one[1000:], one...)) // the second one comes too late
		all, _ := io.ReadAll(br)
		heard <- string(all)
	})
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, strings.Replace(ask, "Upgrade: x", "Upgrade: websocket", 1))
	readResponse(t, br, "GET")
	if _, err := io.ReadFull(br, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	p.blue.open.listExchanges()[0].requestClose()
	close(rest)
	left := len(one) - 1000
	got := make([]byte, left+len(goingAwayFrame))
	if _, err := io.ReadFull(br, got); err != nil {
		t.Fatal(err)
	}
	if string(got[:left]) != string(one[1000:]) || string(got[left:]) != goingAwayFrame {
		t.Errorf("the frame is not followed by a close frame: %x", got[left-10:])
	}
	sendText(t, c, "reply")
	c.Close()
	if n := p.CloseColor(color.Blue, time.Minute); n != 0 {
		t.Errorf("%d were cut", n)
	}
	if s := waittest.Receive(t, heard); s != "reply" {
		t.Errorf("the instance heard %q", s)
	}
}

// Another protocol has no close frame: it is cut at the end of grace.
func TestOtherUpgradesAreCut(t *testing.T) {
	addr := upgradeRequest(t, agree, func(_ *net.TCPConn, br *bufio.Reader) { _, _ = io.ReadAll(br) })
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, ask)
	readResponse(t, br, "GET")
	if n := p.CloseColor(color.Blue, 30*time.Millisecond); n != 1 {
		t.Errorf("%d were cut, want 1", n)
	}
	if _, err := br.ReadByte(); err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("still open: %v", err)
	}
	waitUntil(t, "nothing is open", func() bool { return p.InFlight(color.Blue)+p.OpenTunnels(color.Blue) == 0 })
}
