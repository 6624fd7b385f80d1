package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/ingress"
	"version-manager/internal/problem"
)

func newProxy(app, preview string) *ingress.Proxy {
	return ingress.New(ingress.Options{Preview: preview, Logger: slog.With("app", app)})
}

// server serves one entrance.
type server struct {
	entrance
	http *http.Server
	ln   net.Listener
	done chan struct{} // closed when it accepts no more
	open atomic.Int64  // connections, but for those that became WebSockets
	last atomic.Bool   // each answer is the last of its connection
}

// serves reports whether the app listens at the address.
func (a *app) serves(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.servers[address] != nil
}

// listen opens a listener that outlives this agent.
func (a *app) listen(address string) (net.Listener, error) {
	if who := a.agent.owner(address); who != "" && who != a.name {
		return nil, fmt.Errorf("the app %s of this agent listens there: %w", who, syscall.EADDRINUSE)
	}
	return a.agent.link.Listen(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
}

func (a *app) taken(err error, e entrance) error {
	host, port, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	why := brief(err)
	if strings.Contains(err.Error(), "of this agent") {
		why = err.Error()
	}
	hint := fmt.Sprintf("write another port to %s in %s, then repeat the same command", e.setting(), config.File)
	return problem.New(problem.Failed, hint, "port %s on %s cannot be had for %s: %s", port, host, a.name, why)
}

func (a *app) serveAll(list []entrance) error {
	var errs []error
	for _, e := range list {
		errs = append(errs, a.serve(e))
	}
	return errors.Join(errs...)
}

// serve serves e, unless it does already. Where it served the address in
// another way, with another certificate, that one ends afterwards.
func (a *app) serve(e entrance) error {
	a.mu.Lock()
	old := a.servers[e.Address]
	a.mu.Unlock()
	if old != nil && old.Cert == e.Cert && old.Key == e.Key {
		return nil
	}
	s, err := a.newServer(e)
	if err != nil {
		return err
	}
	ln, err := a.listen(e.Address)
	if err != nil {
		return a.taken(err, e)
	}
	s.ln = ln
	a.mu.Lock()
	a.servers[e.Address] = s
	a.mu.Unlock()
	go s.run()
	if old != nil {
		old.end()
	}
	return nil
}

func (a *app) newServer(e entrance) (*server, error) {
	o := ingress.ServerOptions{ErrorLog: slog.NewLogLogger(slog.With("app", a.name, "entrance", e.Address).Handler(), slog.LevelWarn)}
	if e.Cert != "" {
		cert, err := tls.LoadX509KeyPair(e.Cert, e.Key)
		if err != nil {
			return nil, problem.Wrap(err, problem.Failed, "check local.cert and local.key in "+config.File, "load the certificate")
		}
		o.Certificates = []tls.Certificate{cert}
	}
	s := &server{entrance: e, done: make(chan struct{})}
	o.Ending = &s.last
	s.http = ingress.Server(a.proxy, o)
	s.http.ConnState = s.count
	return s, nil
}

func (s *server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}

func (s *server) run() {
	defer close(s.done)
	serve := func() error { return s.http.Serve(s.ln) }
	if s.Cert != "" {
		serve = func() error { return s.http.ServeTLS(s.ln, "", "") }
	}
	if err := serve(); !errors.Is(err, net.ErrClosed) {
		slog.Error("serve entrance", "address", s.Address, "error", err)
	}
}

// end returns when no more is accepted. Requests that there are go on to their
// end, or to that of their color, and so do those that are still on their way
// over a connection that was accepted: the server's own Shutdown would drop
// what it reads from then on, and close under a client's hands what is idle.
func (s *server) end() {
	s.last.Store(true)
	s.ln.Close()
	<-s.done
}

// empty returns when nobody is connected any more, or when ctx ends.
func (s *server) empty(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for s.open.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// closeEntrances refuses connections from now on.
func (a *app) closeEntrances(list []entrance) {
	for _, e := range list {
		a.agent.link.Drop(e.Address)
		a.mu.Lock()
		s := a.servers[e.Address]
		delete(a.servers, e.Address)
		a.mu.Unlock()
		if s != nil {
			s.end()
		}
	}
}
