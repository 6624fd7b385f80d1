package agent

import (
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/listening"
	"version-manager/internal/config"
	"version-manager/internal/kit/process"
)

const (
	firstReopenDelay = 100 * time.Millisecond
	maxReopenDelay   = 5 * time.Second
)

// entranceOpener opens and closes the entrances of one app.
type entranceOpener struct {
	app       *app
	set       *entrance.Set
	mu        sync.Mutex // held while entrances are opened or closed
	reopening atomic.Bool
}

func newEntranceOpener(a *app) *entranceOpener {
	o := &entranceOpener{app: a}
	o.set = entrance.NewSet(entrance.Options{
		App: a.name, Handler: a.proxy, Dir: a.paths.dir,
		Listen: func(address string) (net.Listener, error) {
			if other := a.agent.appAt(address); other != "" && other != a.name {
				return nil, &listening.OwnedError{App: other}
			}
			return a.agent.link.OpenListener(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
		},
		Drop: func(address string) { a.agent.link.DropListener(address) },
		Lost: func() { go o.reopenEntrances() },
	})
	return o
}

// openEntrances listens wherever local asks for, and returns these entrances.
// It closes nothing: while a deploy runs, including its measurements, all that
// was open stays open, and one that fails leaves the entrances as they were.
func (o *entranceOpener) openEntrances(token uint64, local config.Local, project string) ([]entrance.Entrance, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := o.app.currentState().Entrances
	asked, err := o.serveAsked(before, local, project)
	if err == nil {
		err = o.recordEntrances(token, asked, local)
	}
	if err != nil {
		known := func(e entrance.Entrance) bool { return slices.ContainsFunc(before, e.SameAddress) }
		o.set.CloseEntrances(slices.DeleteFunc(asked, known))
		return nil, err
	}
	return asked, nil
}

// serveAsked serves what local asks for. With an error it returns what was
// served until then.
func (o *entranceOpener) serveAsked(before []entrance.Entrance, local config.Local, project string) (asked []entrance.Entrance, err error) {
	asked = []entrance.Entrance{}
	for _, request := range listening.PortRequests(local) {
		e := entrance.Entrance{Ingress: request.Setting == listening.IngressSetting, PerConnection: local.Limits.PerConnection, Connections: local.Limits.Connections}
		if e.Ingress {
			e.Cert, e.Key = projectPath(project, local.Cert), projectPath(project, local.Key)
		}
		port, err := request.ChoosePort(o.app.name, standInPort(before, request), func(address string) error {
			if e.Address = address; slices.ContainsFunc(asked, e.SameAddress) {
				return syscall.EADDRINUSE // by the entrance before
			}
			return o.set.OpenEntrance(e)
		})
		if err != nil {
			return asked, err
		}
		e.InsteadOf = request.InsteadOf(port)
		asked = append(asked, e)
	}
	return asked, nil
}

// standInPort is the port that was used in place of a default one until now, 0
// if none exists. It is used again, so that the address stays the same even
// when the default port becomes free.
func standInPort(before []entrance.Entrance, request listening.PortRequest) int {
	for _, e := range before {
		if host, port := e.SplitAddress(); e.InsteadOf != 0 && host == request.Host && e.ConfigSetting() == request.Setting {
			return port
		}
	}
	return 0
}

// recordEntrances makes durable what is served now: asked, and what is open from
// before.
func (o *entranceOpener) recordEntrances(token uint64, asked []entrance.Entrance, local config.Local) error {
	err := o.app.changeState(token, func(st *appState) {
		list := slices.Clone(asked)
		for _, e := range st.Entrances {
			if o.set.IsServing(e.Address) && !slices.ContainsFunc(list, e.SameAddress) {
				list = append(list, e)
			}
		}
		st.Entrances, st.Preview, st.Edge = list, local.Preview, edgeOf(local)
	})
	if err == nil {
		o.app.applyRules()
	}
	return err
}

// closeEntrances makes the system refuse connections from now on.
func (o *entranceOpener) closeEntrances(list []entrance.Entrance) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.set.CloseEntrances(list)
}

// serveRecorded opens the entrances that the state names, and reports what kept
// some of them closed.
func (o *entranceOpener) serveRecorded() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs []error
	for _, e := range o.app.currentState().Entrances {
		errs = append(errs, o.set.OpenEntrance(e))
	}
	return errors.Join(errs...)
}

// reopenEntrances tries again until everything that the state names is open:
// another program may have a port for a moment, and after a reboot an address
// may appear later than the agent. One call at a time does the work of all.
func (o *entranceOpener) reopenEntrances() {
	if !o.reopening.CompareAndSwap(false, true) {
		return
	}
	defer o.reopening.Store(false)
	delay := process.Backoff{First: firstReopenDelay, Most: maxReopenDelay}
	for {
		select {
		case <-o.app.agent.replaced:
			return
		case <-time.After(delay.Next(0)):
		}
		if o.serveRecorded() == nil {
			slog.Info("every entrance is open", "app", o.app.name)
			return
		}
	}
}

func projectPath(project, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(project, file)
}

// unwantedEntrances returns the entrances that no color was applied with. While
// nothing runs all stay, for the next try.
func (s appState) unwantedEntrances() (list []entrance.Entrance) {
	if len(s.Colors) == 0 {
		return nil
	}
	for _, e := range s.Entrances {
		wanted := false
		for _, w := range s.Colors {
			wanted = wanted || slices.ContainsFunc(w.Entrances, e.SameAddress)
		}
		if !wanted {
			list = append(list, e)
		}
	}
	return list
}
