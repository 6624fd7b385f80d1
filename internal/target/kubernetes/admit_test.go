package kubernetes

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// A deploy admits all proxies to the app, and diff agrees with it.
func TestPolicyAdmitsAllProxies(t *testing.T) {
	w, target := newPlace(t)
	proxy := w.Server.GetObject("Pod", "traefik", "traefik-1")
	w.Must(target.app.Kube.DeleteObject(t.Context(), objects.RefOf(proxy)))
	proxy.SetNamespace("kube-system")
	w.Server.PutObject(proxy)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}
	w.Must(s.ApplySpec(t.Context(), color.Green, spec))
	got, err := manifest.AdmittedNamespaces(w.GetObject("NetworkPolicy", "shop"))
	w.Must(err)
	if want := []string{"kube-system", "traefik"}; !slices.Equal(got, want) {
		t.Errorf("the policy admits %v, want %v", got, want)
	}
	drift, err := target.FindDrift(t.Context(), spec)
	w.Must(err)
	if i := slices.IndexFunc(drift, func(d string) bool { return strings.HasPrefix(d, "NetworkPolicy/") }); i >= 0 {
		t.Errorf("what was made just now differs: %s", drift[i])
	}
}
