package kubernetes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

func shop(v release.Version) release.Release {
	return release.Release{App: "shop", Version: v, Image: "sha256:" + string(v), ConfigID: "sha256:c",
		Config: config.App{Name: "shop", Port: 8080, Health: "/healthz", Replicas: 1}}
}

func TestApplyAdoptsWhatRuns(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: shop("v1.0.0"), Replicas: 2, Secrets: map[string]string{"TOKEN": "secret"}}
	w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
	before := w.GetObject("Deployment", "shop-blue")

	// A later version of this program would make the pods otherwise.
	s.app.Config.PullSecret = "pull"
	spec.Replicas, spec.Secrets = 4, nil
	w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
	after := w.GetObject("Deployment", "shop-blue")
	if before.GetUID() != after.GetUID() || objects.SpecReplicas(after) != 4 {
		t.Errorf("it was recreated, with %d instances", objects.SpecReplicas(after))
	}
	if found := cmp.Diff(before.Object["spec"].(map[string]any)["template"], after.Object["spec"].(map[string]any)["template"]); found != "" {
		t.Errorf("the template was touched: %s", found)
	}
	o, err := target.ObserveApp(t.Context())
	w.Must(err)
	if side := o.Colors[color.Blue]; side.Want != 4 || side.Ready() != 4 || side.Version != "v1.0.0" || side.Image != "sha256:v1.0.0" {
		t.Errorf("observed %+v", side)
	}
}

func TestApplyReplaces(t *testing.T) {
	for name, tt := range map[string]struct {
		next deploy.Spec
		anew bool
	}{
		"another release":  {deploy.Spec{Release: shop("v1.1.0"), Replicas: 1}, true},
		"other secrets":    {deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "new"}}, true},
		"the same secrets": {deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "old"}}, false},
		"no word of them":  {deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w, target := newPlace(t)
			s := w.lock(target, "ada")
			w.Must(s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "old"}}))
			before := w.GetObject("Deployment", "shop-blue")
			w.Must(s.ApplySpec(t.Context(), color.Blue, tt.next))
			after := w.GetObject("Deployment", "shop-blue")
			if anew := before.GetUID() != after.GetUID(); anew != tt.anew {
				t.Errorf("recreated: %t, want %t", anew, tt.anew)
			}
		})
	}
}

func TestSecretsAreNowhereElse(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	const value = "do-not-tell"
	w.Must(s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": value}}))
	for _, name := range []string{"Deployment", "Service", "ConfigMap", "HTTPRoute"} {
		list, err := target.app.Kube.ListObjects(t.Context(), kube.Ref{Kind: name, Namespace: "shop"}, "")
		w.Must(err)
		for _, o := range list {
			if b, err := o.MarshalJSON(); err != nil || strings.Contains(string(b), value) {
				t.Errorf("%s %s has the secret, or %v", name, o.GetName(), err)
			}
		}
	}
	w.Must(s.RetireColor(t.Context(), color.Blue))
	if o := w.GetObject("Secret", "shop-blue-secrets"); o != nil {
		t.Error("the secret of a retired color is still there")
	}
}

// A kubelet hands variables on as text. What would arrive changed, or not at
// all, is refused before anything starts.
func TestSecretsThatCannotBePassedOn(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	for _, value := range []string{"hid\xffden", "hid\x00den"} {
		err := s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: deploy.Secrets{"TOKEN": value}})
		if err == nil || !strings.Contains(err.Error(), "variable TOKEN cannot be passed on") || strings.Contains(err.Error(), "den") {
			t.Errorf("%q: %v", value, err)
		}
	}
	if o := w.GetObject("Deployment", "shop-blue"); o != nil {
		t.Error("something was started")
	}
}
