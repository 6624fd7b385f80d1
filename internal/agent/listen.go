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
	"syscall"

	"version-manager/internal/config"
	"version-manager/internal/ingress"
	"version-manager/internal/problem"
)

// listen opens a listener that outlives this agent.
func (a *app) listen(address string) (net.Listener, error) {
	if who := a.agent.owner(address); who != "" && who != a.name {
		return nil, fmt.Errorf("the app %s of this agent listens there: %w", who, syscall.EADDRINUSE)
	}
	return a.agent.link.Listen(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
}

func (a *app) taken(err error, field, address string) error {
	host, port, _ := net.SplitHostPort(address)
	why := brief(err)
	if strings.Contains(err.Error(), "of this agent") {
		why = err.Error()
	}
	hint := fmt.Sprintf("write another port to local.%s in %s", field, config.File)
	return problem.New(problem.Failed, hint, "port %s on %s cannot be had for %s: %s", port, host, a.name, why)
}

// serveAll serves every entrance that is not served yet.
func (a *app) serveAll() error {
	var errs []error
	for _, e := range a.now().Entrances {
		if a.servers[e.Address] == nil {
			errs = append(errs, a.serve(e))
		}
	}
	return errors.Join(errs...)
}

func (a *app) serve(e entrance) error {
	o := ingress.ServerOptions{ErrorLog: slog.NewLogLogger(slog.With("app", a.name, "entrance", e.Address).Handler(), slog.LevelWarn)}
	if e.Cert != "" {
		cert, err := tls.LoadX509KeyPair(e.Cert, e.Key)
		if err != nil {
			return problem.Wrap(err, problem.Failed, "check local.cert and local.key in "+config.File, "load the certificate")
		}
		o.Certificates = []tls.Certificate{cert}
	}
	ln, err := a.listen(e.Address)
	if err != nil {
		return a.taken(err, "app", e.Address)
	}
	srv := ingress.Server(a.proxy, o)
	a.mu.Lock()
	a.servers[e.Address] = srv
	a.mu.Unlock()
	run := func() error { return srv.Serve(ln) }
	if e.Cert != "" {
		run = func() error { return srv.ServeTLS(ln, "", "") }
	}
	go func() {
		if err := run(); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("serve entrance", "app", a.name, "address", e.Address, "error", err)
		}
	}()
	return nil
}

// closeEntrances refuses connections from now on and ends those there are.
func (a *app) closeEntrances(list []entrance) {
	for _, e := range list {
		a.agent.link.Drop(e.Address)
		a.mu.Lock()
		srv := a.servers[e.Address]
		delete(a.servers, e.Address)
		a.mu.Unlock()
		if srv == nil {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
		cancel()
	}
}
