package admission

import (
	"net/netip"
	"sync"
)

// Addresses finds the [Source] of a client's address. It holds only addresses
// that have something in flight.
type Addresses struct {
	mu      sync.Mutex
	sources map[netip.Prefix]*Source
}

// NewAddresses returns an empty table.
func NewAddresses() *Addresses {
	return &Addresses{sources: map[netip.Prefix]*Source{}}
}

// acquireSource returns the source of an address. Each call is paired with one
// of releaseSource.
func (a *Addresses) acquireSource(key netip.Prefix) *Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sources[key]
	if s == nil {
		s = &Source{key: key}
		a.sources[key] = s
	}
	s.users++
	return s
}

func (a *Addresses) releaseSource(s *Source) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(a.sources, s.key)
	}
}

// CountSources returns the number of addresses that have something in flight.
func (a *Addresses) CountSources() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.sources)
}

// clientNetwork is what counts as one client: an IPv4 address, or the network
// that one IPv6 customer usually gets.
func clientNetwork(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // fails only for the zero address, which has no network
	return p
}
