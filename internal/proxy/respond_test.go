package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

// What the client gets from instances that misbehave.
func TestBadAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, said string
		status     int
		broken     bool // the client must see that the body is not whole
	}{
		{"nothing", "", 502, false},
		{"half a head", "HTTP/1.1 200 OK\r\nContent-Le", 502, false},
		{"garbage", "\x16\x03\x01\x00\r\n\r\n", 502, false},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 502, false},
		{"huge header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 256<<10) + "\r\n\r\n", 502, false},
		{"endless hints", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000), 502, false},
		{"upgrade nobody wanted", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 502, false},
		{"short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 200, true},
		{"cut chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", 200, true},
		{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 200, true},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", 200, true},
		{"cut trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y", 200, true},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nabc", 200, false},
		{"HTTP/1.0", "HTTP/1.0 200 OK\n\nabc", 200, false},
		// Who closes has to say so: the next request could be on its way already.
		{"own 500", "HTTP/1.1 500 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 500, false},
		{"unknown status", "HTTP/1.1 599 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 599, false},
	} {
		p := newBlueProxy(t, Options{}, startScripted(t, tt.said))
		u := startServer(t, p, httpserver.Options{})
		for name, client := range bothProtocols() {
			res, err := client.Get(u)
			if err != nil {
				t.Errorf("%s, %s: %v", tt.name, name, err)
				continue
			}
			_, err = io.ReadAll(res.Body)
			if res.Body.Close(); res.StatusCode != tt.status || (err != nil) != tt.broken {
				t.Errorf("%s, %s: status %d and %v", tt.name, name, res.StatusCode, err)
			}
		}
		waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
	}
}

func TestHeaderTimeoutGets504(t *testing.T) {
	p := newBlueProxy(t, Options{HeaderTimeout: 50 * time.Millisecond}, startBackend(t, func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}))
	if status, _ := getPage(t, startServer(t, p, httpserver.Options{})); status != http.StatusGatewayTimeout {
		t.Errorf("status %d", status)
	}
}

// Bytes after an answer are not the answer to the next request.
func TestUnexpectedBytesAreNotUsed(t *testing.T) {
	addr := startScripted(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
	u := startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{})
	for range 20 {
		if _, got := getPage(t, u); got != "ok" {
			t.Fatalf("answer %q", got)
		}
	}
}

