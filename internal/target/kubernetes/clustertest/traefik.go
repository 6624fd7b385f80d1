package clustertest

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/wire"
)

// Traefik answers as Traefik's pods do. Each pod may lag behind the routes.
type Traefik struct {
	w       *World
	mu      sync.Mutex
	pods    map[string]*httptest.Server
	lag     map[string]time.Duration
	since   map[string]time.Time // when a pod saw something new, by pod and backend
	asked   map[string]int       // by pod and route
	secrets map[string]string    // by color: the secret by which its sidecars know the probe, since they were started
}

func newTraefik(w *World) *Traefik {
	return &Traefik{w: w, pods: map[string]*httptest.Server{}, lag: map[string]time.Duration{}, since: map[string]time.Time{}, asked: map[string]int{}, secrets: map[string]string{}}
}

// SetLag makes a pod follow a change of a route only after a while, which starts
// with its next answer.
func (t *Traefik) SetLag(pod string, lag time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lag[pod] = lag
	clear(t.since)
}

// ResetCounts forgets how often pods were asked.
func (t *Traefik) ResetCounts() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.asked)
}

// CountAsked is how often a pod was asked for a route.
func (t *Traefik) CountAsked(pod, route string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.asked[pod+" "+route]
}

// DialPod connects to a pod.
func (t *Traefik) DialPod(ctx context.Context, pod string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", t.PodServer(pod).Listener.Addr().String())
}

// PodServer is the server of a pod, which starts with the first call.
func (t *Traefik) PodServer(pod string) *httptest.Server {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pods[pod] == nil {
		t.pods[pod] = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { t.answer(pod, rw, r) }))
		t.w.Cleanup(t.pods[pod].Close)
		t.w.Network.AllowServer(t.pods[pod])
	}
	return t.pods[pod]
}

func (t *Traefik) answer(pod string, rw http.ResponseWriter, r *http.Request) {
	name := "shop"
	if strings.HasPrefix(r.Host, "preview.") {
		name = "shop-preview"
	}
	route := t.w.GetObject("HTTPRoute", name)
	if route == nil {
		http.NotFound(rw, r)
		return
	}
	c, err := manifest.PointedColor(route, "shop")
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	c = t.delayedColor(pod, name, c)
	if t.w.GetObject("Pod", "shop-"+string(c)+"-1") == nil {
		http.Error(rw, "no available server", http.StatusServiceUnavailable)
		return
	}
	if !t.recognizes(c, r) {
		rw.WriteHeader(http.StatusForbidden)
		return
	}
	rw.Header().Set(wire.HeaderColor, string(c))
}

// StartSidecars notes what the sidecars of a color read when they are started.
func (t *Traefik) StartSidecars(c string) {
	secret := t.w.GetObject("Secret", "shop-ingress")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secrets[c] = ""
	if secret != nil {
		value, _ := base64.StdEncoding.DecodeString(objects.TextField(secret, "data", "probe"))
		t.secrets[c] = string(value)
	}
}

func (t *Traefik) recognizes(c color.Color, r *http.Request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	secret := t.secrets[string(c)]
	return secret == "" || r.Header.Get(wire.HeaderProbe) == secret
}

// delayedColor is the color that a pod knows of, which is the other one until
// its lag is over.
func (t *Traefik) delayedColor(pod, route string, c color.Color) color.Color {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked[pod+" "+route]++
	seen := pod + " " + route + " " + string(c)
	if t.since[seen].IsZero() {
		t.since[seen] = time.Now()
	}
	if time.Since(t.since[seen]) < t.lag[pod] {
		return c.Other()
	}
	return c
}
