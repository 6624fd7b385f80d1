package kubernetes

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
	"version-manager/internal/target/kubernetes/objects"
)

// hung is an API server that does not answer before it is released.
type hung struct {
	kube.Cluster
	asked   atomic.Int64
	release chan struct{}
}

func (h *hung) Get(ctx context.Context, r kube.Ref) (*kube.Object, error) {
	h.asked.Add(1)
	select {
	case <-h.release:
		return h.Cluster.Get(ctx, r)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Watch never reports anything.
func (h *hung) Watch(ctx context.Context, _ kube.Ref, _ string, _ func(kube.Event) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func hang(t *Target) *hung {
	h := &hung{Cluster: t.app.Kube, release: make(chan struct{})}
	t.app.Kube = h
	return h
}

// nodePort makes a world's gateway answer at an address of this machine.
func (w *world) nodePort(server *httptest.Server) {
	w.network.opened(server)
	w.Helper()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	w.must(err)
	w.put(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": ` + port + `, "targetPort": 8000}]}}`)
}

// The probe must not fail because the API server is away.
func TestNobodyWaitsForTheApiServerToConnect(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.nodePort(server)
	s := w.lock(w.target(), "ada")
	w.must(s.ensureRoutes(t.Context()))
	route := w.get("HTTPRoute", "shop")
	setHosts(route, []string{"former.test"})
	w.must(s.app.Kube.Delete(t.Context(), objects.RefOf(route)))
	w.server.Put(route)
	s.cache.StoreWritten(route)
	if _, err := s.entrances(t.Context()); err != nil {
		t.Fatal(err)
	}

	api := hang(s.Target)
	s.cache.Close()
	s.door.looked = time.Now().Add(-time.Hour)
	s.door.found = s.door.looked
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for range 3 {
		for _, host := range []string{"former.test", s.app.PreviewHost()} {
			conn, err := s.Dial(ctx, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
		}
	}
	s.door.entry.Lock()
	search := s.door.search
	s.door.entry.Unlock()
	close(api.release)
	waittest.Receive(t, search.done)
	if n := api.asked.Load(); n > 2 {
		t.Errorf("the API server was asked for the gateway and its class %d times, want once each", n)
	}
	if known, newer := s.knownWays(t.Context()); newer != nil || len(known) != 1 {
		t.Errorf("ways %v, which are old: %v", known, newer != nil)
	}
}

// Who gives up looking must not decide where all others look.
func TestSearchGoesOnForTheOthers(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.nodePort(server)
	target := w.target()
	api := hang(target)
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := target.ways(gaveUp); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(api.release)
	if ways, err := target.ways(t.Context()); err != nil || len(ways) != 1 {
		t.Errorf("ways %v, %v", ways, err)
	}
}

func TestWaysStayWhileNoneAreFound(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.nodePort(server)
	target := w.target()
	before, err := target.ways(t.Context())
	w.must(err)
	for _, spoil := range []func(){
		func() {
			w.must(target.app.Kube.Delete(t.Context(), kube.Ref{Kind: "Service", Namespace: "traefik", Name: "traefik"}))
		},
		func() { w.server.Forget("gateways") },
	} {
		spoil()
		target.door.looked, target.door.found = time.Time{}, time.Now().Add(-entranceAge)
		_, s := target.knownWays(t.Context())
		waittest.Receive(t, s.done)
		if after, err := target.ways(t.Context()); err != nil || len(before) != 1 || !slices.Equal(after, before) {
			t.Errorf("ways %v, %v, were %v", after, err, before)
		}
	}
}

// What DNS said is used while it is asked again.
func TestNobodyWaitsForKnownNames(t *testing.T) {
	target := newWorld(t).target()
	const host = "no-such-name.example.org"
	target.door.names = map[string]known{host: {true, time.Now().Add(-nameAge)}}
	if !target.resolves(t.Context(), host) {
		t.Error("what was known is forgotten")
	}
}
