package proxy

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"version-manager/internal/color"
)

// colorState is one color: its instances and everything that is counted about it.
type colorState struct {
	color    color.Color
	options  *Options
	inFlight atomic.Int64 // requests
	tunnels  atomic.Int64 // WebSockets and the like, which are no requests any more
	requests atomic.Uint64
	errors   atomic.Uint64
	pool     atomic.Pointer[instancePool]
	open     openSet
	load     colorLoad
	private  atomic.Pointer[[]string]

	mu    sync.Mutex
	known map[string]*instance // of the pool, and those that left but still answer
}

// instancePool is the set of ready instances at one time; it never changes.
type instancePool struct {
	version   string
	instances []*instance
}

func newColorState(c color.Color, o *Options) *colorState {
	s := &colorState{color: c, options: o, known: map[string]*instance{}}
	s.pool.Store(&instancePool{})
	return s
}

func (s *colorState) setPool(version string, addrs []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := &instancePool{version: version}
	for _, addr := range addrs {
		in := s.known[addr]
		if in == nil {
			in = newInstance(addr, s.options)
			s.known[addr] = in
		}
		if !slices.Contains(next.instances, in) {
			in.allowIdle()
			next.instances = append(next.instances, in)
		}
	}
	s.pool.Store(next)
	for addr, in := range s.known {
		if slices.Contains(next.instances, in) {
			continue
		}
		in.closeIdle()
		if in.inFlight.Load() == 0 {
			delete(s.known, addr)
		}
	}
}

func (s *colorState) inFlightOf(addr string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in := s.known[addr]; in != nil {
		return int(in.inFlight.Load() - in.tunnels.Load())
	}
	return 0
}

// pickInstance counts a request in on an instance that is not in tried and returns it
// with its version, or nil if no other is left. As with the route, the second
// look makes sure that an instance which left the pool gets nothing new.
func (s *colorState) pickInstance(tried []*instance) (*instance, string) {
	for {
		po := s.pool.Load()
		in := po.chooseInstance(tried)
		if in == nil {
			return nil, po.version
		}
		in.inFlight.Add(1)
		if s.pool.Load() == po {
			return in, po.version
		}
		in.inFlight.Add(-1)
	}
}

// chooseInstance takes two at random and of them the one with less to do. Instances
// that cannot be connected to are passed over while there are others.
func (p *instancePool) chooseInstance(tried []*instance) *instance {
	candidates := p.instances
	if len(candidates) == 1 && len(tried) == 0 {
		return candidates[0]
	}
	if unfit := func(in *instance) bool { return in.isBackingOff() || slices.Contains(tried, in) }; slices.ContainsFunc(candidates, unfit) {
		candidates = slices.DeleteFunc(slices.Clone(candidates), unfit)
		if len(candidates) == 0 {
			candidates = slices.DeleteFunc(slices.Clone(p.instances), func(in *instance) bool { return slices.Contains(tried, in) })
		}
	}
	n := len(candidates)
	if n == 0 {
		return nil
	}
	a := rand.IntN(n)
	b := rand.IntN(n)
	if candidates[b].inFlight.Load() < candidates[a].inFlight.Load() {
		a = b
	}
	return candidates[a]
}
