package entrances

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/gateway"
)

// hung is an API server that does not answer before it is released.
type hung struct {
	kube.Cluster
	asked   atomic.Int64
	release chan struct{}
}

func (h *hung) GetObject(ctx context.Context, r kube.Ref) (*kube.Object, error) {
	h.asked.Add(1)
	select {
	case <-h.release:
		return h.Cluster.GetObject(ctx, r)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// WatchObjects never reports anything.
func (h *hung) WatchObjects(ctx context.Context, _ kube.Ref, _ string, _ func(kube.Event) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func hang(f *Finder) *hung {
	h := &hung{Cluster: f.app.Kube, release: make(chan struct{})}
	f.app.Kube = h
	return h
}

// The probe must not fail because the API server is away.
func TestNobodyWaitsForTheApiServerToConnect(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.putNodePort(server)
	w.Config.Hosts = []string{"former.test"}
	w.putRoute()
	w.Config.Hosts = nil
	s := w.finder()
	if _, err := s.ListEntrances(t.Context()); err != nil {
		t.Fatal(err)
	}

	api := hang(s)
	s.gateway = gateway.NewReader(s.app)
	s.cache.Close()
	s.foundAt = time.Now().Add(-time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for range 3 {
		for _, host := range []string{"former.test", s.app.PreviewHost()} {
			conn, err := s.DialEntrance(ctx, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
		}
	}
	s.mu.Lock()
	search := s.search
	s.mu.Unlock()
	close(api.release)
	waittest.Receive(t, search.done)
	if n := api.asked.Load(); n > 2 {
		t.Errorf("the API server was asked for the gateway and its class %d times, want once each", n)
	}
	if known, newer := s.knownEndpoints(t.Context()); newer != nil || len(known) != 1 {
		t.Errorf("endpoints %v, which are old: %v", known, newer != nil)
	}
}

// Who gives up looking must not decide where all others look.
func TestSearchGoesOnForTheOthers(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.putNodePort(server)
	target := w.finder()
	api := hang(target)
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := target.findEndpoints(gaveUp); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(api.release)
	if endpoints, err := target.findEndpoints(t.Context()); err != nil || len(endpoints) != 1 {
		t.Errorf("endpoints %v, %v", endpoints, err)
	}
}

func TestEndpointsStayWhileNoneAreFound(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.putNodePort(server)
	target := w.finder()
	before, err := target.findEndpoints(t.Context())
	w.Must(err)
	for _, spoil := range []func(){
		func() {
			w.Must(target.app.Kube.DeleteObject(t.Context(), kube.Ref{Kind: "Service", Namespace: "traefik", Name: "traefik"}))
		},
		func() { w.Server.ForgetResource("gateways") },
	} {
		spoil()
		target.gateway, target.foundAt = gateway.NewReader(target.app), time.Now().Add(-searchInterval)
		_, s := target.knownEndpoints(t.Context())
		waittest.Receive(t, s.done)
		if after, err := target.findEndpoints(t.Context()); err != nil || len(before) != 1 || !slices.Equal(after, before) {
			t.Errorf("endpoints %v, %v, were %v", after, err, before)
		}
	}
}

// What DNS said is used while it is asked again.
func TestNobodyWaitsForKnownNames(t *testing.T) {
	target := newWorld(t).finder()
	const host = "no-such-name.example.org"
	target.names = map[string]nameLookup{host: {true, time.Now().Add(-lookupMaxAge)}}
	if !target.hasAddress(t.Context(), host) {
		t.Error("what was known is forgotten")
	}
}
