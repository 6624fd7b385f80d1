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
)

// Whoever sends its body in drips to an error page is cut off soon.
func TestErrorPageDoesNotWaitForTheBody(t *testing.T) {
	none := New(Options{})
	for name, p := range map[string]*Proxy{"nothing deployed": none, "nobody there": blue(t, Options{}, unused(t))} {
		c, br := dialRaw(t, entrance(t, p, ServerOptions{}))
		send(t, c, post+"Content-Length: 1000\r\n\r\nx")
		start := time.Now()
		if res := response(t, br, "POST"); res.StatusCode < 500 || !res.Close {
			t.Errorf("%s: status %d, close %v", name, res.StatusCode, res.Close)
		}
		if _, err := io.ReadAll(br); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("%s: the connection ended after %s with %v", name, time.Since(start), err)
		}
	}
}

func TestConnectionOutlivesAnErrorPage(t *testing.T) {
	p := blue(t, Options{}, startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if r, err := http.ReadRequest(br); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			send(t, c, "garbage\r\n\r\n")
		}
	}))
	c, br := dialRaw(t, entrance(t, p, ServerOptions{}))
	for range 3 {
		send(t, c, post+"Content-Length: 3\r\n\r\nabc")
		res := response(t, br, "POST")
		if body(t, res); res.StatusCode != 502 || res.Close {
			t.Errorf("status %d, close %v", res.StatusCode, res.Close)
		}
	}
	if n, bad := p.Counts(color.Blue); n != 3 || bad != 3 {
		t.Errorf("counts %d, %d", n, bad)
	}
}

func TestLogNamesTheInstanceButNoSecret(t *testing.T) {
	var log bytes.Buffer
	addr := unused(t)
	p := blue(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, addr)
	get(t, entrance(t, p, ServerOptions{})+"/path?token=secret")
	if s := log.String(); !strings.Contains(s, addr) || !strings.Contains(s, "path=/path ") || strings.Contains(s, "secret") {
		t.Errorf("log: %s", s)
	}
}
