// Package sidecar is the proxy in every pod between the gateway and the app. All
// requests go through it. So the requests in flight and the errors of a color
// can be counted behind any gateway, draining counts instead of sleeping, and an
// app that dies at the first signal loses nothing.
//
// Start with [RunSidecar], which serves until its context ends. Requests go
// through a [proxy.Proxy] with this pod's app as its only instance. A second
// listener, see admin.go, is for the kubelet's probes and hooks and for reading
// the counts.
//
// The sidecar routes nothing and knows no other pod. It trusts the forwarding
// headers of every peer, because a network policy admits only the gateway's
// proxies. The second listener is open only to the node's kubelet, which no
// policy can exclude. A kubelet sends no credentials, so where the cluster's
// network enforces no policies every pod is trusted: it can read the counts,
// and with the hook close WebSockets once a minute and make answers end their
// connections.
//
// # How a pod ends
//
//  1. The cluster takes the pod out of its Service and the kubelet calls the
//     app's hook, GET /drained, at the same moment.
//  2. During the hook's sleep only one thing changes: HTTP answers end their
//     connections. Proxies that do not know yet keep sending and are served. A
//     connection is never closed while it is idle, because its proxy may be
//     sending at that moment; only an answer can say that no request must
//     follow.
//  3. WebSockets are told to close, spread over some seconds. Not earlier: they
//     would reconnect to a pod that is about to end.
//  4. When nothing is in flight and nothing has arrived for a moment, or at the
//     hook's limit, the hook answers, and the kubelet ends the app.
//  5. The sidecar ends last. Until then it listens. The idle connections that
//     are left belong to proxies that do not use this pod anymore.
package sidecar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/memlimit"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
)

// Options describe the app and the listeners.
type Options struct {
	Listen      string // address for requests
	AdminListen string // address for probes, hooks and counts
	App         string // host:port of the app
	Health      string // a path of the app without side effects
	Color       color.Color
	Version     string
	Instance    string
	Private     []string       // paths of the app that are not for the public
	Trusted     []netip.Prefix // proxies in front of the gateway

	ProbeSecret   string // what the probe of a deploy sends; empty: none
	PreviewSecret string // what people send who may see the preview; empty: none

	Memory memlimit.Memory // that this process may use
	Logger *slog.Logger    // receives why a request got a 502 or 504
}

// idleTimeout is how long an unused connection of a proxy is kept. It has to be
// longer than any proxy keeps it (Traefik 90 s, Envoy an hour): the side that
// sends has to be the side that closes. The kernel's keep-alive detects the
// connections of proxies that have died.
const idleTimeout = 2 * time.Hour

// shutdownTimeout is how long a sidecar that is told to end waits for what is in
// flight. The pod's own limit is usually shorter.
const shutdownTimeout = 30 * time.Second

// Sidecar serves one pod.
type Sidecar struct {
	o        Options
	proxy    *proxy.Proxy
	draining atomic.Int32 // hooks under way
	times    timing

	lastGoodbye atomic.Pointer[time.Time] // when a hook last closed the WebSockets
}

// timing is constant except in tests.
type timing struct {
	goodbyeSpread time.Duration // over which WebSockets are told to close
	goodbyePause  time.Duration // after that, during which no other hook does so
	quietTime     time.Duration // without a request, after which none is expected
	answerTimeout time.Duration // within which a live app answers
}

// NewSidecar returns a Sidecar that serves nothing yet.
func NewSidecar(o Options) *Sidecar {
	s := &Sidecar{o: o, times: timing{goodbyeSpread: 5 * time.Second, goodbyePause: time.Minute, quietTime: 500 * time.Millisecond, answerTimeout: 4 * time.Second}}
	s.proxy = proxy.NewProxy(proxy.Options{Rules: o.proxyRules(), Logger: o.Logger})
	s.proxy.SetPrivatePaths(o.Color, o.Private)
	s.proxy.SetPool(o.Color, o.Version, []string{o.App})
	s.proxy.SwitchRoute(o.Color)
	return s
}

// RunSidecar listens and serves until ctx ends, and returns when what was in flight
// then has been answered.
func RunSidecar(ctx context.Context, o Options) error {
	traffic, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listen for requests: %w", err)
	}
	admin, err := net.Listen("tcp", o.AdminListen)
	if err != nil {
		traffic.Close()
		return fmt.Errorf("listen for probes: %w", err)
	}
	return NewSidecar(o).serveListeners(ctx, traffic, admin)
}

func (s *Sidecar) serveListeners(ctx context.Context, traffic, admin net.Listener) error {
	failed := make(chan error, 2)
	server := httpserver.NewServer(s.trafficHandler(), httpserver.Options{IdleTimeout: idleTimeout, Connections: maxConnections(s.o.Memory)})
	go func() { failed <- server.Serve(traffic) }()
	office := &http.Server{Handler: s.adminHandler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- office.Serve(admin) }()
	defer office.Close()
	defer server.Close()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.drainTraffic(context.Background(), 0, shutdownTimeout, func() bool { return true })
	closing, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := server.Shutdown(closing); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
