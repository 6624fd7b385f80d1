package kubernetes

import (
	"errors"
	"strings"
	"testing"

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
	w.must(s.Apply(t.Context(), color.Blue, spec))
	before := w.get("Deployment", "shop-blue")

	// A later version of this program would make the pods otherwise.
	s.app.Config.PullSecret = "pull"
	spec.Replicas, spec.Secrets = 4, nil
	w.must(s.Apply(t.Context(), color.Blue, spec))
	after := w.get("Deployment", "shop-blue")
	if before.GetUID() != after.GetUID() || objects.SpecReplicas(after) != 4 {
		t.Errorf("it was made anew, with %d instances", objects.SpecReplicas(after))
	}
	if found := diff("", "", before.Object["spec"].(map[string]any)["template"], after.Object["spec"].(map[string]any)["template"]); len(found) > 0 {
		t.Errorf("the template was touched: %v", found)
	}
	o, err := target.Observe(t.Context())
	w.must(err)
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
			w.must(s.Apply(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "old"}}))
			before := w.get("Deployment", "shop-blue")
			w.must(s.Apply(t.Context(), color.Blue, tt.next))
			after := w.get("Deployment", "shop-blue")
			if anew := before.GetUID() != after.GetUID(); anew != tt.anew {
				t.Errorf("made anew: %t, want %t", anew, tt.anew)
			}
		})
	}
}

func TestSecretsAreNowhereElse(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	const value = "do-not-tell"
	w.must(s.Apply(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": value}}))
	for _, name := range []string{"Deployment", "Service", "ConfigMap", "HTTPRoute"} {
		list, err := target.app.Kube.List(t.Context(), kube.Ref{Kind: name, Namespace: "shop"}, "")
		w.must(err)
		for _, o := range list {
			if b, err := o.MarshalJSON(); err != nil || strings.Contains(string(b), value) {
				t.Errorf("%s %s has the secret, or %v", name, o.GetName(), err)
			}
		}
	}
	w.must(s.Retire(t.Context(), color.Blue))
	if o := w.get("Secret", "shop-blue-secrets"); o != nil {
		t.Error("the secret of a retired color is still there")
	}
}

// A kubelet hands variables on as text. What would arrive changed, or not at
// all, is refused before anything starts.
func TestSecretsThatCannotBePassedOn(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	for _, value := range []string{"hid\xffden", "hid\x00den"} {
		err := s.Apply(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1, Secrets: deploy.Secrets{"TOKEN": value}})
		if err == nil || !strings.Contains(err.Error(), "variable TOKEN cannot be passed on") || strings.Contains(err.Error(), "den") {
			t.Errorf("%q: %v", value, err)
		}
	}
	if o := w.get("Deployment", "shop-blue"); o != nil {
		t.Error("something was started")
	}
}

func TestAdmissible(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.must(s.Apply(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}))
	have := w.get("Deployment", "shop-blue")
	other := shop("v1.0.0")
	other.App = "other"
	for name, tt := range map[string]struct {
		active  bool
		spec    deploy.Spec
		ok      bool
		refused bool
	}{
		"scale the active color":    {true, deploy.Spec{Release: shop("v1.0.0"), Replicas: 3}, true, false},
		"replace the active color":  {true, deploy.Spec{Release: shop("v1.1.0"), Replicas: 1}, false, true},
		"empty the active color":    {true, deploy.Spec{Release: shop("v1.0.0")}, false, true},
		"empty the standby color":   {false, deploy.Spec{Release: shop("v1.0.0")}, true, false},
		"replace the standby color": {false, deploy.Spec{Release: shop("v1.1.0"), Replicas: 1}, true, false},
		"less than nothing":         {false, deploy.Spec{Release: shop("v1.0.0"), Replicas: -1}, false, false},
		"another app":               {false, deploy.Spec{Release: other, Replicas: 1}, false, false},
	} {
		err := target.admissible(tt.active, have, tt.spec)
		if (err == nil) != tt.ok || errors.Is(err, deploy.ErrRefused) != tt.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}
