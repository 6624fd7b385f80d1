package httpkit

import (
	"net/netip"
	"sync"
	"time"
)

// maxClients bounds the memory of a Rate.
const maxClients = 10_000

// Rate allows each client so many costly requests: a burst at once, then one
// every so often. Addresses of one IPv6 network count as one client.
type Rate struct {
	burst int
	every time.Duration
	mu    sync.Mutex
	full  map[netip.Prefix]time.Time // when the client's allowance is whole again
}

// NewRate returns a Rate.
func NewRate(burst int, every time.Duration) *Rate {
	return &Rate{burst: burst, every: every, full: map[netip.Prefix]time.Time{}}
}

// Allow takes one request off the client's allowance. If there is none left
// it returns how long to wait.
func (r *Rate) Allow(client netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := network(client)
	full := r.full[who]
	if full.Before(now) {
		full = now
	}
	full = full.Add(r.every)
	if wait := full.Sub(now) - time.Duration(r.burst)*r.every; wait > 0 {
		return wait, false
	}
	if len(r.full) >= maxClients {
		r.forget(now)
	}
	r.full[who] = full
	return 0, true
}

// forget drops clients with a whole allowance; all of them, if none has one.
func (r *Rate) forget(now time.Time) {
	for who, full := range r.full {
		if full.Before(now) {
			delete(r.full, who)
		}
	}
	if len(r.full) >= maxClients {
		clear(r.full)
	}
}

func network(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
