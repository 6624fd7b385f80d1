package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/httpserver"
)

// holdRequests is an instance that answers only when the test ends, except for
// /quick.
func holdRequests(t testing.TB) string {
	end := make(chan struct{})
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quick" {
			return
		}
		select {
		case <-end:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(end) })
	return addr
}

// holdRequest opens n requests that stay open, and returns when they are in flight.
func holdRequest(t testing.TB, p *Proxy, url string, n int, fields string) {
	t.Helper()
	before := p.InFlight(color.Blue)
	for range n {
		c, _ := dialRaw(t, url)
		sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\n"+fields+"\r\n")
	}
	waitUntil(t, "requests in flight", func() bool { return p.InFlight(color.Blue) == before+n })
}

func TestRequestsAreLimited(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Limits: admission.Limits{Requests: 3}}}, holdRequests(t))
	u := startServer(t, p, httpserver.Options{})
	holdRequest(t, p, u, 2, "")
	if status, _ := getPage(t, u+"/quick"); status != http.StatusOK {
		t.Errorf("the third of three: %d", status)
	}
	holdRequest(t, p, u, 1, "")
	for name, client := range bothProtocols() {
		res, err := client.Get(u + "/quick")
		if err != nil {
			t.Fatal(err)
		}
		if text := readBody(t, res); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(text, "try again") {
			t.Errorf("%s: the fourth of three: %d %v %q", name, res.StatusCode, res.Header, text)
		}
	}
	if _, errors := p.AnswerCounts(color.Blue); errors != 0 {
		t.Errorf("%d errors of the version for what the ingress refused", errors)
	}
}

// TestColorsAreLimitedApart: requests that fill one color do not affect the other.
func TestColorsAreLimitedApart(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Preview: "next.example", Limits: admission.Limits{Requests: 1}}}, holdRequests(t))
	p.SetPool(color.Green, "v2.0.0", []string{startBackend(t, replyWith("green"))})
	u := startServer(t, p, httpserver.Options{})
	holdRequest(t, p, u, 1, "")
	c, br := dialRaw(t, u)
	sendText(t, c, "GET / HTTP/1.1\r\nHost: next.example\r\n\r\n")
	if res := readResponse(t, br, "GET"); res.StatusCode != http.StatusOK {
		t.Errorf("the other color answered %d", res.StatusCode)
	}
}

// TestSlowUploadsLeaveRoom: clients that send slowly fill the limit of uploads
// and no other.
func TestSlowUploadsLeaveRoom(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Limits: admission.Limits{Requests: 10, Uploads: 2}}}, startBackend(t, echoBody))
	u := startServer(t, p, httpserver.Options{})
	var slow []net.Conn
	for range 2 {
		c, _ := dialRaw(t, u)
		sendText(t, c, post+"Content-Length: 3\r\n\r\na")
		slow = append(slow, c)
	}
	waitUntil(t, "two uploads", func() bool { return p.blue.load.CountUploads() == 2 })
	c, br := dialRaw(t, u)
	sendText(t, c, post+"Content-Length: 3\r\n\r\n")
	if res := readResponse(t, br, "POST"); res.StatusCode != 503 || !res.Close {
		t.Errorf("the third upload: %d, close %v", res.StatusCode, res.Close)
	}
	if status, _ := getPage(t, u); status != http.StatusOK {
		t.Errorf("a request without a body: %d", status)
	}
	sendText(t, slow[0], "bc")
	waitUntil(t, "one upload", func() bool { return p.blue.load.CountUploads() == 1 })
	res, err := waittest.Client(t, nil).Post(u, "text/plain", strings.NewReader("abc"))
	if err != nil || readBody(t, res) != "abc" {
		t.Errorf("after one has arrived: %v", err)
	}
}

func TestTunnelsAreLimited(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Limits: admission.Limits{Tunnels: 2}}}, echoingTunnel(t))
	u := startServer(t, p, httpserver.Options{})
	ask := func() int {
		c, br := dialRaw(t, u)
		sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		return readResponse(t, br, "GET").StatusCode
	}
	for i, want := range []int{101, 101, 503} {
		if got := ask(); got != want {
			t.Errorf("tunnel %d: %d, want %d", i+1, got, want)
		}
	}
	if got := p.OpenTunnels(color.Blue); got != 2 {
		t.Errorf("%d tunnels", got)
	}
}

// echoingTunnel is an instance that changes to the protocol that it is asked for.
func echoingTunnel(t testing.TB) string {
	return startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+r.Header.Get("Upgrade")+"\r\n\r\n")
		_, _ = io.Copy(c, rw)
	})
}

