package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

// startBackend starts an instance and returns its address.
func startBackend(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// startRaw starts an instance that calls talk for each connection.
func startRaw(t testing.TB, talk func(c net.Conn, br *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				talk(c, bufio.NewReader(c))
			}()
		}
	}()
	return l.Addr().String()
}

// startScripted starts an instance that reads a request, sends the given bytes,
// and closes.
func startScripted(t testing.TB, said string) string {
	return startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := http.ReadRequest(br); err == nil {
			_, _ = io.WriteString(c, said)
		}
	})
}

// unusedAddress returns an address at which no process listens.
func unusedAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startServer starts the real server in front of p and returns its base URL.
func startServer(t testing.TB, p *Proxy, o httpserver.Options) string {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config = httpserver.NewServer(p, o)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// newBlueProxy returns a proxy whose active color is blue with these instances.
func newBlueProxy(t testing.TB, o Options, addrs ...string) *Proxy {
	t.Helper()
	p := NewProxy(o)
	p.SetPool(color.Blue, "v1.0.0", addrs)
	p.SwitchRoute(color.Blue)
	return p
}

// dialRaw connects to a base URL. The test writes the requests itself.
func dialRaw(t testing.TB, url string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

func sendText(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
}

// readResponse reads one response to a request with that method.
func readResponse(t testing.TB, br *bufio.Reader, method string) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(br, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func getPage(t testing.TB, url string) (int, string) {
	t.Helper()
	res, err := waittest.Client(t, nil).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, readBody(t, res)
}

func readBody(t testing.TB, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// waitUntil fails the test if ok does not become true.
func waitUntil(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(waittest.Timeout); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never happened: " + what)
		}
	}
}

// replyWith returns a handler that always sends s.
func replyWith(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func echoBody(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write(b)
}
