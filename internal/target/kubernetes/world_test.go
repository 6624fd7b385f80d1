package kubernetes

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/probe"
	"version-manager/internal/target/kubernetes/objects"
)

// world is a cluster in memory, with a Traefik that obeys its routes and the
// little that controllers would have done.
type world struct {
	*testing.T
	server  *kubetest.Server
	traefik *fakeTraefik
	network *testNetwork
	options Options
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, server: kubetest.New(t), network: &testNetwork{}, options: Options{App: "shop", Namespace: "shop"}}
	w.traefik = newTraefik(w)
	w.put(`{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "server"}, "status": {
		"conditions": [{"type": "Ready", "status": "True"}], "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}}`)
	w.put(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "traefik"},
		"spec": {"controllerName": "traefik.io/gateway-controller"}}`)
	w.gateway("True")
	w.proxy("traefik-1")
	w.put(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}`)
	w.put(`{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"namespace": "shop", "name": "shop-none-1",
		"labels": {"kubernetes.io/service-name": "shop-none"}}, "endpoints": []}`)
	return w
}

func (w *world) put(json string) {
	w.Helper()
	var o kube.Object
	if err := o.UnmarshalJSON([]byte(json)); err != nil {
		w.Fatal(err)
	}
	w.server.Put(&o)
}

func (w *world) gateway(programmed string) {
	w.put(fmt.Sprintf(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "version-manager", "namespace": "traefik"},
		"spec": {"gatewayClassName": "traefik", "listeners": [{"name": "web", "port": 8000, "protocol": "HTTP"}]},
		"status": {"conditions": [{"type": "Accepted", "status": "True"}, {"type": "Programmed", "status": %q, "reason": "Invalid", "message": "no address"}]}}`, programmed))
}

// proxy makes a pod of Traefik.
func (w *world) proxy(name string, args ...string) {
	args = append([]string{"--providers.kubernetesgateway=true", "--providers.providersthrottleduration=100ms"}, args...)
	w.put(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": %q, "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"containers": [{"name": "traefik", "image": "docker.io/traefik:v3.6.12", "args": ["%s"], "ports": [{"name": "web", "containerPort": 8000}]}]},
		"status": {"conditions": [{"type": "Ready", "status": "True"}], "hostIP": "127.0.0.1"}}`, name, strings.Join(args, `","`)))
}

// run makes a color with one ready pod.
func (w *world) run(c color.Color) {
	w.put(fmt.Sprintf(`{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop-%[1]s", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %[1]q}},
		"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}}]}}}}`, c))
	w.put(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop-%[1]s-1", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %[1]q}},
		"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`, c))
}

// target is another process's view of the world.
func (w *world) target() *Target {
	client := w.server.Client(w, w.options.Namespace)
	t := assemble(w.options, tunnelled{client, w.traefik}, client, nil)
	t.network = w.network
	w.Cleanup(t.Close)
	return t
}

func (w *world) lock(t *Target, holder string) *session {
	w.Helper()
	s, err := t.Lock(w.Context(), holder)
	w.must(err)
	return s.(*session)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) get(kind, name string) *kube.Object {
	return w.server.Get(kind, "shop", name)
}

// tunnelled leads the way into Traefik's pods.
type tunnelled struct {
	kube.Cluster
	traefik *fakeTraefik
}

func (c tunnelled) DialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error) {
	if namespace != "traefik" || port != 8000 {
		return nil, fmt.Errorf("nobody listens at %s/%s:%d", namespace, pod, port)
	}
	return c.traefik.dial(ctx, pod)
}

// fakeTraefik answers as Traefik's pods do. Each of them may lag behind the routes.
type fakeTraefik struct {
	w     *world
	mu    sync.Mutex
	pods  map[string]*httptest.Server
	lag   map[string]time.Duration
	since map[string]time.Time // when a pod saw something new, by pod and backend
	asked map[string]int
	knows map[string]string // by color: the secret by which its sidecars know the probe, since they were started
}

func newTraefik(w *world) *fakeTraefik {
	return &fakeTraefik{w: w, pods: map[string]*httptest.Server{}, lag: map[string]time.Duration{}, since: map[string]time.Time{}, asked: map[string]int{}, knows: map[string]string{}}
}

func (t *fakeTraefik) dial(ctx context.Context, pod string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", t.server(pod).Listener.Addr().String())
}

func (t *fakeTraefik) server(pod string) *httptest.Server {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pods[pod] == nil {
		t.pods[pod] = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { t.answer(pod, rw, r) }))
		t.w.Cleanup(t.pods[pod].Close)
		t.w.network.opened(t.pods[pod])
	}
	return t.pods[pod]
}

func (t *fakeTraefik) answer(pod string, rw http.ResponseWriter, r *http.Request) {
	name := "shop"
	if strings.HasPrefix(r.Host, "preview.") {
		name = "shop-preview"
	}
	route := t.w.get("HTTPRoute", name)
	if route == nil {
		http.NotFound(rw, r)
		return
	}
	c, err := manifest.Pointed(route, "shop")
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	c = t.delayed(pod, name, c)
	if t.w.get("Pod", "shop-"+string(c)+"-1") == nil {
		http.Error(rw, "no available server", http.StatusServiceUnavailable)
		return
	}
	if !t.recognizes(c, r) {
		rw.WriteHeader(http.StatusForbidden)
		return
	}
	rw.Header().Set(probe.HeaderColor, string(c))
}

// started notes what the sidecars of a color have read when they were started.
func (t *fakeTraefik) started(c string) {
	secret := t.w.get("Secret", "shop-ingress")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.knows[c] = ""
	if secret != nil {
		value, _ := base64.StdEncoding.DecodeString(objects.TextField(secret, "data", "probe"))
		t.knows[c] = string(value)
	}
}

func (t *fakeTraefik) recognizes(c color.Color, r *http.Request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	secret := t.knows[string(c)]
	return secret == "" || r.Header.Get(probe.HeaderProbe) == secret
}

// delayed is the color that a pod knows of, which is the other one until its
// lag is over.
func (t *fakeTraefik) delayed(pod, route string, c color.Color) color.Color {
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
