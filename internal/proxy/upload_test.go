package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

const post = "POST / HTTP/1.1\r\nHost: a\r\n"

// TestIngressAnswersContinue: as in nginx, the ingress connects to the instance
// when the body arrives. The instance may still refuse the rest of it.
func TestIngressAnswersContinue(t *testing.T) {
	var expected atomic.Bool
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "" {
			expected.Store(true)
		}
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		echoBody(w, r)
	})
	u := startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{})
	ask := func(path, length, body string) *http.Response {
		c, br := dialRaw(t, u)
		sendText(t, c, strings.Replace(post, "/", path, 1)+"Content-Length: "+length+"\r\nExpect: 100-continue\r\n\r\n")
		if res := readResponse(t, br, "POST"); res.StatusCode != http.StatusContinue {
			t.Fatalf("status %d instead of 100", res.StatusCode)
		}
		sendText(t, c, body)
		return readResponse(t, br, "POST")
	}
	if got := readBody(t, ask("/", "5", "hello")); got != "hello" {
		t.Errorf("answer %q", got)
	}
	if res := ask("/no", "100000000", "hello"); res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
		t.Errorf("refused with %d, close %v", res.StatusCode, res.Close)
	}
	if expected.Load() {
		t.Error("the instance was asked as well")
	}
}

// TestNoInstanceWaitsForABody: a body that was announced but not sent holds no
// connection to the app, and the end of its color ends the request.
func TestNoInstanceWaitsForABody(t *testing.T) {
	var connections atomic.Int32
	addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
		connections.Add(1)
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		b, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(b), b)
	})
	for _, framing := range []string{"Content-Length: 5\r\n\r\n", "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"} {
		p := newBlueProxy(t, Options{}, addr)
		u := startServer(t, p, httpserver.Options{})
		c, br := dialRaw(t, u)
		sendText(t, c, post+framing)
		waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) == 1 })
		time.Sleep(20 * time.Millisecond) // in which it would connect
		if n := connections.Load(); n != 0 {
			t.Errorf("%q: %d connections", framing, n)
		}
		if strings.Contains(framing, "Expect") {
			readResponse(t, br, "POST")
		}
		if strings.Contains(framing, "chunked") {
			sendText(t, c, "5\r\nhello\r\n0\r\n\r\n")
		} else {
			sendText(t, c, "hello")
		}
		if got := readBody(t, readResponse(t, br, "POST")); got != "hello" || connections.Swap(0) != 1 {
			t.Errorf("%q: answer %q", framing, got)
		}
	}
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, post+"Content-Length: 5\r\n\r\n")
	waitUntil(t, "in flight", func() bool { return p.InFlight(color.Blue) == 1 })
	p.CloseColor(color.Blue, 0)
	if res := readResponse(t, br, "POST"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("when its color ends: status %d", res.StatusCode)
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

// Both directions move at once, piece by piece.
func TestBodiesAreNotHeldBack(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		ctl := http.NewResponseController(w)
		_ = ctl.EnableFullDuplex()
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			_, _ = fmt.Fprintln(w, "got "+lines.Text())
			_ = ctl.Flush()
		}
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	for name, client := range bothProtocols() {
		pr, pw := io.Pipe()
		r, _ := http.NewRequest("POST", u, pr)
		go func() { _, _ = io.WriteString(pw, "line 0\n") }()
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(res.Body)
		for i := range 5 {
			if got, err := lines.ReadString('\n'); got != fmt.Sprintf("got line %d\n", i) {
				t.Fatalf("%s: %q, %v", name, got, err)
			}
			_, _ = fmt.Fprintf(pw, "line %d\n", i+1)
		}
		pw.Close()
		if rest, err := io.ReadAll(lines); string(rest) != "got line 5\n" || err != nil {
			t.Errorf("%s: the end is %q, %v", name, rest, err)
		}
		res.Body.Close()
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
}

// bothProtocols are clients that speak HTTP/1.1 and HTTP/2.
func bothProtocols() map[string]*http.Client {
	one, two := new(http.Protocols), new(http.Protocols)
	one.SetHTTP1(true)
	two.SetUnencryptedHTTP2(true)
	return map[string]*http.Client{
		"HTTP/1.1": {Transport: &http.Transport{Protocols: one}},
		"HTTP/2":   {Transport: &http.Transport{Protocols: two}},
	}
}

func TestRequestTrailers(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s", b, r.Trailer.Get("X-Sum"))
	})
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{}))
	sendText(t, c, post+"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n")
	if got := readBody(t, readResponse(t, br, "POST")); got != "abc 42" {
		t.Errorf("arrived %q", got)
	}
	sendText(t, c, post+"Content-Length: 1\r\n\r\nx")
	if got := readBody(t, readResponse(t, br, "POST")); got != "x " {
		t.Errorf("the next request on the connection arrived as %q", got)
	}
}