func TestStatusesWithoutBody(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"x"`)
		switch r.URL.Path {
		case "/204":
			w.WriteHeader(http.StatusNoContent)
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		case "/head":
			w.Header().Set("Content-Length", "1234")
		case "/flushed":
			_ = http.NewResponseController(w).Flush()
		}
	})
	p := newBlueProxy(t, Options{}, addr)
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	for _, tt := range []struct {
		method, path string
		status       int
		length       int64
	}{
		{"GET", "/204", 204, 0}, {"GET", "/304", 304, 0}, {"HEAD", "/head", 200, 1234}, {"HEAD", "/flushed", 200, -1},
		{"GET", "/none", 200, 0}, {"HEAD", "/204", 204, -1}, {"GET", "/flushed", 200, -1}, {"GET", "/none", 200, 0},
	} {
		sendText(t, c, tt.method+" "+tt.path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		res := readResponse(t, br, tt.method)
		if got := readBody(t, res); res.StatusCode != tt.status || res.ContentLength != tt.length || got != "" || res.Header.Get("Etag") != `"x"` {
			t.Errorf("%+v: %d, length %d, %q, %v", tt, res.StatusCode, res.ContentLength, got, res.Header)
		}
	}
}

func TestEarlyHintsAndTrailers(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		w.Header().Set("Trailer", "X-Told")
		_, _ = io.WriteString(w, "body")
		w.Header().Set("X-Told", "1")
		w.Header().Set(http.TrailerPrefix+"X-Untold", "2")
	})
	u := startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{})
	for name, client := range bothProtocols() {
		hints := ""
		r, _ := http.NewRequest("GET", u, nil)
		r = r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
				hints += fmt.Sprint(code, h.Get("Link"))
				return nil
			},
		}))
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got := readBody(t, res)
		if got != "body" || hints != "103</a.css>" || res.Header.Get("Link") != "" {
			t.Errorf("%s: %q, hints %q, header %v", name, got, hints, res.Header)
		}
		if res.Trailer.Get("X-Told") != "1" || res.Trailer.Get("X-Untold") != "2" {
			t.Errorf("%s: trailers %v", name, res.Trailer)
		}
	}
}

func TestContentTypeIsNotGuessed(t *testing.T) {
	res, err := waittest.Client(t, nil).Get(startServer(t, newBlueProxy(t, Options{}, startScripted(t, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")), httpserver.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if v, there := res.Header["Content-Type"]; there {
		t.Errorf("Content-Type %q", v)
	}
}

// Each event arrives before the next is sent, after silences longer than any
// limit.
func TestEventsAreFlushed(t *testing.T) {
	next := make(chan struct{})
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		ctl := http.NewResponseController(w)
		_ = ctl.Flush()
		for i := 0; ; i++ {
			select {
			case <-next:
			case <-r.Context().Done():
				return
			}
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = ctl.Flush()
		}
	})
	limit := 100 * time.Millisecond
	p := newBlueProxy(t, Options{WriteTimeout: limit, BodyTimeout: limit}, addr)
	u := startServer(t, p, httpserver.Options{HeaderTimeout: limit})
	for name, client := range bothProtocols() {
		res, err := client.Get(u) // returns though there is no event yet
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(res.Body)
		for i := range 4 {
			time.Sleep(2 * limit) // longer than every limit
			next <- struct{}{}
			got, err := lines.ReadString('\n')
			if want := fmt.Sprintf("data: %d\n", i); got != want {
				t.Fatalf("%s: %q, %v", name, got, err)
			}
			_, _ = lines.ReadString('\n')
		}
		res.Body.Close()
		waitUntil(t, "the instance hears that the client left", func() bool { return p.InFlight(color.Blue) == 0 })
	}
}

// A client that does not read is disconnected, and does not hold its color.
func TestClientThatDoesNotRead(t *testing.T) {
	var ended atomic.Int64
	addr := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		defer ended.Add(1)
		for piece := make([]byte, 1<<16); ; {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	p := newBlueProxy(t, Options{WriteTimeout: 200 * time.Millisecond}, addr)
	u := startServer(t, p, httpserver.Options{})
	c, _ := dialRaw(t, u)
	sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	res, err := bothProtocols()["HTTP/2"].Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	waitUntil(t, "both ended", func() bool { return ended.Load() == 2 && p.InFlight(color.Blue) == 0 })
}

func TestOldClient(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints) // must not reach HTTP/1.0
		_, _ = io.WriteString(w, "one ")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "two")
	})
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{}))
	sendText(t, c, "GET / HTTP/1.0\r\nHost: a\r\n\r\n")
	res := readResponse(t, br, "GET")
	if got := readBody(t, res); got != "one two" || res.StatusCode != 200 || len(res.TransferEncoding) > 0 {
		t.Errorf("%d %q %v", res.StatusCode, got, res.TransferEncoding)
	}
}

// A kept connection is used again after every kind of complete answer.
func TestConnectionsAreKeptAfter(t *testing.T) {
	for name, said := range map[string]string{
		"length":  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
		"204":     "HTTP/1.1 204 No Content\r\n\r\n",
	} {
		var conns atomic.Int64
		addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
			conns.Add(1)
			for {
				if _, err := http.ReadRequest(br); err != nil {
					return
				}
				sendText(t, c, said)
			}
		})
		u := startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{})
		for range 10 {
			getPage(t, u)
		}
		if n := conns.Load(); n != 1 {
			t.Errorf("%s: %d connections for 10 requests", name, n)
		}
	}
}

// A body of known length may arrive late; the limit is only for the client.
func TestLateBody(t *testing.T) {
	limit := 100 * time.Millisecond
	addr := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "6")
		for _, s := range []string{"abc", "def"} {
			_ = http.NewResponseController(w).Flush()
			time.Sleep(3 * limit)
			_, _ = io.WriteString(w, s)
		}
	})
	u := startServer(t, newBlueProxy(t, Options{WriteTimeout: limit}, addr), httpserver.Options{})
	for name, client := range bothProtocols() {
		res, err := client.Get(u)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := readBody(t, res); got != "abcdef" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
