package kubernetes

import (
	"context"
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

// TestChangesByOthersKeepTheRollback: tools and people remove labels, as those do
// that apply their own idea of an object, and damage what only we write. The
// rollback of a deploy still ends, and the next deploy works.
func TestChangesByOthersKeepTheRollback(t *testing.T) {
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
		"bounds that a color has":    {"Deployment", "shop-blue", func(o *kube.Object) { objects.SetAnnotation(o, "version-manager.io/autoscale", "{") }},
		"all annotations of a color": {"Deployment", "shop-blue", func(o *kube.Object) { o.SetAnnotations(nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, target := newPlace(t)
			w.Must(w.deploy(t.Context(), target, "v1.0.0", func(progress.Event) {}))
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
						o := w.GetObject(tt.kind, tt.object)
						tt.change(o)
						w.Server.PutObject(o)
					})
				}
			})
			if got := w.active(); got != color.Blue || problem.KindOf(err) != problem.Interrupted {
				t.Errorf("on a rollback %q has the traffic: %v", got, err)
			}
			if err := w.deploy(t.Context(), w.target(), "v1.2.0", func(progress.Event) {}); err != nil {
				t.Errorf("the next deploy: %v", err)
			}
			if w.GetObject("HorizontalPodAutoscaler", "shop") == nil {
				t.Error("the autoscaler is gone")
			}
			if list, err := target.JournalReader().ListDeploys(t.Context()); err != nil || len(list) != 3 {
				t.Errorf("history has %v, want three deploys: %v", list, err)
			}
		})
	}
}

// deploy ships a version by a process of its own.
func (w world) deploy(ctx context.Context, target *Target, v release.Version, on func(progress.Event)) error {
	target.app.Config.Entrances = []string{"http://shop.test"}
	_, err := w.deployer(target, on).Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: quickRelease(v), Secrets: map[string]string{"TOKEN": "x"}})
	return err
}
