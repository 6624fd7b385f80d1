package proxy

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"version-manager/internal/color"
	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/upstream"
)

// colorState is one color: its instances and everything that is counted for it.
type colorState struct {
	color    color.Color
	options  upstream.Options
	inFlight atomic.Int64 // requests
	tunnels  atomic.Int64 // WebSockets and other upgraded connections, which do not count as requests
	requests atomic.Uint64
	errors   atomic.Uint64
	pool     atomic.Pointer[instancePool]
	open     openSet
	load     admission.Load
	private  atomic.Pointer[[]string]

	mu    sync.Mutex
	known map[string]*upstream.Instance // of the pool, and those that left but still answer
}

// instancePool is the set of ready instances at one time. It never changes.
type instancePool struct {
	version   string
	instances []*upstream.Instance
}

func newColorState(c color.Color, o upstream.Options) *colorState {
	s := &colorState{color: c, options: o, known: map[string]*upstream.Instance{}}
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
			in = upstream.NewInstance(addr, s.options)
			s.known[addr] = in
		}
		if !slices.Contains(next.instances, in) {
			in.AllowIdle()
			next.instances = append(next.instances, in)
		}
	}
	s.pool.Store(next)
	for addr, in := range s.known {
		if slices.Contains(next.instances, in) {
			continue
		}
		in.CloseIdle()
		if in.InFlight.Load() == 0 {
			delete(s.known, addr)
		}
	}
}

func (s *colorState) inFlightOf(addr string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in := s.known[addr]; in != nil {
		return int(in.InFlight.Load() - in.Tunnels.Load())
	}
	return 0
}

// pickInstance counts a request in on an instance that is not in tried, and
// returns it with its version, or nil if no other is left. As with the route,
// the second look makes sure that an instance that left the pool gets nothing
// new.
func (s *colorState) pickInstance(tried []*upstream.Instance) (*upstream.Instance, string) {
	for {
		po := s.pool.Load()
		in := po.chooseInstance(tried)
		if in == nil {
			return nil, po.version
		}
		in.InFlight.Add(1)
		if s.pool.Load() == po {
			return in, po.version
		}
		in.InFlight.Add(-1)
	}
}

// chooseInstance takes the less busy of two random instances. Instances that
// cannot be connected to are passed over while there are others.
func (p *instancePool) chooseInstance(tried []*upstream.Instance) *upstream.Instance {
	candidates := p.instances
	if len(candidates) == 1 && len(tried) == 0 {
		return candidates[0]
	}
	if unfit := func(in *upstream.Instance) bool { return in.IsBackingOff() || slices.Contains(tried, in) }; slices.ContainsFunc(candidates, unfit) {
		candidates = slices.DeleteFunc(slices.Clone(candidates), unfit)
		if len(candidates) == 0 {
			candidates = slices.DeleteFunc(slices.Clone(p.instances), func(in *upstream.Instance) bool { return slices.Contains(tried, in) })
		}
	}
	n := len(candidates)
	if n == 0 {
		return nil
	}
	a := rand.IntN(n)
	b := rand.IntN(n)
	if candidates[b].InFlight.Load() < candidates[a].InFlight.Load() {
		a = b
	}
	return candidates[a]
}
