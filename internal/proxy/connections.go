package proxy

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// defaultMaxConnections is how many connections of clients one server keeps by
// default, where the system allows as many files.
const defaultMaxConnections = 4096

// connectionLimiter limits how many clients are connected to one server. Where
// there is no room for another one, the connection goes that has waited for
// the longest without a request, which costs its client nothing but a
// connection; if all are busy, the new one goes.
type connectionLimiter struct {
	limit int

	mu      sync.Mutex
	open    map[net.Conn]*list.Element // in waiting, nil: busy
	waiting list.List                  // of net.Conn, the longest first
}

func newConnectionLimiter(limit int) *connectionLimiter {
	if limit == 0 {
		limit = min(defaultMaxConnections, openFileLimit()/3)
	}
	return &connectionLimiter{limit: limit, open: map[net.Conn]*list.Element{}}
}

// handleState is the server's ConnState.
func (c *connectionLimiter) handleState(nc net.Conn, handleState http.ConnState) {
	if over := c.trackState(nc, handleState); over != nil {
		_ = over.Close() // the server learns of it by reading
	}
}

// trackState follows one connection and returns the one that has to go, if any.
func (c *connectionLimiter) trackState(nc net.Conn, state http.ConnState) (over net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.open[nc]; e != nil {
		c.waiting.Remove(e)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[nc] = c.waiting.PushBack(nc)
	case http.StateActive:
		c.open[nc] = nil
	default:
		delete(c.open, nc)
	}
	if state != http.StateNew || len(c.open) <= c.limit {
		return nil
	}
	over = c.waiting.Front().Value.(net.Conn) // at least the new one waits
	c.waiting.Remove(c.open[over])
	c.open[over] = nil
	return over
}

// sourceKey is where a request's context has the holder of its connection.
type sourceKey struct{}

func (c *connectionLimiter) withSource(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, sourceKey{}, &requestSource{lastRequest: func() { c.closeFirst(nc) }})
}

// closeFirst makes a busy connection the first to go. It is for those that were
// refused and stay open a little, so that the client reads why.
func (c *connectionLimiter) closeFirst(nc net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, known := c.open[nc]; known && e == nil {
		c.open[nc] = c.waiting.PushFront(nc)
	}
}

// sourceOf returns what counts the requests of r's connection, nil for a
// server that does not count.
func sourceOf(r *http.Request) *requestSource {
	h, _ := r.Context().Value(sourceKey{}).(*requestSource)
	return h
}
