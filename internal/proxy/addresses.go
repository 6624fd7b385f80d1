package proxy

import (
	"net/netip"
	"sync"
)

// addresses finds the holder that belongs to a client's address. It knows only
// addresses that have something in flight.
type addresses struct {
	mu  sync.Mutex
	all map[netip.Prefix]*holder
}

// take returns the holder of an address, to be given back by release.
func (a *addresses) take(key netip.Prefix) *holder {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.all[key]
	if h == nil {
		h = &holder{key: key}
		a.all[key] = h
	}
	h.users++
	return h
}

func (a *addresses) release(h *holder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(a.all, h.key)
	}
}

// network is what counts as one client: an IPv4 address, or the network that
// one IPv6 customer usually gets.
func network(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // fails only for the zero address, which has no network
	return p
}
