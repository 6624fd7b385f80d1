package kubernetes

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// confined may list nothing outside the namespaces that it names.
type confined struct {
	kube.Cluster
	to []string
}

func (c confined) List(ctx context.Context, r kube.Ref, selector string) ([]kube.Object, error) {
	if r.Kind == "Pod" && !slices.Contains(c.to, r.Namespace) {
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", nil)
	}
	return c.Cluster.List(ctx, r, selector)
}

// moved is a world whose one proxy runs in another namespace than the Gateway.
func moved(t *testing.T) (*world, *Target, *kube.Object) {
	w, _ := newPlace(t)
	target := w.target() // the controllers need not see less
	target.images = stocked{}
	o := w.server.Get("Pod", "traefik", "traefik-1")
	w.must(target.app.Kube.Delete(t.Context(), objects.RefOf(o)))
	o.SetNamespace("kube-system")
	w.server.Put(o)
	return w, target, o
}

// Both colors live under one network policy: a deploy must not take from it
// what the users of the active color come through.
func TestPolicyLetsAllProxiesIn(t *testing.T) {
	both := []string{"kube-system", "traefik"}
	for name, tt := range map[string]struct {
		live  []string // what an earlier deploy let in
		spoil func(w *world, t *Target, proxy *kube.Object)
	}{
		"all are seen":  {nil, func(*world, *Target, *kube.Object) {}},
		"they moved":    {[]string{"edge"}, func(*world, *Target, *kube.Object) {}},
		"none is ready": {nil, func(w *world, _ *Target, o *kube.Object) { delete(o.Object, "status"); w.server.Put(o) }},
		"none is there": {both[:1], func(w *world, t *Target, o *kube.Object) { w.must(t.app.Kube.Delete(w.Context(), objects.RefOf(o))) }},
		"only another Traefik is there": {both[:1], func(w *world, t *Target, o *kube.Object) {
			w.must(t.app.Kube.Delete(w.Context(), objects.RefOf(o)))
			w.put(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "another", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
				"spec": {"containers": [{"name": "traefik", "image": "traefik:v3.3", "args": ["--providers.kubernetesingress"]}]}}`)
		}},
		"others are forbidden": {both[:1], func(_ *world, t *Target, _ *kube.Object) {
			t.app.Kube = confined{t.app.Kube, []string{"traefik", "shop"}}
		}},
		"all are forbidden": {both[:1], func(_ *world, t *Target, _ *kube.Object) { t.app.Kube = confined{t.app.Kube, []string{"shop"}} }},
		"nothing is known":  {both[:1], func(w *world, _ *Target, _ *kube.Object) { w.server.Forget("gateways") }},
	} {
		t.Run(name, func(t *testing.T) {
			w, target, proxy := moved(t)
			s := w.lock(target, "ada")
			if tt.live != nil {
				w.must(s.base(t.Context(), manifest.App{Release: target.app.RouteApp().Release, Proxies: tt.live}))
			}
			tt.spoil(w, target, proxy)
			target.door.looked = time.Time{}
			spec := deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}
			w.must(s.Apply(t.Context(), color.Green, spec))
			got, err := manifest.LetIn(w.get("NetworkPolicy", "shop"))
			w.must(err)
			if !slices.Equal(got, both) {
				t.Errorf("the policy lets in %v, want %v", got, both)
			}
			drift, err := target.FindDrift(t.Context(), spec)
			w.must(err)
			if i := slices.IndexFunc(drift, func(d string) bool { return strings.HasPrefix(d, "NetworkPolicy/") }); i >= 0 {
				t.Errorf("what was made just now differs: %s", drift[i])
			}
		})
	}
}
