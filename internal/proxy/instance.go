package proxy

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// instance is one address of a color with the connections kept open to it.
type instance struct {
	addr     string
	o        *Options
	born     time.Time
	inFlight atomic.Int64 // tunnels included
	tunnels  atomic.Int64
	restsTo  atomic.Int64 // passed over until then, in nanoseconds since born
	patience patience

	mu     sync.Mutex
	idle   []*conn // the longest unused first
	reaper *time.Timer
	closed bool // not in the pool: keeps no connection
}

func newInstance(addr string, o *Options) *instance {
	return &instance{addr: addr, o: o, born: time.Now()}
}

func (in *instance) resting() bool {
	to := in.restsTo.Load()
	return to != 0 && int64(time.Since(in.born)) < to
}

// connect returns a connection that is ready for a request: one kept from
// before if there is one that the request may use, else a new one.
func (in *instance) connect(ctx context.Context, which reuse) (*conn, error) {
	if c := in.reusable(which); c != nil {
		return c, nil
	}
	d := net.Dialer{Timeout: in.o.DialTimeout}
	nc, err := d.DialContext(ctx, "tcp", in.addr)
	if err != nil {
		if ctx.Err() == nil {
			in.restsTo.Store(int64(time.Since(in.born) + in.o.Backoff))
		}
		return nil, err
	}
	in.restsTo.Store(0)
	return newConn(nc), nil
}

// reusable returns a kept connection that is open, or nil.
func (in *instance) reusable(which reuse) *conn {
	if which == fresh {
		return nil
	}
	for c := in.take(); c != nil; c = in.take() {
		c.idled = time.Since(c.since)
		if !c.alive() {
			in.patience.sawClosed(c.idled)
			c.Close()
			continue
		}
		if c.idled >= c.limit { // the reaper is late
			c.Close()
			continue
		}
		in.patience.sawOpen(c.idled)
		if which == proven && !in.patience.covers(c.idled) {
			in.putBack(c)
			return nil // the others have been unused for even longer
		}
		c.answers = false
		return c
	}
	return nil
}

// take removes the connection that was used last, which is the least likely
// to have been closed by the other end.
func (in *instance) take() *conn {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := len(in.idle) - 1
	if n < 0 {
		return nil
	}
	c := in.idle[n]
	in.idle[n] = nil
	in.idle = in.idle[:n]
	return c
}

// keep puts a connection aside for the next request.
func (in *instance) keep(c *conn) {
	if c.limit <= 0 {
		c.Close()
		return
	}
	c.kept = true
	in.putBack(c)
}

func (in *instance) putBack(c *conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		c.Close()
		return
	}
	in.idle = append(in.idle, c)
	if in.reaper == nil {
		in.reaper = time.AfterFunc(c.limit, in.reap)
	}
}

// reap closes what has been unused for its limit, and comes back while
// anything is left.
func (in *instance) reap() {
	in.mu.Lock()
	defer in.mu.Unlock()
	next := time.Duration(0)
	in.idle = slices.DeleteFunc(in.idle, func(c *conn) bool {
		rest := c.limit - time.Since(c.since)
		if rest <= 0 {
			c.Close()
			return true
		}
		if next == 0 || rest < next {
			next = rest
		}
		return false
	})
	in.reaper = nil
	if len(in.idle) > 0 {
		in.reaper = time.AfterFunc(next, in.reap)
	}
}

func (in *instance) open() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = false
}

// close ends the connections that nobody uses and lets no other be kept.
func (in *instance) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	for _, c := range in.idle {
		c.Close()
	}
	in.idle = nil
	if in.reaper != nil {
		in.reaper.Stop()
		in.reaper = nil
	}
}
