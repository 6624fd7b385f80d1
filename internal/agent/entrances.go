package agent

import (
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"version-manager/internal/agent/listening"
	"version-manager/internal/config"
	"version-manager/internal/kit/process"
)

// openEntrances listens wherever local asks for, and returns that. It closes
// nothing: while a deploy runs, its own measurement included, all that was
// open stays open, and one that fails leaves the entrances as they were.
func (a *app) openEntrances(token uint64, local config.Local, project string) ([]entrance, error) {
	a.opening.Lock()
	defer a.opening.Unlock()
	before := a.currentState().Entrances
	asked, err := a.serveAsked(before, local, project)
	if err == nil {
		err = a.noteEntrances(token, asked, local)
	}
	if err != nil {
		known := func(e entrance) bool { return slices.ContainsFunc(before, e.sameAddress) }
		a.listeners.closeEntrances(slices.DeleteFunc(asked, known))
		return nil, err
	}
	return asked, nil
}

// serveAsked serves what local asks for; with an error, what was served until then.
func (a *app) serveAsked(before []entrance, local config.Local, project string) (asked []entrance, err error) {
	asked = []entrance{}
	for _, wish := range listening.PortRequests(local) {
		e := entrance{Ingress: wish.Setting == listening.IngressSetting, PerConnection: local.Limits.PerConnection, Connections: local.Limits.Connections}
		if e.Ingress {
			e.Cert, e.Key = projectPath(project, local.Cert), projectPath(project, local.Key)
		}
		port, err := wish.ChoosePort(a.name, standInPort(before, wish), func(address string) error {
			if e.Address = address; slices.ContainsFunc(asked, e.sameAddress) {
				return syscall.EADDRINUSE // by the entrance before
			}
			return a.listeners.serveEntrance(e)
		})
		if err != nil {
			return asked, err
		}
		e.InsteadOf = wish.InsteadOf(port)
		asked = append(asked, e)
	}
	return asked, nil
}

// standInPort is the port that was used in place of a default one until now, 0 if
// there is none. It is used again, so that the address stays the same even
// when the default port is free one day.
func standInPort(before []entrance, wish listening.PortRequest) int {
	for _, e := range before {
		if host, port := e.splitAddress(); e.InsteadOf != 0 && host == wish.Host && e.configSetting() == wish.Setting {
			return port
		}
	}
	return 0
}

// noteEntrances makes durable what is served now: asked, and what is open
// from before.
func (a *app) noteEntrances(token uint64, asked []entrance, local config.Local) error {
	err := a.changeState(token, func(st *appState) {
		list := slices.Clone(asked)
		for _, e := range st.Entrances {
			if a.listeners.isServing(e.Address) && !slices.ContainsFunc(list, e.sameAddress) {
				list = append(list, e)
			}
		}
		st.Entrances, st.Preview, st.Edge = list, local.Preview, edgeOf(local)
	})
	if err == nil {
		a.applyRules()
	}
	return err
}

// closeEntrances refuses connections from now on.
func (a *app) closeEntrances(list []entrance) {
	a.opening.Lock()
	defer a.opening.Unlock()
	a.listeners.closeEntrances(list)
}

// serveNoted opens the entrances that the state names, and reports what kept
// some of them from it.
func (a *app) serveNoted() error {
	a.opening.Lock()
	defer a.opening.Unlock()
	var errs []error
	for _, e := range a.currentState().Entrances {
		errs = append(errs, a.listeners.serveEntrance(e))
	}
	return errors.Join(errs...)
}

// reopenEntrances tries again until everything that the state names is open: a port may
// be another program's for a moment, and after a reboot an address may come
// later than the agent. One call at a time does the work of all.
func (a *app) reopenEntrances() {
	if !a.reopening.CompareAndSwap(false, true) {
		return
	}
	defer a.reopening.Store(false)
	wait := process.Backoff{First: 100 * time.Millisecond, Most: maxReopenDelay}
	for {
		select {
		case <-a.agent.replaced:
			return
		case <-time.After(wait.Next(0)):
		}
		if a.serveNoted() == nil {
			slog.Info("every entrance is open", "app", a.name)
			return
		}
	}
}

// maxReopenDelay is the longest pause between two tries to open an entrance.
const maxReopenDelay = 5 * time.Second

func projectPath(project, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(project, file)
}

// unwantedEntrances returns the entrances that no color was applied with. While
// nothing runs all stay, for the next try.
func (s appState) unwantedEntrances() (list []entrance) {
	if len(s.Colors) == 0 {
		return nil
	}
	for _, e := range s.Entrances {
		wanted := false
		for _, w := range s.Colors {
			wanted = wanted || slices.ContainsFunc(w.Entrances, e.sameAddress)
		}
		if !wanted {
			list = append(list, e)
		}
	}
	return list
}

func (e entrance) sameAddress(o entrance) bool { return e.Address == o.Address }
