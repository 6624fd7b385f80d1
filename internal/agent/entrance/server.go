package entrance

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/kit/wait"
	"version-manager/internal/proxy/httpserver"
)

// emptyPollInterval is how often WaitEmpty looks for open connections.
const emptyPollInterval = 10 * time.Millisecond

// Server serves one entrance.
type Server struct {
	Entrance
	certificate *certificate.Source // nil without TLS

	http        *http.Server
	listener    net.Listener
	done        chan struct{} // closed when it accepts no more
	open        atomic.Int64  // connections, except those that became WebSockets
	lastAnswers atomic.Bool   // each answer is the last of its connection
}

func newServer(app string, h http.Handler, e Entrance, cert *certificate.Source) *Server {
	o := httpserver.Options{Streams: e.PerConnection, Connections: e.Connections, ErrorLog: slog.NewLogLogger(slog.With("app", app, "entrance", e.Address).Handler(), slog.LevelWarn)}
	s := &Server{Entrance: e, certificate: cert, done: make(chan struct{})}
	if cert != nil {
		o.GetCertificate = cert.GetCertificate
	}
	o.Ending = &s.lastAnswers
	o.ConnState = s.countConn
	s.http = httpserver.NewServer(h, o)
	return s
}

func (s *Server) countConn(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Add(-1)
	}
}

// serveUntilClosed returns nil after StopAccepting, and otherwise why nothing
// is accepted anymore.
func (s *Server) serveUntilClosed() error {
	defer close(s.done)
	serve := func() error { return s.http.Serve(s.listener) }
	if s.Cert != "" {
		serve = func() error { return s.http.ServeTLS(s.listener, "", "") }
	}
	if err := serve(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// StopAccepting returns when no new connection is accepted. Requests in flight
// continue to their end, or to that of their color, and so do those that are
// still on their way over an accepted connection. The server's own Shutdown
// would drop what it reads from then on, and close idle connections at the
// moment at which a client uses them.
func (s *Server) StopAccepting() {
	s.lastAnswers.Store(true)
	s.listener.Close()
	<-s.done
}

// WaitEmpty returns when no client is connected anymore, or when ctx ends.
func (s *Server) WaitEmpty(ctx context.Context) {
	_ = wait.PollUntil(ctx, emptyPollInterval, func(context.Context) (bool, error) { return s.open.Load() <= 0, nil }) // the caller cuts what is left
}
