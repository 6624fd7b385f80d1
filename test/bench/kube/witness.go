package main

import (
	"context"
	"sync"
	"time"

	"version-manager/test/e2e/lab"
)

// witness remembers when each version was last heard.
type witness struct {
	mu    sync.Mutex
	heard map[string]time.Time
}

func newWitness() *witness { return &witness{heard: map[string]time.Time{}} }

func (w *witness) recordVersion(version string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard[version] = time.Now()
}

func (w *witness) lastSeen(version string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard[version]
}

// awaitVersion waits until a version has answered, and a second more: the load must
// be steady before anything is changed.
func (w *witness) awaitVersion(ctx context.Context, version string) error {
	return lab.WaitUntil(ctx, 30*time.Second, version+" answers", func() (bool, error) {
		w.mu.Lock()
		first, ok := w.heard["first of "+version]
		if _, heard := w.heard[version]; heard && !ok {
			first = time.Now()
			w.heard["first of "+version] = first
			ok = true
		}
		w.mu.Unlock()
		return ok && time.Since(first) > time.Second, nil
	})
}
