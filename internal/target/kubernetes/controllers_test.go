package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"version-manager/internal/images"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// stocked has every image in its place already.
type stocked struct{}

func (stocked) Check(context.Context, string) error { return nil }
func (stocked) Image(_ context.Context, digest string) (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/shop:" + digest, Pull: "Never"}, nil
}
func (stocked) Sidecar(context.Context) (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/sidecar:1", Pull: "Never"}, nil
}
func (s stocked) Name(digest string) (images.Placed, error) {
	return s.Image(context.Background(), digest)
}
func (s stocked) SidecarName() (images.Placed, error)       { return s.Sidecar(context.Background()) }
func (stocked) Again(context.Context, string, string) error { return nil }

// controllers do for the Deployments of a world what a cluster would: pods
// come, are ready at once, and go.
func (w *world) controllers(t *Target) {
	ctx, cancel := context.WithCancel(context.Background())
	k := t.app.Kube // tests change the target's
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			for _, c := range []string{"shop-blue", "shop-green"} {
				w.reconcile(ctx, k, c)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	w.Cleanup(func() { cancel(); <-done })
}

func (w *world) reconcile(ctx context.Context, k kube.Cluster, name string) {
	want := 0
	var notes map[string]string
	if d := w.get("Deployment", name); d != nil {
		want, notes = objects.SpecReplicas(d), d.GetAnnotations()
	}
	for i := range 9 {
		pod := fmt.Sprintf("%s-%d", name, i+1)
		have := w.get("Pod", pod)
		switch {
		case have == nil && i < want:
			w.makePod(name, pod, notes[manifest.VersionNote])
		case have != nil && i >= want:
			_ = k.Delete(ctx, kube.Ref{Kind: "Pod", Namespace: "shop", Name: pod})
		}
	}
}

func (w *world) makePod(side, pod, version string) {
	c := strings.TrimPrefix(side, "shop-")
	w.traefik.started(c)
	w.put(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": %q, "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %q, "app.kubernetes.io/version": %q}},
		"status": {"conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"name": "app", "state": {"running": {}}}]}}`, pod, c, version))
}

// newPlace is a world with controllers and a target that can deploy there.
func newPlace(t *testing.T) (*world, *Target) {
	w := newWorld(t)
	target := w.target()
	target.images = stocked{}
	w.controllers(target)
	return w, target
}
