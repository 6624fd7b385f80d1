// Package agent runs apps on this machine: it is the background process of the
// local target.
//
// There is one agent for each state folder, started by the first command that
// needs it. It unpacks releases, keeps their instances running as child
// processes, routes requests to them through package proxy, and answers package
// target/local over a Unix socket. An [app] has two colors with instances, and
// a route. Package launch prepares what an instance runs, and package
// supervisor keeps it running; package entrance serves the public listeners;
// package keeper holds them while the agent is away; package statefile stores
// what must not be forgotten, and package logs what instances print.
//
// An agent may be killed at any time. Everything it promised is on the disk
// before it answers, and it restores what it finds on the disk. In the same way
// it is replaced by another build of the program, when a command of that build
// is about to change something.
//
// Ports belong to the machine, not to a release: each apply brings those of the
// work tree and opens them before it does anything else. Those that no running
// color was applied with are closed when the lock is released.
//
// The package decides nothing about deploys: that is package deploy's. Start
// with [RunAgent].
package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/keeper"
	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/kit/ownership"
)

const (
	idleTimeout     = 5 * time.Second        // an agent without work ends after that long without a request
	pollInterval    = 200 * time.Millisecond // between two checks of the state folder and for idleness
	softMemoryLimit = 64 << 20               // bytes of heap above which the collector works harder
	maxRequestBytes = 8 << 20                // of the body of one call

	// apiListener is the name of the socket among the keeper's listeners.
	apiListener = "api"
)

// RunAgent serves the state folder at dir. It returns at once if an agent
// already does, and otherwise when there is no app left or the folder is gone.
func RunAgent(dir string) error { return serveFolder(dir, false) }

// RunService is RunAgent for a service of the system: it waits while another
// agent serves the folder, and keeps running when there is no app left.
func RunService(dir string) error { return serveFolder(dir, true) }

func serveFolder(dir string, stay bool) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := admitFolder(dir, stay); err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)).With("pid", os.Getpid()))
	return keeper.RunPair(dir, stay, func(l *keeper.Link) error {
		debug.SetMemoryLimit(softMemoryLimit)
		g := &agent{dir: dir, stayIdle: stay, files: launch.NewFiles(dir), link: l, killSwitch: newKillSwitch(dir), ports: supervisor.NewPortPool(), apps: map[string]*app{}, used: time.Now(),
			replaced: make(chan struct{}), stopped: make(chan struct{}), build: sync.OnceValues(buildOfSelf)}
		return g.runUntilDone()
	})
}

// agent is all apps of one state folder.
type agent struct {
	dir        string
	stayIdle   bool // keep running without work
	files      *launch.Files
	link       *keeper.Link
	killSwitch *killSwitch
	ports      *supervisor.PortPool

	unpacking sync.RWMutex // read: images are being unpacked, or not recorded yet
	replacing sync.RWMutex // read: a call is being answered; written: another program takes over
	replaced  chan struct{}
	stopped   chan struct{} // closed when everything was stopped on request
	stopOnce  sync.Once
	build     func() (string, error)

	mu    sync.Mutex
	apps  map[string]*app
	used  time.Time // when the last request ended
	calls int       // requests being answered
}

func (g *agent) runUntilDone() error {
	g.openAll()
	ln, err := g.link.OpenListener(apiListener, func() (net.Listener, error) {
		path, err := api.MakeSocket(g.dir)
		if err != nil {
			return nil, err
		}
		return listenPrivately(path)
	})
	if err != nil {
		return fmt.Errorf("listen for commands: %w", err)
	}
	srv := &http.Server{Handler: g.newHandler(), ReadHeaderTimeout: 10 * time.Second, ConnContext: withConn}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ownListener{ln, ownership.Of(os.Getenv)}) }()
	slog.Info("agent ready", "keeper", g.link.KeeperPID(), "apps", len(g.apps))
	err = g.waitForEnd(failed)
	if errors.Is(err, errReplaced) {
		g.finishRequests(srv)
		return nil
	}
	if err != nil {
		return err
	}
	api.RemoveSocket(g.dir)
	return srv.Close()
}

// listenPrivately makes a socket that only its owner may connect to.
func listenPrivately(path string) (net.Listener, error) {
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}

// openAll restores all apps of the state folder. One that cannot be restored
// does not affect the others.
func (g *agent) openAll() {
	entries, err := os.ReadDir(filepath.Join(g.dir, "apps"))
	if err != nil {
		return // no app yet
	}
	var wg sync.WaitGroup
	for _, e := range entries {
		if api.CheckAppName(e.Name()) != nil || !e.IsDir() {
			continue
		}
		a := g.openedApp(e.Name())
		wg.Go(func() {
			if err := a.resumeApp(); err != nil {
				slog.Error("resume", "app", a.name, "error", err)
			}
		})
	}
	wg.Wait()
	g.dropStale()
}

// dropStale closes listeners that an earlier agent opened but did not live to
// record, or recorded as closed but did not live to close.
func (g *agent) dropStale() {
	for _, name := range g.link.ListenerNames() {
		if name != apiListener && g.appAt(name) == "" {
			slog.Info("close a listener that no app uses", "address", name)
			g.link.DropListener(name)
		}
	}
}

// openedApp returns the app of that name, which may be unknown yet.
func (g *agent) openedApp(name string) *app {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.apps[name]
	if a == nil {
		a = openApp(name, g)
		g.apps[name] = a
	}
	return a
}

// listApps returns a copy: what is done with the apps may need the lock.
func (g *agent) listApps() []*app {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Values(g.apps))
}

// appAt returns the app that listens at the address, "" if none does.
func (g *agent) appAt(address string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, a := range g.apps {
		if a.entrances.set.IsServing(address) {
			return name
		}
	}
	return ""
}
