package fenced

import (
	"testing"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/objects"
)

// world is a cluster in memory in which locks are taken.
type world struct{ *clustertest.World }

func newWorld(t *testing.T) world { return world{clustertest.NewWorld(t)} }

// newLocker is another process's locker.
func (w world) newLocker() *Locker {
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	return NewLocker(app, c)
}

// lock takes the lock by a process of its own, as the target does.
func (w world) lock(holder string) *Writer {
	w.Helper()
	return w.lockBy(w.newLocker(), holder)
}

func (w world) lockBy(k *Locker, holder string) *Writer {
	w.Helper()
	l, clean, err := k.TakeLock(w.Context(), holder)
	w.Must(err)
	out := NewWriter(l)
	w.Must(out.EnsureAnchor(w.Context()))
	w.Must(out.NoteTerm(w.Context()))
	if !clean {
		w.Must(out.StampObjects(w.Context()))
	}
	return out
}

// tryLock reports whether somebody else could take the lock now.
func (w world) tryLock() error {
	_, _, err := w.newLocker().TakeLock(w.Context(), "bob")
	return err
}

// moveHolder makes the lease look as if its holder ran on another machine.
func (w world) moveHolder() {
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		objects.SetAnnotation(o, ProcessAnnotation, `{"pid": 4711, "start": "1", "world": "another"}`)
	})
}

// takeOver lets the lock of a holder on another machine expire and bob take
// it.
func (w world) takeOver() *Writer {
	w.Helper()
	w.moveHolder()
	w.Server.AdvanceClock(17 * time.Second)
	return w.lock("bob")
}

// beforeWrite runs f once, between the last read of a write and its arrival.
func (w world) beforeWrite(method, resource string, f func()) {
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.DryRun || r.Resource != resource || r.Method == "GET" || method != "" && r.Method != method {
			return
		}
		w.Server.BeforeRequest(nil)
		f()
	})
}

func deployment(name, by string) *kube.Object {
	o := &kube.Object{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"paused": true}}}
	o.SetName(name)
	o.SetNamespace("shop")
	o.SetLabels(map[string]string{manifest.NameLabel: "shop", manifest.ManagedLabel: manifest.Manager})
	if by != "" {
		objects.SetAnnotation(o, "by", by)
	}
	return o
}

// writtenBy is who wrote a Deployment last, as its annotation says.
func (w world) writtenBy(name string) string {
	o := w.GetObject("Deployment", name)
	if o == nil {
		return ""
	}
	return o.GetAnnotations()["by"]
}
