package httpserver

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"

	"version-manager/internal/proxy/admission"
)

// defaultMaxConnections applies where the system allows as many files.
const defaultMaxConnections = 4096

// connectionLimiter limits how many clients are connected to one server. One
// more closes the connection that has been idle for the longest, which costs
// its client nothing but a connection. If all are busy, the new one is closed.
type connectionLimiter struct {
	limit int

	mu   sync.Mutex
	open map[net.Conn]*list.Element // in idle, nil: busy
	idle list.List                  // of net.Conn, the longest idle first
}

func newConnectionLimiter(limit int) *connectionLimiter {
	if limit == 0 {
		limit = min(defaultMaxConnections, openFileLimit()/3)
	}
	return &connectionLimiter{limit: limit, open: map[net.Conn]*list.Element{}}
}

// handleState is the server's ConnState.
func (l *connectionLimiter) handleState(nc net.Conn, state http.ConnState) {
	if surplus := l.trackState(nc, state); surplus != nil {
		_ = surplus.Close() // the server notices by reading
	}
}

// trackState follows one connection and returns the one to close, if any.
func (l *connectionLimiter) trackState(nc net.Conn, state http.ConnState) (surplus net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.open[nc]; e != nil {
		l.idle.Remove(e)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		l.open[nc] = l.idle.PushBack(nc)
	case http.StateActive:
		l.open[nc] = nil
	default:
		delete(l.open, nc)
	}
	if state != http.StateNew || len(l.open) <= l.limit {
		return nil
	}
	surplus = l.idle.Front().Value.(net.Conn) // at least the new one is idle
	l.idle.Remove(l.open[surplus])
	l.open[surplus] = nil
	return surplus
}

// closeFirst makes a busy connection the first to be closed. It is for clients
// that were refused: the connection stays open a little, so that they can read
// why.
func (l *connectionLimiter) closeFirst(nc net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, known := l.open[nc]; known && e == nil {
		l.open[nc] = l.idle.PushFront(nc)
	}
}

// sourceKey is the key of the connection's source in a request's context.
type sourceKey struct{}

func (l *connectionLimiter) withSource(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, sourceKey{}, admission.NewConnectionSource(func() { l.closeFirst(nc) }))
}

// SourceOf returns the source that counts the requests of r's connection, nil
// if r does not come from a server of this package.
func SourceOf(r *http.Request) *admission.Source {
	s, _ := r.Context().Value(sourceKey{}).(*admission.Source)
	return s
}
