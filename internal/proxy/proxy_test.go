package proxy

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

func TestBodiesPassUnchanged(t *testing.T) {
	u := startServer(t, newBlueProxy(t, Options{}, startBackend(t, echoBody)), httpserver.Options{})
	for _, size := range []int{0, 1, 1000, 4096, 1 << 15, 1<<20 + 7} {
		want := bytes.Repeat([]byte("x"), size)
		for name, r := range map[string]io.Reader{"length": bytes.NewReader(want), "chunked": io.MultiReader(bytes.NewReader(want))} {
			res, err := waittest.Client(t, nil).Post(u, "text/plain", r)
			if err != nil {
				t.Fatal(err)
			}
			if got := readBody(t, res); got != string(want) {
				t.Errorf("%s: %d bytes came back as %d", name, size, len(got))
			}
		}
	}
}

func TestTargetAndHostAreKeptAsSent(t *testing.T) {
	u := startServer(t, newBlueProxy(t, Options{}, startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.Host+" "+r.RequestURI)
	})), httpserver.Options{})
	for sent, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: a.example:81":                     "GET a.example:81 /",
		"PURGE /a%2Fb//c/../d?x=%20&y=;z HTTP/1.1\r\nHost: B":      "PURGE B /a%2Fb//c/../d?x=%20&y=;z",
		"GET /\xc3\xa4?\xc3\xbc HTTP/1.1\r\nHost: a":               "GET a /\xc3\xa4?\xc3\xbc",
		"OPTIONS * HTTP/1.1\r\nHost: a":                            "",
		"GET http://other.example/p?q HTTP/1.1\r\nHost: a.example": "GET other.example /p?q",
	} {
		c, br := dialRaw(t, u)
		sendText(t, c, sent+"\r\n\r\n")
		if got := readBody(t, readResponse(t, br, "GET")); got != want {
			t.Errorf("%q arrived as %q, want %q", sent, got, want)
		}
	}
}

func TestConnectIsRefused(t *testing.T) {
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, startBackend(t, echoBody)), httpserver.Options{}))
	sendText(t, c, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
	if res := readResponse(t, br, "CONNECT"); res.StatusCode != http.StatusNotImplemented {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestCounts(t *testing.T) {
	p := newBlueProxy(t, Options{}, startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	u := startServer(t, p, httpserver.Options{})
	for _, path := range []string{"/", "/bad", "/", "/"} {
		getPage(t, u+path)
	}
	if n, bad := p.AnswerCounts(color.Blue); n != 4 || bad != 1 {
		t.Errorf("counts are %d, %d, want 4, 1", n, bad)
	}
	p.ResetCounts(color.Blue)
	if n, bad := p.AnswerCounts(color.Blue); n != 0 || bad != 0 {
		t.Errorf("counts after Reset are %d, %d", n, bad)
	}
	if n, bad := p.AnswerCounts(color.Green); n != 0 || bad != 0 {
		t.Errorf("the other color counts %d, %d", n, bad)
	}
}

func TestInFlightIsCountedAndGivenBack(t *testing.T) {
	release := make(chan struct{})
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
	})
	p := newBlueProxy(t, Options{}, addr)
	u := startServer(t, p, httpserver.Options{})
	for _, path := range []string{"/", "/", "/panic"} {
		go func() {
			if res, err := http.Get(u + path); err == nil {
				res.Body.Close()
			}
		}()
	}
	waitUntil(t, "three in flight", func() bool { return p.InFlight(color.Blue) == 3 && p.InFlightOf(addr) == 3 })
	if n := p.InFlight(color.Green); n != 0 {
		t.Errorf("%d in flight on the other color", n)
	}
	close(release)
	waitUntil(t, "none in flight", func() bool { return p.InFlight(color.Blue) == 0 && p.InFlightOf(addr) == 0 })
}

// A panic above the exchange must leave the counters right.
func TestPanicGivesBackCounts(t *testing.T) {
	addr := startBackend(t, replyWith("hello"))
	p := newBlueProxy(t, Options{}, addr)
	func() {
		defer func() { _ = recover() }()
		p.ServeHTTP(panicking{httptest.NewRecorder()}, httptest.NewRequest("GET", "/", nil))
		t.Error("did not panic")
	}()
	if n, m := p.InFlight(color.Blue), p.InFlightOf(addr); n != 0 || m != 0 {
		t.Errorf("%d and %d left in flight", n, m)
	}
	if len(p.blue.open.listExchanges()) != 0 {
		t.Error("an exchange is still listed as open")
	}
}

type panicking struct{ http.ResponseWriter }

func (panicking) Write([]byte) (int, error) { panic("writer") }

// With the status codes of a gateway an app blames a service behind it.
func TestErrorsAreTheAppsOwn(t *testing.T) {
	p := newBlueProxy(t, Options{}, startBackend(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(status)
	})))
	u := startServer(t, p, httpserver.Options{})
	for _, status := range []string{"200", "404", "500", "501", "502", "503", "504"} {
		res, err := waittest.Client(t, nil).Get(u + "/" + status)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	if requests, bad := p.AnswerCounts(color.Blue); requests != 7 || bad != 2 {
		t.Errorf("%d requests, %d errors; want 7 and 2", requests, bad)
	}
}
