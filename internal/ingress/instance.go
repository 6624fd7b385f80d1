package ingress

import (
	"context"
	"net"
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
// before if any is alive, else a new one.
func (in *instance) connect(ctx context.Context) (*conn, error) {
	for c := in.take(); c != nil; c = in.take() {
		if c.alive() {
			return c, nil
		}
		c.Close()
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
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		c.Close()
		return
	}
	c.kept, c.since = true, time.Now()
	in.idle = append(in.idle, c)
	if in.reaper == nil {
		in.reaper = time.AfterFunc(in.o.IdleTimeout, in.reap)
	}
}

// reap closes what was not used for the idle timeout, and comes back while
// anything is left.
func (in *instance) reap() {
	in.mu.Lock()
	defer in.mu.Unlock()
	n, rest := 0, time.Duration(0)
	for ; n < len(in.idle); n++ {
		if rest = in.o.IdleTimeout - time.Since(in.idle[n].since); rest > 0 {
			break
		}
		in.idle[n].Close()
	}
	in.idle = append([]*conn(nil), in.idle[n:]...)
	in.reaper = nil
	if len(in.idle) > 0 {
		in.reaper = time.AfterFunc(rest, in.reap)
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
