package sidecar

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/kit/waittest"
)

const sockets = 30

// TestGoodbyeAfterTheSleep: WebSockets are told to close over some time, and not
// before the proxies stop sending them back.
func TestGoodbyeAfterTheSleep(t *testing.T) {
	const sleep = 200 * time.Millisecond
	p := startPod(t, openChat(t))
	told := watchChat(t, p)
	began := time.Now()
	getPage(t, p.office+"/drained?sleep=200ms&limit=5s")
	first, last := time.Hour, time.Duration(0)
	for range sockets {
		at := (waittest.Receive(t, told)).Sub(began)
		first, last = min(first, at), max(last, at)
	}
	if first < sleep || last-first < p.times.goodbyeSpread/4 {
		t.Errorf("told between %s and %s", first, last)
	}
	waitUntil(t, "no socket is open", func() bool { return p.readCounts(t).Tunnels == 0 })
	p.stopPod(t)
}

// TestGoodbyeOnceAMinute: repeated calls of the hook do not close the WebSockets
// each time.
func TestGoodbyeOnceAMinute(t *testing.T) {
	p := startPod(t, openChat(t))
	told := watchChat(t, p)
	getPage(t, p.office+"/drained?sleep=0s&limit=5s")
	for range sockets {
		waittest.Receive(t, told)
	}
	told = watchChat(t, p)
	getPage(t, p.office+"/drained?sleep=0s&limit=5s")
	if n := p.readCounts(t).Tunnels; n != sockets {
		t.Errorf("%d of %d were left", n, sockets)
	}
	p.times.goodbyePause = 0
	getPage(t, p.office+"/drained?sleep=0s&limit=5s")
	for range sockets {
		waittest.Receive(t, told)
	}
}

func TestGoodbyeOnRequest(t *testing.T) {
	p := startPod(t, openChat(t))
	told := watchChat(t, p)
	if n := p.readCounts(t).Tunnels; n != sockets {
		t.Errorf("%d tunnels, want %d", n, sockets)
	}
	res, err := waittest.Client(t, nil).Post(p.office+"/goodbye", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for range sockets {
		waittest.Receive(t, told)
	}
}

func TestGoodbyeFromAnotherMachineIsRefused(t *testing.T) {
	for _, from := range []string{"10.1.2.3:4567", "nobody"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/goodbye", nil)
		r.RemoteAddr = from
		NewSidecar(Options{}).adminHandler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s got %d", from, w.Code)
		}
	}
}

// openChat starts an app that greets WebSockets and waits until they close.
func openChat(t *testing.T) string {
	app, _ := startApp(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		if err := c.Write(r.Context(), websocket.MessageText, []byte("hello")); err == nil {
			_, _, _ = c.Read(r.Context())
		}
	})
	return app
}

// watchChat opens the sockets and reports when each got a close frame.
func watchChat(t *testing.T, p *pod) <-chan time.Time {
	t.Helper()
	told := make(chan time.Time, sockets)
	for range sockets {
		c, _, err := websocket.Dial(t.Context(), strings.Replace(p.traffic, "http", "ws", 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.CloseNow() })
		if _, _, err := c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _, err := c.Read(t.Context())
			if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
				t.Errorf("ended with %v (%v)", got, err)
			}
			told <- time.Now()
		}()
	}
	return told
}
