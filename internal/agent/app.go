package agent

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/statefile"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/proxy"
	"version-manager/internal/release"
)

// app is one app on this machine: its route, its two colors, its entrances, and
// the lock that guards them.
//
// turn is held during a whole change, which may take as long as requests need
// to finish; mu only while fields are read or set.
type app struct {
	agent     *agent
	name      string
	stateDir  string
	paths     appPaths
	store     *release.Store
	client    *http.Client
	journal   *journal.Dir
	reserve   *diskReserve
	turn      chan struct{}
	damaged   error
	strays    map[string]supervisor.Record // what runs although the state is damaged
	proxy     *proxy.Proxy
	entrances *entranceOpener

	mu     sync.Mutex
	state  appState
	keys   keys
	sides  map[color.Color]*colorSide
	cancel context.CancelFunc // of the change that is being made, or nil
}

// openApp reads what is known about the app. Damage is not an error here: it is the
// answer to every call about this app, while the others work.
func openApp(name string, g *agent) *app {
	a := &app{
		agent: g, name: name, stateDir: g.dir,
		paths:  pathsOf(g.dir, name),
		store:  release.NewStore(g.dir),
		client: supervisor.NewHealthClient(),
		turn:   make(chan struct{}, 1),
		sides:  map[color.Color]*colorSide{},
	}
	a.keys = loadKeys(a.paths)
	a.journal, a.reserve = journal.NewDir(a.paths.journalDir()), newDiskReserve(a.paths.dir)
	st, aside, err := loadState(a.paths, name)
	if err != nil {
		a.damaged = problem.Wrap(err, problem.NeedsPerson,
			"cp \"$(ls -t "+a.paths.backupDir()+"/*.json | head -n 1)\" "+a.paths.stateFile(),
			"neither the state of %s nor its previous copy can be read", name)
	}
	if aside != "" {
		slog.Warn("the state was damaged: using the state before the last change", "app", name, "aside", aside)
	}
	st.Lease.restoreLease(process.Identity.Alive)
	a.state = st
	a.proxy = proxy.NewProxy(proxy.Options{Rules: st.proxyRules(a.keys), Logger: slog.With("app", name)})
	a.entrances = newEntranceOpener(a)
	return a
}

// acquireLock takes the lock. A change that the former holder left unfinished
// is canceled.
func (a *app) acquireLock(holder, nonce string, proc process.Identity) (token uint64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.state.cloneState()
	changed, err := next.Lease.takeLease(holder, nonce, proc)
	if err != nil || !changed {
		return next.Lease.Token, err
	}
	if a.cancel != nil {
		a.cancel()
	}
	return next.Lease.Token, a.saveState(next)
}

// releaseLock ends a deploy, and closes the entrances that no color uses
// anymore.
func (a *app) releaseLock(token uint64) error {
	closing, err := a.giveBackLock(token)
	a.entrances.closeEntrances(closing)
	return err
}

func (a *app) giveBackLock(token uint64) (closing []entrance.Entrance, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.state.cloneState()
	changed, err := next.Lease.releaseLease(token)
	if err != nil || !changed {
		return nil, err
	}
	closing = next.unwantedEntrances()
	next.Entrances = slices.DeleteFunc(next.Entrances, func(e entrance.Entrance) bool { return slices.Contains(closing, e) })
	return closing, a.saveState(next)
}

// checkToken is a sign of life of the lock's holder. Everybody else is fenced
// off.
func (a *app) checkToken(token uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.Lease.checkToken(token)
}

// changeState makes an edited state durable and uses it, if token is still the
// latest.
func (a *app) changeState(token uint64, edit func(*appState)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.state.Lease.checkToken(token); err != nil {
		return err
	}
	next := a.state.cloneState()
	edit(&next)
	return a.saveState(next)
}

// currentState returns a copy that can be read without a lock.
func (a *app) currentState() appState {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.cloneState()
}

// saveState makes next durable and then uses it. The caller holds mu.
func (a *app) saveState(next appState) error {
	if err := a.paths.makeDirs(); err != nil {
		return err
	}
	if err := a.reserve.withReserve(func() error { return statefile.SaveDocument(a.paths.stateFile(), next) }); err != nil {
		return problem.Wrap(err, problem.Failed, "df -h "+a.stateDir, "save the state of %s", a.name)
	}
	a.state = next
	return nil
}

func (s appState) cloneState() appState {
	s.Colors = maps.Clone(s.Colors)
	s.Entrances = append([]entrance.Entrance(nil), s.Entrances...)
	return s
}

// withTurn makes one change at a time, for the holder of token only.
func (a *app) withTurn(ctx context.Context, token uint64, change func(context.Context) error) error {
	if err := a.checkToken(token); err != nil {
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
	err := a.state.Lease.checkToken(token)
	a.cancel = cancel
	a.mu.Unlock()
	if err != nil {
		return err
	}
	err = change(ctx)
	if fenced := a.checkToken(token); fenced != nil {
		return fenced
	}
	return err
}
