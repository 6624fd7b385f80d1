package kubernetes

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

// TestWhatOthersChangeLeavesAWayBack: tools and people take labels away, as they do who
// apply their own idea of an object, and scribble on what is ours to write. The
// way back of a deploy ends all the same, and the next deploy works.
func TestWhatOthersChangeLeavesAWayBack(t *testing.T) {
	strip := func(o *kube.Object) {
		labels := o.GetLabels()
		delete(labels, manifest.ManagedLabel)
		o.SetLabels(labels)
	}
	for name, tt := range map[string]struct {
		kind, object string
		change       func(*kube.Object)
	}{
		"labels of the route":        {"HTTPRoute", "shop", strip},
		"labels of the preview":      {"HTTPRoute", "shop-preview", strip},
		"labels of the old color":    {"Deployment", "shop-blue", strip},
		"labels of the new color":    {"Deployment", "shop-green", strip},
		"labels of a service":        {"Service", "shop-green", strip},
		"labels of the lock":         {"Lease", "shop", strip},
		"labels of the anchor":       {"ConfigMap", "shop", strip},
		"numbers of the anchor":      {"ConfigMap", "shop", func(o *kube.Object) { o.Object["data"] = map[string]any{"deploys": "x", "kept": "y", "term": "z"} }},
		"all numbers of the anchor":  {"ConfigMap", "shop", func(o *kube.Object) { delete(o.Object, "data") }},
		"bounds that a color has":    {"Deployment", "shop-blue", func(o *kube.Object) { objects.SetAnnotation(o, autoscaleNote, "{") }},
		"all annotations of a color": {"Deployment", "shop-blue", func(o *kube.Object) { o.SetAnnotations(nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, target := newPlace(t)
			w.must(w.deploy(t.Context(), target, "v1.0.0", func(progress.Event) {}))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var once sync.Once
			err := w.deploy(ctx, target, "v1.1.0", func(e progress.Event) {
				if e.Kind != progress.EventStep || e.Status != progress.StatusRunning {
					return
				}
				switch e.Step {
				case "bake":
					cancel() // Ctrl-C
				case "switch back":
					once.Do(func() {
						o := w.get(tt.kind, tt.object)
						tt.change(o)
						w.server.Put(o)
					})
				}
			})
			if got := w.active(); got != color.Blue || problem.KindOf(err) != problem.Interrupted {
				t.Errorf("on the way back %q has the traffic: %v", got, err)
			}
			if err := w.deploy(t.Context(), w.target(), "v1.2.0", func(progress.Event) {}); err != nil {
				t.Errorf("the next deploy: %v", err)
			}
			if w.get("HorizontalPodAutoscaler", "shop") == nil {
				t.Error("the autoscaler is gone")
			}
			if list, err := target.History().List(t.Context()); err != nil || len(list) != 3 {
				t.Errorf("history has %v, want three deploys: %v", list, err)
			}
		})
	}
}

// deploy ships a version by a process of its own.
func (w *world) deploy(ctx context.Context, target *Target, v release.Version, on func(progress.Event)) error {
	target.images, target.app.Config.Entrances = stocked{}, []string{"http://shop.test"}
	_, err := w.deployer(target, on).Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: quickRelease(v), Secrets: map[string]string{"TOKEN": "x"}})
	return err
}

// TestHeldDeployment: a color whose Deployment somebody's finalizers hold ends, but does
// not count as stopped, and nothing is made under its name.
func TestHeldDeployment(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: quickRelease("v1.0.0"), Replicas: 1}
	w.must(s.Apply(t.Context(), color.Blue, spec))
	o := w.get("Deployment", "shop-blue")
	o.SetFinalizers([]string{"example.org/hold"})
	w.server.Put(o)
	w.must(s.emptyHeld(t.Context(), "shop-blue"))
	w.must(s.delete(t.Context(), "Deployment", "shop-blue"))
	err := s.awaitGone(t.Context(), color.Blue, 500*time.Millisecond)
	if p, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(err.Error(), "example.org/hold") || !strings.Contains(p.Hint, `patch deployment shop-blue --type=merge`) {
		t.Errorf("retired: %v", err)
	}
	if o := w.get("Deployment", "shop-blue"); o == nil || objects.SpecReplicas(o) != 0 || w.get("Pod", "shop-blue-1") != nil {
		t.Errorf("its pods go on: %v", o)
	}
	w.server.Put(func() *kube.Object { o := w.get("Deployment", "shop-blue"); o.SetFinalizers(nil); return o }())
	w.delete(target.app.ObjectRef("Deployment", "shop-blue"))
	w.must(s.Apply(t.Context(), color.Blue, spec))
}

// TestStrippedIsNotForeign: without our labels an object is ours if we wrote it and
// nobody else claims it.
func TestStrippedIsNotForeign(t *testing.T) {
	target := newWorld(t).target()
	for name, tt := range map[string]struct {
		labels  map[string]any
		manager string
		want    bool
	}{
		"ours":                  {map[string]any{manifest.ManagedLabel: kube.Manager, manifest.NameLabel: "shop"}, "kubectl", true},
		"stripped":              {nil, kube.Manager, true},
		"half stripped":         {map[string]any{manifest.NameLabel: "shop"}, kube.Manager, true},
		"of another app":        {map[string]any{manifest.ManagedLabel: kube.Manager, manifest.NameLabel: "blog"}, kube.Manager, false},
		"claimed by others":     {map[string]any{manifest.ManagedLabel: "Helm", manifest.NameLabel: "shop"}, kube.Manager, false},
		"somebody else's":       {nil, "kubectl", false},
		"somebody else's label": {map[string]any{manifest.NameLabel: "shop"}, "argocd-controller", false},
	} {
		o := &kube.Object{Object: map[string]any{"metadata": map[string]any{
			"labels": tt.labels, "managedFields": []any{map[string]any{"manager": tt.manager, "operation": "Update"}}}}}
		if tt.labels == nil {
			delete(o.Object["metadata"].(map[string]any), "labels")
		}
		if got := target.app.IsOurs(o); got != tt.want {
			t.Errorf("%s: ours = %t", name, got)
		}
	}
}
