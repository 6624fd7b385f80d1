package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
)

const (
	mirrorIdle     = 30 * time.Second       // without a question, after which the watches end
	mirrorPatience = 30 * time.Second       // for an API server that was there before
	watchAgain     = 250 * time.Millisecond // after a watch was lost
)

// mirrored are the kinds of which the mirror has copies.
func mirrored() []string {
	return []string{"Deployment", "Pod", "HTTPRoute", "Service", "Lease", "HorizontalPodAutoscaler"}
}

// mirror has a copy of the app's objects, kept up to date by watching them.
// The watches begin with the first question and end when nobody asks any more.
//
// What is known to be old is not told: while a watch is lost, questions wait.
type mirror struct {
	watch    func(ctx context.Context, kind string, f func(kube.Event) error) error
	mu       sync.Mutex
	shelves  map[string]*shelf
	changed  chan struct{} // closed and replaced whenever a shelf changes its state
	running  bool
	stop     context.CancelFunc
	lastUsed time.Time
}

func newMirror(c kube.Cluster, namespace, selector string) *mirror {
	m := &mirror{shelves: map[string]*shelf{}, changed: make(chan struct{}), stop: func() {}}
	for _, kind := range mirrored() {
		m.shelves[kind] = &shelf{items: map[string]*item{}, gone: map[types.UID]bool{}}
	}
	m.watch = func(ctx context.Context, kind string, f func(kube.Event) error) error {
		return c.Watch(ctx, kube.Ref{Kind: kind, Namespace: namespace}, selector, f)
	}
	return m
}

// close ends the watches; the next question begins them again.
func (m *mirror) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.halt()
}

func (m *mirror) halt() {
	m.stop()
	m.running = false
	for _, s := range m.shelves {
		s.synced, s.err = false, nil
	}
}

// ask runs f on the copies once they are all up to date.
func (m *mirror) ask(ctx context.Context, f func(map[string]*shelf)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, mirrorPatience, errors.New("the API server does not answer"))
	defer cancel()
	for {
		m.mu.Lock()
		m.start()
		ready, err := m.ready()
		if ready {
			f(m.shelves)
		}
		changed := m.changed
		m.mu.Unlock()
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

// ready reports whether all shelves are up to date. An error that waiting
// does not heal, or that is met before anything was known, is returned.
func (m *mirror) ready() (bool, error) {
	all := true
	for kind, s := range m.shelves {
		if s.synced {
			continue
		}
		all = false
		if s.err != nil && (!s.known || kube.IsForbidden(s.err)) {
			return false, fmt.Errorf("watch %s: %w", kind, s.err)
		}
	}
	return all, nil
}

func (m *mirror) start() {
	m.lastUsed = time.Now()
	if m.running {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.running, m.stop = true, cancel
	for kind, s := range m.shelves {
		s.err = nil
		go m.follow(ctx, kind, s)
	}
	go m.rest(ctx)
}

// rest ends the watches once nobody has asked for a while.
func (m *mirror) rest(ctx context.Context) {
	tick := time.NewTicker(mirrorIdle / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		m.mu.Lock()
		if ctx.Err() == nil && time.Since(m.lastUsed) > mirrorIdle {
			m.halt()
		}
		m.mu.Unlock()
	}
}

// follow keeps one shelf up to date until ctx ends.
func (m *mirror) follow(ctx context.Context, kind string, s *shelf) {
	for ctx.Err() == nil {
		m.change(ctx, func() { s.begin() })
		err := m.watch(ctx, kind, func(e kube.Event) error {
			m.change(ctx, func() { s.take(e) })
			return ctx.Err()
		})
		m.change(ctx, func() { s.lost(err) })
		_ = wait.For(ctx, watchAgain) // the loop looks at ctx
	}
}

// change changes a shelf and wakes whoever waits, unless the watch is of an
// earlier life.
func (m *mirror) change(ctx context.Context, f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	f()
	close(m.changed)
	m.changed = make(chan struct{})
}

// put keeps what a write of our own returned, so that the next question sees
// it even if the watch is slower.
func (m *mirror) put(o *kube.Object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.shelves[o.GetKind()]; s != nil {
		s.put(o)
		s.own(o.GetName())
	}
}

// uid returns which object the mirror has by that name, empty if none.
func (m *mirror) uid(kind, name string) types.UID {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.shelves[kind]; s != nil && s.items[name] != nil {
		return s.items[name].object.GetUID()
	}
	return ""
}

// drop forgets an object that is known to be deleted, unless another one has
// its name by now.
func (m *mirror) drop(kind, name string, uid types.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.shelves[kind]
	if s == nil || s.items[name] == nil || s.items[name].object.GetUID() != uid {
		return
	}
	s.gone[uid] = true
	delete(s.items, name)
}

// get returns one object. It must not be changed.
func (m *mirror) get(ctx context.Context, kind, name string) (o *kube.Object, ok bool, err error) {
	err = m.ask(ctx, func(shelves map[string]*shelf) {
		if i, there := shelves[kind].items[name]; there {
			o, ok = i.object, true
		}
	})
	return o, ok, err
}

// newer reports whether version a of an object is at least as new as b. Where
// versions are no numbers, the last one that came is taken for the newest.
func newer(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	return errX != nil || errY != nil || x >= y
}
