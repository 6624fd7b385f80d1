// Package cache keeps copies of the app's objects up to date by watching them.
//
// It knows objects, kinds and colors, but not what they are needed for. It
// writes nothing: anyone who writes an object hands the result to
// [Store.StoreWritten], so that the next read sees it even if the watch is
// slower.
package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	idleTimeout     = 30 * time.Second       // without a read, after which the watches end
	readTimeout     = 30 * time.Second       // for an API server that answered before
	watchRetryDelay = 250 * time.Millisecond // after a watch was lost
)

func cachedKinds() []string {
	return []string{"Deployment", "Pod", "HTTPRoute", "Service", "Lease", "HorizontalPodAutoscaler"}
}

// Store is the cache. Its watches start with the first read and end when
// nobody reads for a while. It never answers with data known to be old: while
// a watch is lost, reads wait.
type Store struct {
	app   *objects.App
	watch func(ctx context.Context, kind string, f func(kube.Event) error) error

	mu       sync.Mutex
	kinds    map[string]*kindStore
	changed  chan struct{} // closed and replaced whenever a kindStore changes
	running  bool
	stop     context.CancelFunc
	lastRead time.Time
}

// NewStore returns a cache that makes no requests before it is read.
func NewStore(app *objects.App) *Store {
	s := &Store{app: app, kinds: map[string]*kindStore{}, changed: make(chan struct{}), stop: func() {}}
	for _, kind := range cachedKinds() {
		s.kinds[kind] = &kindStore{items: map[string]*item{}, deleted: map[types.UID]bool{}}
	}
	s.watch = func(ctx context.Context, kind string, f func(kube.Event) error) error {
		return app.Kube.WatchObjects(ctx, app.ObjectRef(kind, ""), app.LabelSelector(), f)
	}
	return s
}

// Close ends the watches. The next read starts them again.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopWatches()
}

func (s *Store) stopWatches() {
	s.stop()
	s.running = false
	for _, k := range s.kinds {
		k.synced, k.err = false, nil
	}
}

// withKinds runs f on the copies once all of them are up to date.
func (s *Store) withKinds(ctx context.Context, f func(map[string]*kindStore)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readTimeout, errors.New("the API server does not answer"))
	defer cancel()
	for {
		s.mu.Lock()
		s.startWatches()
		ready, err := s.allSynced()
		if ready {
			f(s.kinds)
		}
		changed := s.changed
		s.mu.Unlock()
		if ready || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// allSynced reports whether all kinds are up to date. It returns an error that
// waiting does not cure, or that comes before anything was known.
func (s *Store) allSynced() (bool, error) {
	all := true
	for kind, k := range s.kinds {
		if k.synced {
			continue
		}
		all = false
		if k.err != nil && (!k.known || kube.IsForbidden(k.err)) {
			return false, fmt.Errorf("watch %s: %w", kind, k.err)
		}
	}
	return all, nil
}

func (s *Store) startWatches() {
	s.lastRead = time.Now()
	if s.running {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.running, s.stop = true, cancel
	for kind, k := range s.kinds {
		k.err = nil
		go s.followKind(ctx, kind, k)
	}
	go s.stopWhenIdle(ctx)
}

// stopWhenIdle ends the watches once nobody has read for a while.
func (s *Store) stopWhenIdle(ctx context.Context) {
	tick := time.NewTicker(idleTimeout / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		if ctx.Err() == nil && time.Since(s.lastRead) > idleTimeout {
			s.stopWatches()
		}
		s.mu.Unlock()
	}
}

// followKind keeps one kind up to date until ctx ends.
func (s *Store) followKind(ctx context.Context, kind string, k *kindStore) {
	for ctx.Err() == nil {
		s.withChange(ctx, func() { k.startList() })
		err := s.watch(ctx, kind, func(e kube.Event) error {
			s.withChange(ctx, func() { k.applyEvent(e) })
			return ctx.Err()
		})
		s.withChange(ctx, func() { k.loseWatch(err) })
		_ = wait.SleepContext(ctx, watchRetryDelay) // the loop checks ctx
	}
}

// withChange runs f, which changes a kindStore, and wakes anyone who waits. It
// does nothing for a watch that was stopped before.
func (s *Store) withChange(ctx context.Context, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}
