package agent

import (
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/agent/listening"
	"version-manager/internal/deploy"
)

// listenerSet is the listeners of one app. It knows which entrances are open, and of
// the others why they are not.
type listenerSet struct {
	app          string
	handler      http.Handler
	openListener func(address string) (net.Listener, error) // one that outlives this agent
	dropListener func(address string)
	onLost       func() // called when an entrance that was open stopped accepting

	mu           sync.Mutex
	servers      map[string]*server // by address
	reasons      map[string]string  // by address: what kept it from being opened
	certificates certificateSet
}

func newListenerSet(app string, h http.Handler, g *agent, lost func()) *listenerSet {
	f := &listenerSet{app: app, handler: h, onLost: lost, servers: map[string]*server{}, reasons: map[string]string{}}
	f.certificates = certificateSet{dir: filepath.Join(g.dir, "apps", app), used: map[certificate.Files]*watchedCertificate{}}
	f.openListener = func(address string) (net.Listener, error) {
		if who := g.appAt(address); who != "" && who != app {
			return nil, &listening.OwnedError{App: who}
		}
		return g.link.OpenListener(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
	}
	f.dropListener = func(address string) { g.link.DropListener(address) }
	return f
}

// isServing reports whether the app listens at the address.
func (f *listenerSet) isServing(address string) bool { return f.serverAt(address) != nil }

func (f *listenerSet) serverAt(address string) *server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.servers[address]
}

func (f *listenerSet) listServers() []*server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.servers))
}

// certificateAt is what is served at the address, nil where that is nothing or
// nothing encrypted.
func (f *listenerSet) certificateAt(address string) *deploy.Certificate {
	s := f.serverAt(address)
	if s == nil || s.certificate == nil {
		return nil
	}
	c := s.certificate.CurrentStatus()
	return &c
}

// closedReason is what keeps an entrance from being open, empty if it is open.
func (f *listenerSet) closedReason(address string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.servers[address] != nil {
		return ""
	}
	if why := f.reasons[address]; why != "" {
		return why
	}
	return "not opened yet"
}

// serveEntrance opens e, unless it is open. Where the address was served in another
// way, with another certificate or other limits, that one ends afterwards.
func (f *listenerSet) serveEntrance(e entrance) error {
	old := f.serverAt(e.Address)
	if old != nil && old.servesAlike(e) {
		return nil
	}
	err := f.openEntrance(e)
	f.mu.Lock()
	delete(f.reasons, e.Address)
	if err != nil && old == nil {
		f.reasons[e.Address] = listening.BriefReason(err)
	}
	f.mu.Unlock()
	if err != nil {
		f.certificates.stopUnused(f.listServers())
		return err
	}
	if old != nil {
		old.stopAccepting()
		f.certificates.keepOnly(f.listServers())
	}
	return nil
}

func (f *listenerSet) openEntrance(e entrance) error {
	cert, err := f.certificates.openCertificate(e)
	if err != nil {
		return err
	}
	s := newServer(f.app, f.handler, e, cert)
	if s.ln, err = f.openListener(e.Address); err != nil {
		return err
	}
	f.mu.Lock()
	f.servers[e.Address] = s
	f.mu.Unlock()
	go f.runServer(s)
	return nil
}

// runServer serves until the end of s. A listener that broke is closed for good: it
// would only break again.
func (f *listenerSet) runServer(s *server) {
	err := s.serveUntilClosed()
	if err == nil {
		return
	}
	slog.Error("serve entrance", "app", f.app, "address", s.Address, "error", err)
	f.mu.Lock()
	current := f.servers[s.Address] == s
	if current {
		delete(f.servers, s.Address)
		f.reasons[s.Address] = listening.BriefReason(err)
	}
	f.mu.Unlock()
	if current {
		f.dropListener(s.Address)
		f.onLost()
	}
}

// closeEntrances refuses connections from now on.
func (f *listenerSet) closeEntrances(list []entrance) {
	for _, e := range list {
		f.dropListener(e.Address)
		f.mu.Lock()
		s := f.servers[e.Address]
		delete(f.servers, e.Address)
		delete(f.reasons, e.Address)
		f.mu.Unlock()
		if s != nil {
			s.stopAccepting()
		}
	}
	f.certificates.keepOnly(f.listServers())
}
