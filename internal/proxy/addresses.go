package proxy

import (
	"net/netip"
	"sync"
)

// addressTable finds the holder that belongs to a client's address. It knows only
// addresses that have something in flight.
type addressTable struct {
	mu      sync.Mutex
	sources map[netip.Prefix]*requestSource
}

// acquireSource returns the holder of an address, to be given back by release.
func (a *addressTable) acquireSource(key netip.Prefix) *requestSource {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.sources[key]
	if h == nil {
		h = &requestSource{key: key}
		a.sources[key] = h
	}
	h.users++
	return h
}

func (a *addressTable) releaseSource(h *requestSource) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(a.sources, h.key)
	}
}

// clientNetwork is what counts as one client: an IPv4 address, or the network that
// one IPv6 customer usually gets.
func clientNetwork(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // fails only for the zero address, which has no network
	return p
}
