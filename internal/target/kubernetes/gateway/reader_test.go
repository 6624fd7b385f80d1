package gateway

import (
	"context"
	"slices"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/objects"
)

// confined may list pods only in the namespaces that it names.
type confined struct {
	kube.Cluster
	to []string
}

func (c confined) ListObjects(ctx context.Context, r kube.Ref, selector string) ([]kube.Object, error) {
	if r.Kind == "Pod" && !slices.Contains(c.to, r.Namespace) {
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", nil)
	}
	return c.Cluster.ListObjects(ctx, r, selector)
}

// Both colors share one network policy: a deploy must not take from it what
// the users of the active color come through.
func TestProxyNamespaces(t *testing.T) {
	both := []string{"kube-system", "traefik"}
	none := func(*clustertest.World, *objects.App, *kube.Object) {}
	deleteProxy := func(w *clustertest.World, app *objects.App, o *kube.Object) {
		w.Must(app.Kube.DeleteObject(w.Context(), objects.RefOf(o)))
	}
	for name, tt := range map[string]struct {
		live  []string // what an earlier deploy admitted
		spoil func(w *clustertest.World, app *objects.App, proxy *kube.Object)
	}{
		"all are seen": {nil, none},
		"they moved":   {[]string{"edge"}, none},
		"none is ready": {nil, func(w *clustertest.World, _ *objects.App, o *kube.Object) {
			delete(o.Object, "status")
			w.Server.PutObject(o)
		}},
		"none exists": {both[:1], deleteProxy},
		"only another Traefik exists": {both[:1], func(w *clustertest.World, app *objects.App, o *kube.Object) {
			deleteProxy(w, app, o)
			w.PutJSON(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "another", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
				"spec": {"containers": [{"name": "traefik", "image": "traefik:v3.3", "args": ["--providers.kubernetesingress"]}]}}`)
		}},
		"others are forbidden": {both[:1], func(_ *clustertest.World, app *objects.App, _ *kube.Object) {
			app.Kube = confined{app.Kube, []string{"traefik", "shop"}}
		}},
		"all are forbidden": {both[:1], func(_ *clustertest.World, app *objects.App, _ *kube.Object) {
			app.Kube = confined{app.Kube, []string{"shop"}}
		}},
		"nothing is known": {both[:1], func(w *clustertest.World, _ *objects.App, _ *kube.Object) { w.Server.ForgetResource("gateways") }},
	} {
		w := clustertest.NewWorld(t)
		app := w.OpenApp()
		proxy := w.Server.GetObject("Pod", "traefik", "traefik-1")
		w.Must(app.Kube.DeleteObject(t.Context(), objects.RefOf(proxy)))
		proxy.SetNamespace("kube-system")
		w.Server.PutObject(proxy)
		if tt.live != nil {
			for _, o := range manifest.BaseObjects(manifest.App{Release: app.RouteApp().Release, Proxies: tt.live}) {
				if o.GetKind() == "NetworkPolicy" {
					w.Server.PutObject(o)
				}
			}
		}
		tt.spoil(w, app, proxy)
		got, err := NewReader(app).ProxyNamespaces(t.Context())
		if err != nil || !slices.Equal(got, both) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, both)
		}
	}
}

// A state is used for as long as it may be old, and no longer.
func TestStateAge(t *testing.T) {
	w := clustertest.NewWorld(t)
	r := NewReader(w.OpenApp())
	read := func(maxAge time.Duration) int {
		s, err := r.ReadState(t.Context(), maxAge)
		w.Must(err)
		return len(s.Proxies)
	}
	if n := read(DefaultMaxAge); n != 1 {
		t.Fatalf("%d proxies", n)
	}
	w.PutProxy("traefik-2")
	if n := read(DefaultMaxAge); n != 1 {
		t.Error("a fresh state was read again")
	}
	r.readAt = time.Now().Add(-DefaultMaxAge)
	if n := read(DefaultMaxAge); n != 2 {
		t.Error("an old state was used")
	}
	w.PutProxy("traefik-3")
	if n := read(0); n != 3 {
		t.Error("a state of any age was used")
	}
	w.Server.ForgetResource("gateways")
	if _, err := r.ReadState(t.Context(), 0); err == nil {
		t.Error("no Gateway API, and no error")
	}
}
