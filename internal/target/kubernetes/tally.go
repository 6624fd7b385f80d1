package kubernetes

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
)

// tally adds up what the sidecars of a color say, and keeps what the pods said
// that are gone: a sum never becomes smaller in the life of a color.
type tally struct {
	kube      kube.Cluster
	namespace string

	mu       sync.Mutex
	life     types.UID // of the color's Deployment
	past     counts
	sidecars map[types.UID]*sidecar // by pod
}

func newTally(k kube.Cluster, namespace string) *tally {
	return &tally{kube: k, namespace: namespace, sidecars: map[types.UID]*sidecar{}}
}

// read asks all pods side by side and returns the color's sums.
func (t *tally) read(ctx context.Context, life types.UID, pods []*corev1.Pod) counts {
	asked := t.lines(life, pods)
	heard := make([]counts, len(asked))
	var wg sync.WaitGroup
	for i, s := range asked {
		wg.Go(func() { heard[i] = s.read(ctx) })
	}
	wg.Wait()
	t.mu.Lock()
	sum := t.past
	t.mu.Unlock()
	for _, c := range heard {
		sum = sum.sum(c)
	}
	return sum
}

// lines returns the lines to the sidecars of the pods, and ends those to pods
// that are gone.
func (t *tally) lines(life types.UID, pods []*corev1.Pod) (asked []*sidecar) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.life != life {
		t.end(nil)
		t.life, t.past = life, counts{}
	}
	there := map[types.UID]bool{}
	for _, p := range pods {
		there[p.UID] = true
		s := t.sidecars[p.UID]
		if s == nil && !sidecarRuns(p) {
			continue
		}
		if s == nil {
			s = newSidecar(t.kube, t.namespace, p.Name)
			t.sidecars[p.UID] = s
		}
		asked = append(asked, s)
	}
	t.end(there)
	return asked
}

// end closes the lines to all pods but those that are there.
func (t *tally) end(there map[types.UID]bool) {
	for uid, s := range t.sidecars {
		if !there[uid] {
			t.past = t.past.sum(s.known().ended())
			s.line.close()
			delete(t.sidecars, uid)
		}
	}
}

func (t *tally) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end(nil)
}
