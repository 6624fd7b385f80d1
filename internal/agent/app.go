package agent

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"version-manager/internal/agent/statefile"
	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/proxy"
	"version-manager/internal/release"
)

// app is one app on this machine: its route, its two colors, its entrances
// and the lock that guards them.
//
// turn is held through a whole change, which may take as long as requests
// need to finish; mu only while fields are read or set.
type app struct {
	agent   *agent
	name    string
	root    string // the state folder
	paths   paths
	store   *release.Store
	client  *http.Client
	journal *journal.Dir
	reserve *reserve
	turn    chan struct{}
	damaged error
	strays  map[string]record // what runs although the state is damaged
	proxy   *proxy.Proxy
	front   *front

	opening   sync.Mutex // entrances are being opened or closed
	reopening atomic.Bool

	mu     sync.Mutex
	state  state
	keys   keys
	sides  map[color.Color]*side
	cancel context.CancelFunc // of the change that is being made, or nil
}

// openApp reads what is known about the app. Damage is no error here: it is
// the answer to all that is asked of this app, while others work.
func openApp(name string, g *agent) *app {
	a := &app{
		agent: g, name: name, root: g.dir,
		paths:  paths{filepath.Join(g.dir, "apps", name)},
		store:  release.NewStore(g.dir),
		client: newHealthClient(),
		turn:   make(chan struct{}, 1),
		sides:  map[color.Color]*side{},
	}
	a.keys = loadKeys(a.paths)
	a.journal, a.reserve = journal.NewDir(a.paths.deploys()), newReserve(a.paths.dir)
	st, aside, err := loadState(a.paths, name)
	if err != nil {
		a.damaged = problem.Wrap(err, problem.NeedsPerson,
			"copy the latest of "+a.paths.dir+"/backups/*.json over "+a.paths.state(),
			"the state of %s and the one before it cannot be read", name)
	}
	if aside != "" {
		slog.Warn("state was damaged: went back by one change", "app", name, "aside", aside)
	}
	st.Lease.wake(process.Identity.Alive)
	a.state, a.proxy = st, newProxy(name, st.rules(a.keys))
	a.front = newFront(name, a.proxy, g, func() { go a.reopen() })
	return a
}

// lock takes the lock. A change that the former holder left behind is broken off.
func (a *app) lock(holder, nonce string, proc process.Identity) (token uint64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.state.clone()
	changed, err := next.Lease.take(holder, nonce, proc)
	if err != nil || !changed {
		return next.Lease.Token, err
	}
	if a.cancel != nil {
		a.cancel()
	}
	return next.Lease.Token, a.save(next)
}

// unlock ends a deploy, and with it the entrances that nothing wants any more.
func (a *app) unlock(token uint64) error {
	closing, err := a.release(token)
	a.closeEntrances(closing)
	return err
}

func (a *app) release(token uint64) (closing []entrance, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.state.clone()
	changed, err := next.Lease.release(token)
	if err != nil || !changed {
		return nil, err
	}
	closing = next.unwanted()
	next.Entrances = slices.DeleteFunc(next.Entrances, func(e entrance) bool { return slices.Contains(closing, e) })
	return closing, a.save(next)
}

// check is a sign of life of the lock's holder; anybody else is fenced off.
func (a *app) check(token uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.Lease.check(token)
}

// change makes an edited state durable and takes it, if token still holds.
func (a *app) change(token uint64, edit func(*state)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.state.Lease.check(token); err != nil {
		return err
	}
	next := a.state.clone()
	edit(&next)
	return a.save(next)
}

// now is the state at this moment, to be read without a lock.
func (a *app) now() state {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.clone()
}

// save makes next durable, then the state. The caller holds mu.
func (a *app) save(next state) error {
	if err := a.paths.make(); err != nil {
		return err
	}
	if err := a.reserve.spend(func() error { return statefile.Save(a.paths.state(), next) }); err != nil {
		return problem.Wrap(err, problem.Failed, "df -h "+a.root, "keep the state of %s", a.name)
	}
	a.state = next
	return nil
}

func (s state) clone() state {
	s.Colors = maps.Clone(s.Colors)
	s.Entrances = append([]entrance(nil), s.Entrances...)
	return s
}

// exclusive makes one change at a time, for the holder of token only.
func (a *app) exclusive(ctx context.Context, token uint64, do func(context.Context) error) error {
	if err := a.check(token); err != nil {
		return err
	}
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-a.turn }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.mu.Lock()
	err := a.state.Lease.check(token)
	a.cancel = cancel
	a.mu.Unlock()
	if err != nil {
		return err
	}
	err = do(ctx)
	if fenced := a.check(token); fenced != nil {
		return fenced
	}
	return err
}
