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
	addr         string
	options      *Options
	born         time.Time
	inFlight     atomic.Int64 // tunnels included
	tunnels      atomic.Int64
	backoffUntil atomic.Int64 // passed over until then, in nanoseconds since born
	tolerance    idleTolerance

	mu     sync.Mutex
	idle   []*upstreamConn // the longest unused first
	reaper *time.Timer
	closed bool // not in the pool: keeps no connection
}

func newInstance(addr string, o *Options) *instance {
	return &instance{addr: addr, options: o, born: time.Now()}
}

func (in *instance) isBackingOff() bool {
	to := in.backoffUntil.Load()
	return to != 0 && int64(time.Since(in.born)) < to
}

// acquireConn returns a connection that is ready for a request: one kept from
// before if there is one that the request may use, else a new one.
func (in *instance) acquireConn(ctx context.Context, which reusePolicy) (*upstreamConn, error) {
	if c := in.takeReusable(which); c != nil {
		return c, nil
	}
	d := net.Dialer{Timeout: in.options.DialTimeout}
	nc, err := d.DialContext(ctx, "tcp", in.addr)
	if err != nil {
		if ctx.Err() == nil {
			in.backoffUntil.Store(int64(time.Since(in.born) + in.options.Backoff))
		}
		return nil, err
	}
	in.backoffUntil.Store(0)
	return newConn(nc), nil
}

// takeReusable returns a kept connection that is open, or nil.
func (in *instance) takeReusable(which reusePolicy) *upstreamConn {
	if which == reuseNone {
		return nil
	}
	for c := in.popIdle(); c != nil; c = in.popIdle() {
		c.idleTime = time.Since(c.lastRead)
		if !c.isAlive() {
			in.tolerance.sawClosed(c.idleTime)
			c.Close()
			continue
		}
		if c.idleTime >= c.idleLimit { // the reaper is late
			c.Close()
			continue
		}
		in.tolerance.sawOpen(c.idleTime)
		if which == reuseProven && !in.tolerance.coversIdle(c.idleTime) {
			in.putBack(c)
			return nil // the others have been unused for even longer
		}
		c.answered = false
		return c
	}
	return nil
}

// popIdle removes the connection that was used last, which is the least likely
// to have been closed by the other end.
func (in *instance) popIdle() *upstreamConn {
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

// keepIdle puts a connection aside for the next request.
func (in *instance) keepIdle(c *upstreamConn) {
	if c.idleLimit <= 0 {
		c.Close()
		return
	}
	c.reused = true
	in.putBack(c)
}

func (in *instance) putBack(c *upstreamConn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		c.Close()
		return
	}
	in.idle = append(in.idle, c)
	if in.reaper == nil {
		in.reaper = time.AfterFunc(c.idleLimit, in.closeExpired)
	}
}

// closeExpired closes what has been unused for its limit, and comes back while
// anything is left.
func (in *instance) closeExpired() {
	in.mu.Lock()
	defer in.mu.Unlock()
	next := time.Duration(0)
	in.idle = slices.DeleteFunc(in.idle, func(c *upstreamConn) bool {
		rest := c.idleLimit - time.Since(c.lastRead)
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
		in.reaper = time.AfterFunc(next, in.closeExpired)
	}
}

func (in *instance) allowIdle() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = false
}

// closeIdle ends the connections that nobody uses and lets no other be kept.
func (in *instance) closeIdle() {
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
