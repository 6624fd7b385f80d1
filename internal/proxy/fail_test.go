package proxy

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy/httpserver"
)

// A client that sends its body in drips to an error page is cut off soon.
func TestErrorPageDoesNotWaitForTheBody(t *testing.T) {
	none := NewProxy(Options{})
	for name, p := range map[string]*Proxy{"nothing deployed": none, "nobody there": newBlueProxy(t, Options{}, unusedAddress(t))} {
		c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
		sendText(t, c, post+"Content-Length: 1000\r\n\r\nx")
		start := time.Now()
		if res := readResponse(t, br, "POST"); res.StatusCode < 500 || !res.Close {
			t.Errorf("%s: status %d, close %v", name, res.StatusCode, res.Close)
		}
		if _, err := io.ReadAll(br); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("%s: the connection ended after %s with %v", name, time.Since(start), err)
		}
	}
}

func TestConnectionOutlivesAnErrorPage(t *testing.T) {
	p := newBlueProxy(t, Options{}, startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if r, err := http.ReadRequest(br); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			sendText(t, c, "garbage\r\n\r\n")
		}
	}))
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	for range 3 {
		sendText(t, c, post+"Content-Length: 3\r\n\r\nabc")
		res := readResponse(t, br, "POST")
		if readBody(t, res); res.StatusCode != 502 || res.Close {
			t.Errorf("status %d, close %v", res.StatusCode, res.Close)
		}
	}
	if n, bad := p.AnswerCounts(color.Blue); n != 3 || bad != 3 {
		t.Errorf("counts %d, %d", n, bad)
	}
}

func TestLogNamesTheInstanceButNoSecret(t *testing.T) {
	var log bytes.Buffer
	addr := unusedAddress(t)
	p := newBlueProxy(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, addr)
	getPage(t, startServer(t, p, httpserver.Options{})+"/path?token=secret")
	if s := log.String(); !strings.Contains(s, addr) || !strings.Contains(s, "path=/path ") || strings.Contains(s, "secret") {
		t.Errorf("log: %s", s)
	}
}
