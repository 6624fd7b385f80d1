package proxy

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// maxConnections is how many connections of clients one server keeps by
// default, where the system allows as many files.
const maxConnections = 4096

// connections limits how many clients are connected to one server. Where
// there is no room for another one, the connection goes that has waited for
// the longest without a request, which costs its client nothing but a
// connection; if all are busy, the new one goes.
type connections struct {
	limit int

	mu      sync.Mutex
	open    map[net.Conn]*list.Element // in waiting, nil: busy
	waiting list.List                  // of net.Conn, the longest first
}

func newConnections(limit int) *connections {
	if limit == 0 {
		limit = min(maxConnections, openFiles()/3)
	}
	return &connections{limit: limit, open: map[net.Conn]*list.Element{}}
}

// state is the server's ConnState.
func (c *connections) state(nc net.Conn, state http.ConnState) {
	if over := c.note(nc, state); over != nil {
		_ = over.Close() // the server learns of it by reading
	}
}

// note follows one connection and returns the one that has to go, if any.
func (c *connections) note(nc net.Conn, state http.ConnState) (over net.Conn) {
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

// holderKey is where a request's context has the holder of its connection.
type holderKey struct{}

func (c *connections) withHolder(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, holderKey{}, &holder{ending: func() { c.endSoon(nc) }})
}

// endSoon makes a busy connection the first to go. It is for those that were
// refused and stay open a little, so that the client reads why.
func (c *connections) endSoon(nc net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, known := c.open[nc]; known && e == nil {
		c.open[nc] = c.waiting.PushFront(nc)
	}
}

// holderOf returns what counts the requests of r's connection, nil for a
// server that does not count.
func holderOf(r *http.Request) *holder {
	h, _ := r.Context().Value(holderKey{}).(*holder)
	return h
}
