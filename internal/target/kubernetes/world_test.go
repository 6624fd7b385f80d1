package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/images"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/entrances"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/routes"
	"version-manager/internal/target/kubernetes/workload"
)

// world is a cluster in memory with whole targets in it.
type world struct{ *clustertest.World }

func newWorld(t *testing.T) world { return world{clustertest.NewWorld(t)} }

// target is another process's view of the world. It has every image in its
// place.
func (w world) target() *Target {
	client := w.Client()
	t := assembleTarget(Options{App: "shop", Namespace: w.Namespace, Config: w.Config}, client, w.Server.NewClient(w, w.Namespace), storedImages{})
	t.entrances = entrances.NewFinder(t.app, t.cache, t.gateway, w.Network)
	w.Cleanup(t.Close)
	return t
}

func (w world) lock(t *Target, holder string) *session {
	w.Helper()
	s, err := t.AcquireLock(w.Context(), holder)
	w.Must(err)
	return s.(*session)
}

// newPlace is a world with controllers, and a target in it.
func newPlace(t *testing.T) (world, *Target) {
	w := newWorld(t)
	w.runControllers()
	return w, w.target()
}

// deployed is a session of an app with both colors, of which blue is active.
func (w world) deployed() *session {
	w.Helper()
	w.PutColor(color.Blue)
	s := w.lock(w.target(), "ada")
	s.history.MarkBegun()
	w.Must(s.routes.EnsureRoutes(w.Context()))
	w.Must(s.routes.PointPreview(w.Context(), color.Blue))
	w.Must(s.SwitchRoute(w.Context(), color.Blue, "1"))
	w.PutColor(color.Green)
	w.Must(s.routes.PointPreview(w.Context(), color.Green))
	return s
}

// revision is that of the public route now.
func (w world) revision() string { return routes.RouteRevision(w.GetObject("HTTPRoute", "shop")) }

// active is the color to which the public route leads.
func (w world) active() color.Color {
	w.Helper()
	c, err := manifest.PointedColor(w.GetObject("HTTPRoute", "shop"), "shop")
	w.Must(err)
	return c
}

// moveHolder makes the lease look as if its holder ran on another machine.
func (w world) moveHolder() {
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		objects.SetAnnotation(o, fenced.ProcessAnnotation, `{"pid": 4711, "start": "1", "world": "another"}`)
	})
}

// takeOver lets the lock of a holder on another machine expire and bob take
// it.
func (w world) takeOver() *session {
	w.Helper()
	w.moveHolder()
	w.Server.AdvanceClock(17 * time.Second)
	return w.lock(w.target(), "bob")
}

// storedImages has every image in its place already.
type storedImages struct{}

var _ workload.Delivery = storedImages{}

func (storedImages) Check(context.Context, string) error { return nil }
func (storedImages) Image(_ context.Context, digest string) (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/shop:" + digest, Pull: "Never"}, nil
}
func (storedImages) Sidecar(context.Context) (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/sidecar:1", Pull: "Never"}, nil
}
func (s storedImages) Name(digest string) (images.Placed, error) {
	return s.Image(context.Background(), digest)
}
func (s storedImages) SidecarName() (images.Placed, error)       { return s.Sidecar(context.Background()) }
func (storedImages) Again(context.Context, string, string) error { return nil }

// runControllers does for the Deployments of a world what a cluster would:
// pods appear, are ready at once, and end.
func (w world) runControllers() {
	ctx, cancel := context.WithCancel(context.Background())
	client := w.Client()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			for _, name := range []string{"shop-blue", "shop-green"} {
				w.reconcileColor(ctx, client, name)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	w.Cleanup(func() { cancel(); <-done })
}

func (w world) reconcileColor(ctx context.Context, k kube.Cluster, name string) {
	want := 0
	var notes map[string]string
	if d := w.GetObject("Deployment", name); d != nil {
		want, notes = objects.SpecReplicas(d), d.GetAnnotations()
	}
	for i := range 9 {
		pod := fmt.Sprintf("%s-%d", name, i+1)
		have := w.GetObject("Pod", pod)
		switch {
		case have == nil && i < want:
			w.putPod(name, pod, notes[manifest.VersionAnnotation])
		case have != nil && i >= want:
			_ = k.DeleteObject(ctx, kube.Ref{Kind: "Pod", Namespace: "shop", Name: pod})
		}
	}
}

func (w world) putPod(side, pod, version string) {
	c := strings.TrimPrefix(side, "shop-")
	w.Traefik.StartSidecars(c)
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": %q, "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %q, "app.kubernetes.io/version": %q}},
		"status": {"conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"name": "app", "state": {"running": {}}}]}}`, pod, c, version))
}
