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

// start serves in front of the app at a host:port.
func start(t *testing.T, app string) *pod {
	t.Helper()
	return startWith(t, Options{App: app})
}

func startWith(t *testing.T, o Options) *pod {
	t.Helper()
	o.Health, o.Color, o.Version, o.Instance = "/healthz", color.Green, "v1.2.3", "shop-green-1"
	s := New(o)
	s.times = times{farewell: 400 * time.Millisecond, truce: time.Minute, quiet: 50 * time.Millisecond, answer: 2 * time.Second}
	traffic, admin := listen(t), listen(t)
	ctx, end := context.WithCancel(context.Background())
	p := &pod{s, "http://" + traffic.Addr().String(), "http://" + admin.Addr().String(), end, make(chan error, 1)}
	go func() { p.ended <- s.serve(ctx, traffic, admin) }()
	t.Cleanup(p.end)
	return p
}

// stop tells the sidecar to end and waits until it has.
func (p *pod) stop(t *testing.T) {
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

func (p *pod) counts(t *testing.T) (c Counts) {
	t.Helper()
	_, body := get(t, p.office+"/counts")
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func listen(t *testing.T) net.Listener {
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

func get(t *testing.T, url string) (int, string) {
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

// eventually fails the test if ok does not become true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never happened: " + what)
		}
	}
}
