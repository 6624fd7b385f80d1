package agent

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"version-manager/internal/agent/process"
	"version-manager/internal/agent/statefile"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/ingress"
	"version-manager/internal/journal"
	"version-manager/internal/problem"
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
	turn    chan struct{}
	damaged error
	strays  map[string]record // what runs although the state is damaged

	mu      sync.Mutex
	state   state
	proxy   *ingress.Proxy
	sides   map[color.Color]*side
	servers map[string]*http.Server // by address
	cancel  context.CancelFunc      // of the change that is being made, or nil
}

// openApp reads what is known about the app. Damage is no error here: it is
// the answer to all that is asked of this app, while others work.
func openApp(name string, g *agent) *app {
	a := &app{
		agent: g, name: name, root: g.dir,
		paths:   paths{filepath.Join(g.dir, "apps", name)},
		store:   release.NewStore(g.dir),
		client:  newHealthClient(),
		turn:    make(chan struct{}, 1),
		sides:   map[color.Color]*side{},
		servers: map[string]*http.Server{},
	}
	a.journal = journal.NewDir(a.paths.deploys())
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
	a.state = st
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

func (a *app) unlock(token uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.state.clone()
	changed, err := next.Lease.release(token)
	if err != nil || !changed {
		return err
	}
	return a.save(next)
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
	if err := statefile.Save(a.paths.state(), next); err != nil {
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

// observe looks and changes nothing.
func (a *app) observe() deploy.Observed {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := deploy.Observed{
		App: a.name, Active: a.state.Active, Revision: revision(a.state.Revision),
		Colors: map[color.Color]deploy.Side{}, Entrances: a.state.urls(), Lock: a.state.Lease.holder(),
	}
	for c, s := range a.sides {
		o.Colors[c] = a.look(s)
	}
	return o
}

func (a *app) look(s *side) deploy.Side {
	d := deploy.Side{
		Version: s.want.Release.Version, Image: s.want.Release.Image, Want: s.want.Replicas,
		InFlight: a.proxy.InFlight(s.color), Tunnels: a.proxy.Tunnels(s.color), Instances: []deploy.Instance{},
	}
	d.Requests, d.Errors = a.proxy.Counts(s.color)
	for _, i := range s.instances {
		d.Instances = append(d.Instances, i.status())
	}
	return d
}

func revision(n uint64) string { return strconv.FormatUint(n, 10) }

// publish tells the ingress which instances of a color may get requests.
//
// If the active color has none left, the ingress keeps the ones it knew: a
// health check that all of them fail is more often wrong about the instances
// than right, and where it is right a request loses nothing by trying.
func (a *app) publish(c color.Color) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sides[c]
	if s == nil {
		return
	}
	pool := s.ready()
	if len(pool) == 0 && a.state.Active == c && len(s.pool) > 0 {
		return
	}
	s.pool = pool
	a.proxy.SetPool(c, string(s.want.Release.Version), pool)
}

// idle reports whether nothing runs and nobody is about to change that.
func (a *app) idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.damaged == nil && len(a.state.Colors) == 0 && len(a.state.Entrances) == 0 && !a.state.Lease.held()
}

// resume brings back what the state says: it adopts the instances that live,
// starts those that do not and opens the entrances.
func (a *app) resume() error {
	found := strays(a.paths)
	if a.damaged != nil {
		a.strays = found
		return a.damaged
	}
	a.turn <- struct{}{} // no change before the strays have ended
	st := a.now()
	inTheWay := st.sortOut(found)
	endStrays(a.paths, inTheWay)
	go func() {
		endStrays(a.paths, found) // may take as long as they need to drain
		<-a.turn
	}()
	if len(st.Colors) == 0 {
		return nil
	}
	a.proxy = a.newProxy(st.Preview)
	for c, w := range st.Colors {
		secrets, err := loadSecrets(a.paths, c)
		if err != nil {
			slog.Error("resume", "app", a.name, "error", err)
		}
		spec := deploy.Spec{Release: w.Release, Replicas: w.Replicas, Secrets: secrets}
		s := &side{paths: a.paths, color: c, want: *w, plan: later(a.root, a.store, a.name, spec)}
		a.mu.Lock()
		a.sides[c] = s
		a.mu.Unlock()
		if err := a.grow(s, w.Replicas); err != nil {
			slog.Error("resume", "app", a.name, "color", c, "error", err)
		}
		a.publish(c)
	}
	a.proxy.Switch(st.Active)
	return a.serveAll()
}

// sortOut removes from found what is to be adopted, and returns apart what
// has the place of an instance that shall run something else.
func (s state) sortOut(found map[string]record) (inTheWay map[string]record) {
	inTheWay = map[string]record{}
	for c, w := range s.Colors {
		for n := range w.Replicas {
			id := instanceID(c, n+1)
			if r, ok := found[id]; ok && r.Key != w.Key {
				inTheWay[id] = r
			}
			delete(found, id)
		}
	}
	return inTheWay
}

// grow starts the instances that are missing, and returns when they were
// started; that they were is not that they are ready.
func (a *app) grow(s *side, replicas int) error {
	for n := len(s.instances) + 1; n <= replicas; n++ {
		i, err := newInstance(n, s, a.client, a.agent.ports, func() { a.publish(s.color) })
		if err != nil {
			return err
		}
		a.mu.Lock()
		s.instances = append(s.instances, i)
		a.mu.Unlock()
	}
	for _, i := range s.instances {
		<-i.begun
		if err := i.startError(); err != nil {
			return fmt.Errorf("instance %s: %w", i.id, err)
		}
	}
	return nil
}

// shrink ends the instances beyond the first n and forgets them.
func (a *app) shrink(s *side, n int, drain time.Duration) {
	if len(s.instances) <= n {
		return
	}
	stopAll(s.instances[n:], func(i *instance) { i.stop(drain, a.proxy.InFlightOf) })
	a.mu.Lock()
	defer a.mu.Unlock()
	s.instances = s.instances[:n:n]
}
