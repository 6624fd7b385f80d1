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

// Allow takes one request off the client's allowance. If nothing is left
// it returns how long to wait.
func (r *Rate) Allow(client netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := network(client)
	full, wait := r.next(who, now)
	if wait > 0 {
		return wait, false
	}
	if _, known := r.full[who]; !known && len(r.full) >= maxClients {
		r.forget(now)
	}
	r.full[who] = full
	return 0, true
}

// Ready is Allow without taking anything.
func (r *Rate) Ready(client netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, wait = r.next(network(client), now)
	return max(0, wait), wait <= 0
}

// next returns when the allowance is whole again after one more request, and
// how long that request has to wait.
func (r *Rate) next(who netip.Prefix, now time.Time) (time.Time, time.Duration) {
	full := r.full[who]
	if full.Before(now) {
		full = now
	}
	full = full.Add(r.every)
	return full, full.Sub(now) - time.Duration(r.burst)*r.every
}

// forget drops clients with a whole allowance, and one of the others if none
// has one: a crowd of addresses must not give anybody a fresh start but the
// one that was dropped. It looks at a part of them only, as each request of
// such a crowd gets here.
func (r *Rate) forget(now time.Time) {
	const looked = 64
	n := 0
	for who, full := range r.full {
		if full.Before(now) || n == 0 && len(r.full) >= maxClients {
			delete(r.full, who)
		}
		if n++; n >= looked {
			return
		}
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
