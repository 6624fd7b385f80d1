package entrance

import (
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/agent/listening"
	"version-manager/internal/deploy"
)

// Options connect a Set with the agent.
type Options struct {
	App     string
	Handler http.Handler
	Dir     string // private, for copies of certificates
	// Listen returns a listener that outlives this agent.
	Listen func(address string) (net.Listener, error)
	// Drop closes such a listener for good.
	Drop func(address string)
	// Lost is called when an open entrance stopped accepting connections.
	Lost func()
}

// Set is the listeners of one app. It is safe for concurrent use, except that
// only one goroutine may open or close entrances at a time.
type Set struct {
	options Options

	mu           sync.Mutex
	servers      map[string]*Server // by address
	reasons      map[string]string  // by address: why it could not be opened
	certificates certificateSet
}

// NewSet returns a set in which nothing is open.
func NewSet(o Options) *Set {
	return &Set{options: o, servers: map[string]*Server{}, reasons: map[string]string{},
		certificates: certificateSet{dir: o.Dir, used: map[certificate.Files]*watchedCertificate{}}}
}

// IsServing reports whether the app listens at the address.
func (s *Set) IsServing(address string) bool { return s.serverAt(address) != nil }

func (s *Set) serverAt(address string) *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.servers[address]
}

// ListServers returns the servers of the open entrances.
func (s *Set) ListServers() []*Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.servers))
}

// CertificateAt describes the certificate that is served at the address, nil
// where none exists.
func (s *Set) CertificateAt(address string) *deploy.Certificate {
	srv := s.serverAt(address)
	if srv == nil || srv.certificate == nil {
		return nil
	}
	c := srv.certificate.CurrentStatus()
	return &c
}

// ClosedReason says why an entrance is not open. It is empty for an open one.
func (s *Set) ClosedReason(address string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.servers[address] != nil {
		return ""
	}
	if why := s.reasons[address]; why != "" {
		return why
	}
	return "not opened yet"
}

// OpenEntrance opens e, unless it is open. Where the address was served in
// another way, with another certificate or other limits, that server ends
// afterwards.
func (s *Set) OpenEntrance(e Entrance) error {
	old := s.serverAt(e.Address)
	if old != nil && old.servesAlike(e) {
		return nil
	}
	err := s.startServer(e)
	s.mu.Lock()
	delete(s.reasons, e.Address)
	if err != nil && old == nil {
		s.reasons[e.Address] = listening.BriefReason(err)
	}
	s.mu.Unlock()
	if err != nil {
		s.certificates.stopUnused(s.ListServers())
		return err
	}
	if old != nil {
		old.StopAccepting()
		s.certificates.keepOnly(s.ListServers())
	}
	return nil
}

func (s *Set) startServer(e Entrance) error {
	cert, err := s.certificates.openCertificate(e)
	if err != nil {
		return err
	}
	srv := newServer(s.options.App, s.options.Handler, e, cert)
	if srv.listener, err = s.options.Listen(e.Address); err != nil {
		return err
	}
	s.mu.Lock()
	s.servers[e.Address] = srv
	s.mu.Unlock()
	go s.runServer(srv)
	return nil
}

// runServer serves until the server ends. A listener that broke is closed for
// good: it would only break again.
func (s *Set) runServer(srv *Server) {
	err := srv.serveUntilClosed()
	if err == nil {
		return
	}
	slog.Error("serve entrance", "app", s.options.App, "address", srv.Address, "error", err)
	s.mu.Lock()
	current := s.servers[srv.Address] == srv
	if current {
		delete(s.servers, srv.Address)
		s.reasons[srv.Address] = listening.BriefReason(err)
	}
	s.mu.Unlock()
	if current {
		s.options.Drop(srv.Address)
		s.options.Lost()
	}
}

// CloseEntrances makes the system refuse connections to them from now on.
func (s *Set) CloseEntrances(list []Entrance) {
	for _, e := range list {
		s.options.Drop(e.Address)
		s.mu.Lock()
		srv := s.servers[e.Address]
		delete(s.servers, e.Address)
		delete(s.reasons, e.Address)
		s.mu.Unlock()
		if srv != nil {
			srv.StopAccepting()
		}
	}
	s.certificates.keepOnly(s.ListServers())
}
