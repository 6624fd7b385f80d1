package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
)

func newProxy(app string, rules proxy.Rules) *proxy.Proxy {
	return proxy.NewProxy(proxy.Options{Rules: rules, Logger: slog.With("app", app)})
}

// server serves one entrance.
type server struct {
	entrance
	certificate *certificate.Source // nil without TLS

	http        *http.Server
	ln          net.Listener
	done        chan struct{} // closed when it accepts no more
	open        atomic.Int64  // connections, but for those that became WebSockets
	lastAnswers atomic.Bool   // each answer is the last of its connection
}

func newServer(app string, h http.Handler, e entrance, cert *certificate.Source) *server {
	o := httpserver.Options{Streams: e.PerConnection, Connections: e.Connections, ErrorLog: slog.NewLogLogger(slog.With("app", app, "entrance", e.Address).Handler(), slog.LevelWarn)}
	s := &server{entrance: e, certificate: cert, done: make(chan struct{})}
	if cert != nil {
		o.GetCertificate = cert.GetCertificate
	}
	o.Ending = &s.lastAnswers
	o.ConnState = s.countConn
	s.http = httpserver.NewServer(h, o)
	return s
}

func (s *server) countConn(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}

// serveUntilClosed returns nil after end, and otherwise why nothing is accepted any more.
func (s *server) serveUntilClosed() error {
	defer close(s.done)
	serve := func() error { return s.http.Serve(s.ln) }
	if s.Cert != "" {
		serve = func() error { return s.http.ServeTLS(s.ln, "", "") }
	}
	if err := serve(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// stopAccepting returns when no more is accepted. Requests that there are go on to their
// end, or to that of their color, and so do those that are still on their way
// over a connection that was accepted: the server's own Shutdown would drop
// what it reads from then on, and close under a client's hands what is idle.
func (s *server) stopAccepting() {
	s.lastAnswers.Store(true)
	s.ln.Close()
	<-s.done
}

// waitEmpty returns when nobody is connected any more, or when ctx ends.
func (s *server) waitEmpty(ctx context.Context) {
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
