package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/message"
	"version-manager/internal/proxy/proxytest"
	"version-manager/internal/wire"
)

// requestHeaders answers with what arrived, one field a line.
func requestHeaders(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Host", r.Host)
	r.Header.Set("Content-Length", fmt.Sprint(r.ContentLength))
	_ = r.Header.Write(w)
}

// exchangeHead sends a request head through p and returns what arrived.
func exchangeHead(t *testing.T, p *Proxy, fields string) http.Header {
	t.Helper()
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, "GET / HTTP/1.1\r\nHost: app.example:80\r\n"+fields+"\r\n")
	got := readBody(t, readResponse(t, br, "GET"))
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET / HTTP/1.1\r\n" + got + "\r\n")))
	if err != nil {
		t.Fatalf("%v in %q", err, got)
	}
	return r.Header
}

func TestForwardedQuotesIPv6(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "[2001:db8::1]:4711"
	r.Host = "a"
	from := new(ruleSet).identifyClient(r)
	got := string(from.appendForwarding(nil, r))
	for _, want := range []string{"X-Forwarded-For: 2001:db8::1\r\n", `Forwarded: for="[2001:db8::1]";host="a";proto=http`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
}

func TestRequestID(t *testing.T) {
	p := newBlueProxy(t, Options{}, startBackend(t, requestHeaders))
	if got := exchangeHead(t, p, "X-Request-Id: mine-1\r\n").Get("X-Request-Id"); got != "mine-1" {
		t.Errorf("a client's id became %q", got)
	}
	made := regexp.MustCompile(`^[0-9a-f]{32}$`)
	one, two := exchangeHead(t, p, "").Get("X-Request-Id"), exchangeHead(t, p, "").Get("X-Request-Id")
	if !made.MatchString(one) || !made.MatchString(two) || one == two {
		t.Errorf("made %q and %q", one, two)
	}
	for _, bad := range []string{"a b", strings.Repeat("x", 129), ""} {
		if got := exchangeHead(t, p, "X-Request-Id: "+bad+"\r\n").Get("X-Request-Id"); !made.MatchString(got) {
			t.Errorf("%.20q was passed on as %.20q", bad, got)
		}
	}
}

func TestHopByHopHeadersStay(t *testing.T) {
	got := exchangeHead(t, newBlueProxy(t, Options{}, startBackend(t, requestHeaders)),
		"Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nX-Other: 2\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: secret\r\n"+
			"Te: trailers, deflate\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nHttp2-Settings: AAA\r\nVersion-Manager-Probe: 1\r\nVersion-Manager-Color: red\r\nProxy: http://evil\r\n"+
			"X-Original-Url: /metrics\r\nX-Rewrite-Url: /metrics\r\nClient-Ip: 127.0.0.1\r\nX-Scheme: https\r\n")
	for _, name := range []string{"X-Original-Url", "X-Rewrite-Url", "Client-Ip", "X-Scheme", "Connection", "X-Mine", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Upgrade", "Http2-Settings", "Proxy", wire.HeaderProbe, wire.HeaderColor, wire.HeaderVersion} {
		if v, there := got[name]; there {
			t.Errorf("%s: %q was passed on", name, v)
		}
	}
	if got.Get("X-Other") != "2" || got.Get("Te") != "trailers" {
		t.Errorf("lost: %v", got)
	}
}

// A request that two readers could understand in two ways is refused, or passed
// on so that it has one meaning.
func TestSmuggling(t *testing.T) {
	for _, tt := range []struct{ name, request, want string }{
		{"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"},
		{"bad length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", "400"},
		{"unknown encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "501"},
		{"hidden encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400"},
		{"folded line", "GET / HTTP/1.1\r\nHost: a\r\n X: y\r\n\r\n", "400"},
		{"carriage return in value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", "400"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
		{"length and chunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\n\r\n", "200 -1"},
	} {
		addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, r.ContentLength)
		})
		c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, addr), httpserver.Options{}))
		sendText(t, c, tt.request)
		res := readResponse(t, br, "POST")
		got := fmt.Sprint(res.StatusCode)
		if res.StatusCode == http.StatusOK {
			got += " " + readBody(t, res)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestBadTargetsOfHTTP2AreRefused(t *testing.T) {
	for _, tt := range []struct{ target, host string }{
		{"/a HTTP/1.1\r\nX: y", "a"}, {"/a b", "a"}, {"/", "a b"}, {"/", "a\r\nX: y"}, {"/", `a"b`},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI, r.Host = tt.target, tt.host
		w := httptest.NewRecorder()
		newBlueProxy(t, Options{}, unusedAddress(t)).ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%q: status %d", tt, w.Code)
		}
	}
}

func TestProbeHeadersRevealOnlyWhenAsked(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(wire.HeaderColor, "lie")
		w.Header().Set(wire.HeaderVersion, "lie")
	})
	p := newBlueProxy(t, Options{DialTimeout: time.Second}, addr)
	u := startServer(t, p, httpserver.Options{})
	ask := func(probe bool) http.Header {
		r, _ := http.NewRequest("GET", u, nil)
		if probe {
			r.Header.Set(wire.HeaderProbe, "1")
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.Header
	}
	if h := ask(true); h.Get(wire.HeaderColor) != "blue" || h.Get(wire.HeaderVersion) != "v1.0.0" || len(h[wire.HeaderColor]) != 1 {
		t.Errorf("asked: %v", h)
	}
	if h := ask(false); h[wire.HeaderColor] != nil || h[wire.HeaderVersion] != nil {
		t.Errorf("not asked: %v", h)
	}
	p.SetPool(color.Blue, "v2.0.0", []string{unusedAddress(t)})
	if h := ask(true); h.Get(wire.HeaderColor) != "blue" || h.Get(wire.HeaderVersion) != "v2.0.0" {
		t.Errorf("asked, with a 502: %v", h)
	}
	if h := ask(false); h[wire.HeaderColor] != nil || h[wire.HeaderVersion] != nil {
		t.Errorf("not asked, with a 502: %v", h)
	}
}

// Every request that net/http's server accepts goes out as one request with the
// same meaning.
func FuzzAppendHead(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /x?y HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\nX-A: b\r\nX-A: c\r\n\r\nabc",
		"PUT http://h/p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n0\r\nT: v\r\n\r\n",
		"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x-b\r\nX-B: 1\r\nForwarded: x\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		in, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent)))
		if err != nil || in.Host == "" || message.RefusalStatus(in, message.Checks{}) != 0 {
			return
		}
		in.RemoteAddr = "192.0.2.1:1"
		b, err := appendRequestHead(nil, in, &clientInfo{name: "192.0.2.1", proto: "http", host: in.Host})
		if err != nil {
			return
		}
		br := bufio.NewReader(io.MultiReader(bytes.NewReader(b), strings.NewReader(strings.Repeat("0\r\n\r\n", 10))))
		out, err := http.ReadRequest(br)
		if err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		if out.Method != in.Method || out.Host != in.Host || (out.ContentLength != in.ContentLength && message.HasBody(in)) {
			t.Errorf("%q became %q", sent, b)
		}
		if _, err := proxytest.ReadRequest(bufio.NewReader(bytes.NewReader(b))); errors.As(err, new(*proxytest.Fault)) {
			t.Errorf("%v in %q", err, b)
		}
		if n := bytes.Count(b, []byte("\r\n\r\n")); n != 1 || !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
			t.Errorf("%d heads in %q", n, b)
		}
	})
}
