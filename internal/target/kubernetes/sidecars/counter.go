package sidecars

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/target/kubernetes/pods"
)

// ColorCounter adds up the counts of a color's pods. It keeps the totals of
// pods that are gone, so that a total never decreases while the color's
// Deployment exists.
type ColorCounter struct {
	dialer    pods.Dialer
	namespace string

	mu         sync.Mutex
	deployment types.UID
	gone       Counts                    // of pods that are gone
	counters   map[types.UID]*podCounter // by pod
}

// NewColorCounter returns a counter that connects when it is read.
func NewColorCounter(d pods.Dialer, namespace string) *ColorCounter {
	return &ColorCounter{dialer: d, namespace: namespace, counters: map[types.UID]*podCounter{}}
}

// SumCounts asks all pods concurrently and returns the color's sums. Another
// Deployment starts at zero.
func (c *ColorCounter) SumCounts(ctx context.Context, deployment types.UID, list []*corev1.Pod) Counts {
	counters := c.updateCounters(deployment, list)
	counts := make([]Counts, len(counters))
	var wg sync.WaitGroup
	for i, p := range counters {
		wg.Go(func() { counts[i] = p.readCounts(ctx) })
	}
	wg.Wait()
	c.mu.Lock()
	sum := c.gone
	c.mu.Unlock()
	for _, n := range counts {
		sum = sum.addCounts(n)
	}
	return sum
}

// updateCounters returns the counters of the pods, and drops those of pods
// that are gone.
func (c *ColorCounter) updateCounters(deployment types.UID, list []*corev1.Pod) (counters []*podCounter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deployment != deployment {
		c.dropOthers(nil)
		c.deployment, c.gone = deployment, Counts{}
	}
	exist := map[types.UID]bool{}
	for _, p := range list {
		exist[p.UID] = true
		counter := c.counters[p.UID]
		if counter == nil && !pods.SidecarRuns(p) {
			continue
		}
		if counter == nil {
			counter = newPodCounter(c.dialer, c.namespace, p.Name)
			c.counters[p.UID] = counter
		}
		counters = append(counters, counter)
	}
	c.dropOthers(exist)
	return counters
}

// dropOthers drops the counters of all pods but those that exist.
func (c *ColorCounter) dropOthers(exist map[types.UID]bool) {
	for uid, p := range c.counters {
		if !exist[uid] {
			c.gone = c.gone.addCounts(p.lastCounts().totalsOnly())
			p.client.CloseIdle()
			delete(c.counters, uid)
		}
	}
}

// Close drops all connections. The next read makes them again.
func (c *ColorCounter) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropOthers(nil)
}
