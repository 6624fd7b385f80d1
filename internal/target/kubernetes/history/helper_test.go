package history

import (
	"testing"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// world is a cluster in memory in which a history is kept.
type world struct{ *clustertest.World }

func newWorld(t *testing.T) world { return world{clustertest.NewWorld(t)} }

// lock takes the lock by a process of its own, as the target does.
func (w world) lock(holder string) *Writer {
	w.Helper()
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	l, clean, err := fenced.NewLocker(app, c).TakeLock(w.Context(), holder)
	w.Must(err)
	history := NewWriter(fenced.NewWriter(l))
	w.Must(history.out.EnsureAnchor(w.Context()))
	w.Must(history.out.NoteTerm(w.Context()))
	if !clean {
		w.Must(history.out.StampObjects(w.Context()))
		w.Must(history.StampNewest(w.Context()))
	}
	return history
}

// reader is another process's reader.
func (w world) reader() Reader { return NewReader(w.OpenApp()) }

// takeOver lets the lock of a holder on another machine expire and bob take
// it.
func (w world) takeOver() *Writer {
	w.Helper()
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		objects.SetAnnotation(o, fenced.ProcessAnnotation, `{"pid": 4711, "start": "1", "world": "another"}`)
	})
	w.Server.AdvanceClock(17 * time.Second)
	return w.lock("bob")
}

// beforeWrite runs f once, between the last read of a write and its arrival.
func (w world) beforeWrite(resource string, f func()) {
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "GET" || r.Resource != resource || r.DryRun {
			return
		}
		w.Server.BeforeRequest(nil)
		f()
	})
}