// TestOneClientIsLimited: by the address that a trusted proxy names. Clients on
// this machine without a proxy cannot be distinguished.
func TestOneClientIsLimited(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	p := newBlueProxy(t, Options{Rules: Rules{Trusted: proxy, Limits: admission.Limits{PerClient: 2}}}, holdRequests(t))
	u := startServer(t, p, httpserver.Options{})
	ask := func(client string) int {
		c, br := dialRaw(t, u)
		sendText(t, c, "GET /quick HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: "+client+"\r\n\r\n")
		return readResponse(t, br, "GET").StatusCode
	}
	holdRequest(t, p, u, 2, "X-Forwarded-For: 192.0.2.1\r\n")
	holdRequest(t, p, u, 2, "X-Forwarded-For: 2001:db8::1\r\n")
	for client, want := range map[string]int{
		"192.0.2.1": 503, "192.0.2.2": 200, "2001:db8::1": 503, "2001:db8::ffff": 503, "2001:db8:0:1::1": 200, "nobody": 200,
	} {
		if got := ask(client); got != want {
			t.Errorf("%s: %d, want %d", client, got, want)
		}
	}
	p.SetRules(Rules{Limits: admission.Limits{PerClient: 2}})
	holdRequest(t, p, u, 4, "")
	if status, _ := getPage(t, u+"/quick"); status != http.StatusOK {
		t.Errorf("the fifth from this machine: %d", status)
	}
}

// TestGreedyConnectionsLeaveRoom: 20 connections with as many streams as they
// can open, and another client.
func TestGreedyConnectionsLeaveRoom(t *testing.T) {
	const limit = 200
	p := newBlueProxy(t, Options{Rules: Rules{Limits: admission.Limits{Requests: limit}}}, holdRequests(t))
	u := startServer(t, p, httpserver.Options{Streams: 50})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var mu sync.Mutex
	answers := map[int]int{}
	for range 20 {
		client := oneConnection(t, u)
		for range 50 {
			wg.Go(func() {
				r, _ := http.NewRequestWithContext(ctx, "GET", u, nil)
				res, err := client.Do(r)
				if err != nil {
					return // it was in flight until the end
				}
				res.Body.Close()
				mu.Lock()
				defer mu.Unlock()
				answers[res.StatusCode]++
			})
		}
	}
	waitUntil(t, "every request is in flight or refused", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return p.InFlight(color.Blue)+answers[503] == 20*50
	})
	got := p.InFlight(color.Blue)
	if got >= limit || got < limit/2 {
		t.Errorf("%d in flight of %d", got, limit)
	}
	for name, client := range bothProtocols() {
		res, err := client.Get(u + "/quick")
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("somebody else over %s: %v %v", name, res, err)
		}
	}
}

// oneConnection is a client with one HTTP/2 connection, on which a request has
// been answered already.
func oneConnection(t testing.TB, url string) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols, HTTP2: &http.HTTP2Config{StrictMaxConcurrentRequests: true}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	res, err := client.Get(url + "/quick")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return client
}

// TestNothingIsLeftOver: however a request ends, its place is free again.
func TestNothingIsLeftOver(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{TrustPeer: true, Limits: admission.Limits{Requests: 2, Uploads: 1}}}, startBackend(t, echoBody))
	u := startServer(t, p, httpserver.Options{})
	fields := "X-Forwarded-For: 192.0.2.1\r\n"
	for range 10 {
		c, _ := dialRaw(t, u)
		sendText(t, c, post+fields+"Content-Length: 3\r\n\r\na")
		waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) > 0 })
		c.Close()
		c, br := dialRaw(t, u)
		waitUntil(t, "the place is free", func() bool { return p.InFlight(color.Blue) == 0 })
		sendText(t, c, post+fields+"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
		if res := readResponse(t, br, "POST"); res.StatusCode != http.StatusOK {
			t.Fatalf("status %d", res.StatusCode)
		}
		c.Close()
	}
	l := &p.blue.load
	waitUntil(t, "nothing is counted", func() bool {
		return l.CountRequests() == 0 && l.CountUploads() == 0 && l.CountTunnels() == 0 && p.addresses.CountSources() == 0
	})
}

// TestConnectionsAreLimited: the one that has been idle for the longest is closed.
func TestConnectionsAreLimited(t *testing.T) {
	p := newBlueProxy(t, Options{}, holdRequests(t))
	u := startServer(t, p, httpserver.Options{Connections: 3})
	busy, _ := dialRaw(t, u)
	sendText(t, busy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) == 1 })
	silent, br := dialRaw(t, u)
	sendText(t, silent, "GET / HTTP/1.1\r\n") // half a head is no request
	used, usedReader := dialRaw(t, u)
	quick := func(c net.Conn) { sendText(t, c, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n") }
	quick(used)
	readResponse(t, usedReader, "GET")
	fourth, fourthReader := dialRaw(t, u)
	quick(fourth)
	readResponse(t, fourthReader, "GET")
	if _, err := br.ReadByte(); err == nil {
		t.Error("the silent one got an answer")
	}
	quick(used)
	readResponse(t, usedReader, "GET")
	if p.InFlight(color.Blue) != 1 {
		t.Error("the busy one was cut")
	}
}
