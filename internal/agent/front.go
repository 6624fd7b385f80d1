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

// front is the listeners of one app. It knows which entrances are open, and of
// the others why they are not.
type front struct {
	app     string
	handler http.Handler
	listen  func(address string) (net.Listener, error) // one that outlives this agent
	drop    func(address string)
	lost    func() // called when an entrance that was open stopped accepting

	mu      sync.Mutex
	servers map[string]*server // by address
	why     map[string]string  // by address: what kept it from being opened
	certs   certificates
}

func newFront(app string, h http.Handler, g *agent, lost func()) *front {
	f := &front{app: app, handler: h, lost: lost, servers: map[string]*server{}, why: map[string]string{}}
	f.certs = certificates{dir: filepath.Join(g.dir, "apps", app), used: map[certificate.Files]*watched{}}
	f.listen = func(address string) (net.Listener, error) {
		if who := g.owner(address); who != "" && who != app {
			return nil, &listening.OwnedError{App: who}
		}
		return g.link.Listen(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
	}
	f.drop = func(address string) { g.link.Drop(address) }
	return f
}

// serves reports whether the app listens at the address.
func (f *front) serves(address string) bool { return f.at(address) != nil }

func (f *front) at(address string) *server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.servers[address]
}

func (f *front) all() []*server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.servers))
}

// certificate is what is served at the address, nil where that is nothing or
// nothing encrypted.
func (f *front) certificate(address string) *deploy.Certificate {
	s := f.at(address)
	if s == nil || s.certificate == nil {
		return nil
	}
	c := s.certificate.Status()
	return &c
}

// closedBecause is what keeps an entrance from being open, empty if it is open.
func (f *front) closedBecause(address string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.servers[address] != nil {
		return ""
	}
	if why := f.why[address]; why != "" {
		return why
	}
	return "not opened yet"
}

// serve opens e, unless it is open. Where the address was served in another
// way, with another certificate or other limits, that one ends afterwards.
func (f *front) serve(e entrance) error {
	old := f.at(e.Address)
	if old != nil && old.alike(e) {
		return nil
	}
	err := f.open(e)
	f.mu.Lock()
	delete(f.why, e.Address)
	if err != nil && old == nil {
		f.why[e.Address] = listening.Reason(err)
	}
	f.mu.Unlock()
	if err != nil {
		f.certs.stopUnused(f.all())
		return err
	}
	if old != nil {
		old.end()
		f.certs.keepOnly(f.all())
	}
	return nil
}

func (f *front) open(e entrance) error {
	cert, err := f.certs.get(e)
	if err != nil {
		return err
	}
	s := newServer(f.app, f.handler, e, cert)
	if s.ln, err = f.listen(e.Address); err != nil {
		return err
	}
	f.mu.Lock()
	f.servers[e.Address] = s
	f.mu.Unlock()
	go f.run(s)
	return nil
}

// run serves until the end of s. A listener that broke is closed for good: it
// would only break again.
func (f *front) run(s *server) {
	err := s.run()
	if err == nil {
		return
	}
	slog.Error("serve entrance", "app", f.app, "address", s.Address, "error", err)
	f.mu.Lock()
	current := f.servers[s.Address] == s
	if current {
		delete(f.servers, s.Address)
		f.why[s.Address] = listening.Reason(err)
	}
	f.mu.Unlock()
	if current {
		f.drop(s.Address)
		f.lost()
	}
}

// close refuses connections from now on.
func (f *front) close(list []entrance) {
	for _, e := range list {
		f.drop(e.Address)
		f.mu.Lock()
		s := f.servers[e.Address]
		delete(f.servers, e.Address)
		delete(f.why, e.Address)
		f.mu.Unlock()
		if s != nil {
			s.end()
		}
	}
	f.certs.keepOnly(f.all())
}
