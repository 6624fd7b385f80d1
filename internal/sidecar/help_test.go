package sidecar

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
)

// pod is a sidecar that serves, with an app behind it.
type pod struct {
	*Sidecar
	traffic, office string // base URLs
	end             context.CancelFunc
	ended           chan error
}

// startPod serves in front of the app at a host:port.
func startPod(t *testing.T, app string) *pod {
	t.Helper()
	return startPodWith(t, Options{App: app})
}

func startPodWith(t *testing.T, o Options) *pod {
	t.Helper()
	o.Health, o.Color, o.Version, o.Instance = "/healthz", color.Green, "v1.2.3", "shop-green-1"
	s := NewSidecar(o)
	s.times = timing{goodbyeSpread: 400 * time.Millisecond, goodbyePause: time.Minute, quietTime: 50 * time.Millisecond, answerTimeout: 2 * time.Second}
	traffic, admin := listenLocal(t), listenLocal(t)
	ctx, end := context.WithCancel(context.Background())
	p := &pod{s, "http://" + traffic.Addr().String(), "http://" + admin.Addr().String(), end, make(chan error, 1)}
	go func() { p.ended <- s.serveListeners(ctx, traffic, admin) }()
	t.Cleanup(p.end)
	return p
}

// stopPod tells the sidecar to end and waits until it has.
func (p *pod) stopPod(t *testing.T) {
	t.Helper()
	p.end()
	select {
	case err := <-p.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the sidecar does not end")
	}
}

func (p *pod) readCounts(t *testing.T) (c Counts) {
	t.Helper()
	_, body := getPage(t, p.office+"/counts")
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func listenLocal(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// startApp starts an app and returns its host:port.
func startApp(t *testing.T, h http.HandlerFunc) (addr string, kill func()) {
	t.Helper()
	s := httptest.NewServer(h)
	kill = func() { s.CloseClientConnections(); s.Close() }
	t.Cleanup(kill)
	return strings.TrimPrefix(s.URL, "http://"), kill
}

func getPage(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := waittest.Client(t, nil).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// waitUntil fails the test if ok does not become true.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never happened: " + what)
		}
	}
}
