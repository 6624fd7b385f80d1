// Package upstream keeps connections to the instances of an app.
//
// An [Instance] is one address. [Instance.AcquireConn] returns a kept
// connection, or opens one; [Instance.KeepIdle] takes it back after a complete
// answer. What may be reused, and for how long, is learned from the instance:
// a request must not be sent into a connection that the app is closing.
package upstream

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options are the times of all instances.
type Options struct {
	DialTimeout time.Duration // limits opening a connection
	Backoff     time.Duration // how long an instance is passed over after a failed dial
}

// Instance is one address of a color with the connections kept open to it.
type Instance struct {
	InFlight atomic.Int64 // requests, including tunnels
	Tunnels  atomic.Int64

	address      string
	options      Options
	born         time.Time
	backoffUntil atomic.Int64 // in nanoseconds since born; 0: no backoff
	tolerance    idleTolerance

	mu     sync.Mutex
	idle   []*Conn // the longest unused first
	reaper *time.Timer
	closed bool // not in the pool: keeps no connection
}

// NewInstance returns the instance at a host:port.
func NewInstance(address string, o Options) *Instance {
	return &Instance{address: address, options: o, born: time.Now()}
}

// String returns its host:port.
func (in *Instance) String() string { return in.address }

// IsBackingOff reports whether the instance could not be connected to a moment
// ago, and is passed over while there are others.
func (in *Instance) IsBackingOff() bool {
	until := in.backoffUntil.Load()
	return until != 0 && int64(time.Since(in.born)) < until
}

// AcquireConn returns a connection that is ready for a request: a kept one if
// the policy allows one that there is, else a new one.
func (in *Instance) AcquireConn(ctx context.Context, policy ReusePolicy) (*Conn, error) {
	if c := in.takeReusable(policy); c != nil {
		return c, nil
	}
	d := net.Dialer{Timeout: in.options.DialTimeout}
	nc, err := d.DialContext(ctx, "tcp", in.address)
	if err != nil {
		if ctx.Err() == nil {
			in.backoffUntil.Store(int64(time.Since(in.born) + in.options.Backoff))
		}
		return nil, err
	}
	in.backoffUntil.Store(0)
	return NewConn(nc), nil
}

// SawOpen records that a connection was still open after this idle time.
func (in *Instance) SawOpen(idle time.Duration) { in.tolerance.sawOpen(idle) }

// SawClosed records that the instance had closed a connection within this idle
// time.
func (in *Instance) SawClosed(idle time.Duration) { in.tolerance.sawClosed(idle) }

// takeReusable returns a kept connection that is open, or nil.
func (in *Instance) takeReusable(policy ReusePolicy) *Conn {
	if policy == ReuseNone {
		return nil
	}
	for c := in.popIdle(); c != nil; c = in.popIdle() {
		c.IdleTime = time.Since(c.LastRead)
		if !c.isAlive() {
			in.tolerance.sawClosed(c.IdleTime)
			c.Close()
			continue
		}
		if c.IdleTime >= c.IdleLimit { // the reaper is late
			c.Close()
			continue
		}
		in.tolerance.sawOpen(c.IdleTime)
		if policy == ReuseProven && !in.tolerance.coversIdle(c.IdleTime) {
			in.putBack(c)
			return nil // the others have been unused for even longer
		}
		c.Answered = false
		return c
	}
	return nil
}

// popIdle removes the connection that was used last: the app is the least
// likely to have closed it.
func (in *Instance) popIdle() *Conn {
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

// KeepIdle keeps a connection for the next request.
func (in *Instance) KeepIdle(c *Conn) {
	if c.IdleLimit <= 0 {
		c.Close()
		return
	}
	c.Reused = true
	in.putBack(c)
}

func (in *Instance) putBack(c *Conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		c.Close()
		return
	}
	in.idle = append(in.idle, c)
	if in.reaper == nil {
		in.reaper = time.AfterFunc(c.IdleLimit, in.closeExpired)
	}
}

// closeExpired closes what has been unused for its limit, and runs again while
// anything is left.
func (in *Instance) closeExpired() {
	in.mu.Lock()
	defer in.mu.Unlock()
	next := time.Duration(0)
	in.idle = slices.DeleteFunc(in.idle, func(c *Conn) bool {
		rest := c.IdleLimit - time.Since(c.LastRead)
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

// CountAlive returns the number of unused connections that are still open.
func (in *Instance) CountAlive() (n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range in.idle {
		if c.isAlive() {
			n++
		}
	}
	return n
}

// AllowIdle lets connections be kept again after CloseIdle.
func (in *Instance) AllowIdle() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = false
}

// CloseIdle closes the unused connections and lets no other be kept.
func (in *Instance) CloseIdle() {
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
