// Package agent runs apps on this machine: it is the background process of
// the local target.
//
// There is one agent for each state folder, started by whoever needs it. It
// unpacks releases, keeps their instances running as child processes, leads
// requests to them through package ingress, and answers package target/local
// over a Unix socket. Its parts: an [app] has two sides of instances and a
// route; package keeper holds its listeners while it is away, package process
// recognizes instances after that, package statefile keeps what must not be
// forgotten and package logs what instances print.
//
// An agent may be killed at any time. Everything it promised is on the disk
// before it answers; what it finds on the disk it brings about again. In the
// same way it gives its place to another build of the program, when a command
// line of that build is about to change something.
//
// Ports belong to the machine, not to a release: each Apply brings those of
// the work tree and opens them before it does anything else; those that no
// running color was applied with are closed when the lock is given back.
//
// The package decides nothing about deploys: that is package deploy's.
// Start with [Run].
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
	"version-manager/internal/kit/ownership"
)

const (
	idleTimeout     = 5 * time.Second        // an agent without work ends after that long without a request
	pollInterval    = 200 * time.Millisecond // after the state folder and for idleness
	softMemoryLimit = 64 << 20               // bytes of heap above which the collector works harder
	maxRequestBytes = 8 << 20                // bytes of one request
)

// RunAgent serves the state folder at dir. It returns at once if somebody does
// already, and otherwise when there is no app left or the folder is gone.
func RunAgent(dir string) error { return serveFolder(dir, false) }

// RunService is Run for a service of the system: it waits while somebody else serves
// the folder, and stays when there is no app left.
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
		a := &agent{dir: dir, stayIdle: stay, files: newInstanceFiles(dir), link: l, killSwitch: newKillSwitch(dir), ports: newPortPool(), apps: map[string]*app{}, used: time.Now(),
			replaced: make(chan struct{}), stopped: make(chan struct{}), build: sync.OnceValues(buildOfSelf)}
		return a.runUntilDone()
	})
}

// agent is all apps of one state folder.
type agent struct {
	dir        string
	stayIdle   bool // also without work
	files      *instanceFiles
	link       *keeper.Link
	killSwitch *killSwitch
	ports      *portPool

	unpacking sync.RWMutex // read: images are being unpacked, or not noted yet
	replacing sync.RWMutex // read: a call is answered; written: another program takes over
	replaced  chan struct{}
	stopped   chan struct{} // closed when everything was ended on request
	stopOnce  sync.Once
	build     func() (string, error)

	mu    sync.Mutex
	apps  map[string]*app
	used  time.Time // when the last request ended
	calls int       // requests being answered
}

const apiListener = "api" // of the socket, among the keeper's listeners

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

// openAll brings back all apps that were there. One that cannot be brought
// back does not keep the others from it.
func (g *agent) openAll() {
	entries, err := os.ReadDir(filepath.Join(g.dir, "apps"))
	if err != nil {
		return // there is none yet
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

// dropStale closes what an earlier agent listened on but did not live to note,
// or noted as closed but did not live to close.
func (g *agent) dropStale() {
	for _, name := range g.link.ListenerNames() {
		if name != apiListener && g.appAt(name) == "" {
			slog.Info("close listener that no app wants", "address", name)
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

// appAt is the app that listens at the address, "" if none does.
func (g *agent) appAt(address string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, a := range g.apps {
		if a.listeners.isServing(address) {
			return name
		}
	}
	return ""
}
