package workload

import (
	"errors"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// newDeployer is a deployer under a lock, without images and routes.
func newDeployer(w *clustertest.World) *Deployer {
	w.Helper()
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	l, _, err := fenced.NewLocker(app, c).TakeLock(w.Context(), "ada")
	w.Must(err)
	out := fenced.NewWriter(l)
	w.Must(out.EnsureAnchor(w.Context()))
	w.Must(out.NoteTerm(w.Context()))
	return NewDeployer(out, Parts{})
}

// TestHeldDeployment: a color whose Deployment is held by somebody's
// finalizers gets no instances anymore, but does not count as ended.
func TestHeldDeployment(t *testing.T) {
	w := clustertest.NewWorld(t)
	d := newDeployer(w)
	a := newManifest(d.app, shop("v1.0.0"), color.Blue)
	a.Replicas = 1
	w.Must(d.createColor(t.Context(), a))
	w.ChangeObject("Deployment", "shop-blue", func(o *kube.Object) { o.SetFinalizers([]string{"example.org/hold"}) })
	w.Must(d.emptyHeld(t.Context(), "shop-blue"))
	w.Must(d.out.DeleteObject(t.Context(), "Deployment", "shop-blue"))
	err := d.awaitGone(t.Context(), color.Blue, 500*time.Millisecond)
	if p, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(err.Error(), "example.org/hold") || !strings.Contains(p.Hint, `patch deployment shop-blue --type=merge`) {
		t.Errorf("ended: %v", err)
	}
	if o := w.GetObject("Deployment", "shop-blue"); o == nil || objects.SpecReplicas(o) != 0 {
		t.Errorf("it keeps its instances: %v", o)
	}
	w.ChangeObject("Deployment", "shop-blue", func(o *kube.Object) { o.SetFinalizers(nil) })
	w.DeleteObject("Deployment", "shop-blue")
	w.Must(d.awaitGone(t.Context(), color.Blue, time.Minute))
}

// Only a Deployment that will outlast its deletion is scaled down first.
func TestEmptyHeldLeavesOthersAlone(t *testing.T) {
	w := clustertest.NewWorld(t)
	d := newDeployer(w)
	w.Must(d.emptyHeld(t.Context(), "shop-blue")) // none exists
	w.PutColor(color.Blue)
	w.Must(d.emptyHeld(t.Context(), "shop-blue"))
	if n := objects.SpecReplicas(w.GetObject("Deployment", "shop-blue")); n != 1 {
		t.Errorf("%d instances", n)
	}
}