// An answer that comes before the end of the upload reaches the client, and
// the rest of the body is not taken for another request.
func TestEarlyAnswer(t *testing.T) {
	addr := startScripted(t, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	c, br := dialRaw(t, u)
	sendText(t, c, post+"Content-Length: 100000000\r\n\r\n"+strings.Repeat("x", 1000))
	res := readResponse(t, br, "POST")
	if got := readBody(t, res); res.StatusCode != 413 || got != "big" || !res.Close {
		t.Errorf("%d %q, close %v", res.StatusCode, got, res.Close)
	}
	if _, err := br.ReadByte(); err == nil {
		t.Error("something follows the answer")
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
	for name, client := range bothProtocols() {
		pr, pw := io.Pipe()
		go func() { _, _ = io.WriteString(pw, "the first part") }()
		res, err := client.Post(u, "text/plain", pr)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readBody(t, res); res.StatusCode != 413 || got != "big" {
			t.Errorf("%s: %d %q", name, res.StatusCode, got)
		}
		pw.Close()
	}
}

func TestSlowBodyGets408(t *testing.T) {
	ended := make(chan error, 2)
	p := newBlueProxy(t, Options{BodyTimeout: 150 * time.Millisecond}, startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		ended <- err
	}))
	u := startServer(t, p, httpserver.Options{})
	for _, framing := range []string{"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"} {
		c, br := dialRaw(t, u)
		sendText(t, c, post+framing)
		res := readResponse(t, br, "POST")
		if res.StatusCode != http.StatusRequestTimeout || !res.Close {
			t.Errorf("%q: status %d, close %v", framing, res.StatusCode, res.Close)
		}
		if err := waittest.Receive(t, ended); err == nil {
			t.Errorf("%q: the instance took the part for the whole", framing)
		}
	}
	pr, pw := io.Pipe()
	defer pw.Close()
	res, err := bothProtocols()["HTTP/2"].Post(u, "text/plain", pr)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusRequestTimeout {
		t.Errorf("HTTP/2: status %d", res.StatusCode)
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
}

func TestSteadyBodyMayTakeLong(t *testing.T) {
	p := newBlueProxy(t, Options{BodyTimeout: 200 * time.Millisecond}, startBackend(t, echoBody))
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, post+"Content-Length: 10\r\n\r\n")
	for range 10 {
		time.Sleep(50 * time.Millisecond) // the pace of this client
		sendText(t, c, "x")
	}
	if got := readBody(t, readResponse(t, br, "POST")); got != strings.Repeat("x", 10) {
		t.Errorf("answer %q", got)
	}
}

// The limit is only for the body: the answer may take longer.
func TestSlowAnswerAfterBody(t *testing.T) {
	p := newBlueProxy(t, Options{BodyTimeout: 100 * time.Millisecond, WriteTimeout: 100 * time.Millisecond},
		startBackend(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(400 * time.Millisecond)
			_, _ = io.WriteString(w, "done")
		}))
	u := startServer(t, p, httpserver.Options{})
	for name, client := range bothProtocols() {
		res, err := client.Post(u, "text/plain", strings.NewReader("x"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readBody(t, res); got != "done" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A client that leaves takes its request with it, before and after the body.
func TestClientLeaves(t *testing.T) {
	entered, left := make(chan struct{}, 1), make(chan struct{}, 1)
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength == 1 {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		entered <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		left <- struct{}{}
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		post + "Content-Length: 1\r\n\r\nx",
		post + "Content-Length: 10\r\n\r\nx",
		post + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
	} {
		c, _ := dialRaw(t, u)
		sendText(t, c, request)
		waittest.Receive(t, entered)
		c.Close()
		select {
		case <-left:
		case <-time.After(5 * time.Second):
			t.Fatalf("%q: the instance never heard of it", request)
		}
		waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
	}
	if n, bad := p.AnswerCounts(color.Blue); n != 0 || bad != 0 {
		t.Errorf("nobody was answered, but %d and %d errors were counted", n, bad)
	}
}
