package probe

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/color"
	"version-manager/internal/wire"
)

// sockets serves WebSockets; nth counts connections from 1.
func sockets(t *testing.T, serve func(nth int, c *websocket.Conn, r *http.Request)) (base string) {
	t.Helper()
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ws" {
			return
		}
		w.Header().Set(wire.HeaderColor, "blue")
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		serve(int(n.Add(1)), c, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// echoes repeats n messages.
func echoes(n int, c *websocket.Conn, r *http.Request) {
	for range n {
		kind, msg, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, msg) != nil {
			return
		}
	}
}

// talkTo runs one socket against base until n of its samples were recorded.
func talkTo(t *testing.T, base string, n int) Measurement {
	t.Helper()
	l := Load{Base: base, Sockets: 1, WebSocket: "/ws", Interval: 10 * time.Millisecond, Timeout: 300 * time.Millisecond}
	p := l.Start(t.Context())
	deadline := time.Now().Add(10 * time.Second)
	for sent, _ := p.CountRequests(); sent < n; sent, _ = p.CountRequests() {
		if time.Now().After(deadline) {
			t.Fatalf("only %d samples", sent)
		}
		time.Sleep(time.Millisecond)
	}
	return p.Stop()
}

func TestSocketEnds(t *testing.T) {
	closing := func(code websocket.StatusCode) func(int, *websocket.Conn, *http.Request) {
		return func(nth int, c *websocket.Conn, r *http.Request) {
			if nth > 1 {
				echoes(1000, c, r)
				return
			}
			echoes(2, c, r)
			c.Close(code, "")
		}
	}
	for name, tt := range map[string]struct {
		serve  func(int, *websocket.Conn, *http.Request)
		polite int
		cause  Outcome // OK: none
	}{
		"stays":           {func(_ int, c *websocket.Conn, r *http.Request) { echoes(1000, c, r) }, 0, OK},
		"1000 normal":     {closing(websocket.StatusNormalClosure), 1, OK},
		"1001 going away": {closing(websocket.StatusGoingAway), 1, OK},
		"1012 restart":    {closing(websocket.StatusServiceRestart), 1, OK},
		"1011 error":      {closing(websocket.StatusInternalError), 0, Reset},
		"1013 try later":  {closing(websocket.StatusTryAgainLater), 0, Reset},
		"drops": {func(nth int, c *websocket.Conn, r *http.Request) {
			echoes(2, c, r)
			if nth > 1 {
				echoes(1000, c, r)
			}
		}, 0, Reset},
		"falls silent": {func(nth int, c *websocket.Conn, r *http.Request) {
			echoes(2, c, r)
			if nth > 1 {
				echoes(1000, c, r)
			}
			c.Read(r.Context())
			c.Read(r.Context())
		}, 0, Timeout},
		"greets and chatters": {func(_ int, c *websocket.Conn, r *http.Request) {
			c.Write(r.Context(), websocket.MessageText, []byte("v1.0.0"))
			for c.Write(r.Context(), websocket.MessageText, []byte("news")) == nil {
				echoes(1, c, r)
			}
		}, 0, OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := talkTo(t, sockets(t, tt.serve), 6)
			failed := 0
			if tt.cause != OK {
				failed = 1
			}
			if m.Polite != tt.polite || m.Failed != failed || m.Causes[tt.cause] != failed {
				t.Errorf("polite %d, failed %d (%v), want %d, %d, %s", m.Polite, m.Failed, m.Causes, tt.polite, failed, tt.cause)
			}
			if len(m.Sources) == 0 || m.Sources[0].Color != color.Blue {
				t.Errorf("answered by %+v", m.Sources)
			}
		})
	}
}

// A goodbye after which nobody is there was none.
func TestPoliteCloseNeedsReconnect(t *testing.T) {
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		echoes(1, c, r)
		srv.Listener.Close()
		c.Close(websocket.StatusGoingAway, "")
	}))
	defer srv.Close()
	m := talkTo(t, srv.URL, 2)
	if m.Polite != 0 || m.Causes[Refused] == 0 {
		t.Errorf("polite %d, causes %v", m.Polite, m.Causes)
	}
}

func TestSocketRefusals(t *testing.T) {
	for status, want := range map[int]Outcome{503: Status, 404: Status, 200: Garbled} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		m := talkTo(t, srv.URL, 1)
		srv.Close()
		if m.Failed != m.Sent || m.Causes[want] != m.Sent {
			t.Errorf("%d: causes %v, want %s", status, m.Causes, want)
		}
	}
}
