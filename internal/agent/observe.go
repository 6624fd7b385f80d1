package agent

import (
	"strconv"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// observe looks and changes nothing.
func (a *app) observe() deploy.Observed {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := deploy.Observed{
		App: a.name, Active: a.state.Active, Revision: revision(a.state.Revision),
		Colors: map[color.Color]deploy.Side{}, Entrances: a.state.urls(a.front.closedBecause, a.front.certificate), Lock: a.state.Lease.holder(),
	}
	for c, s := range a.sides {
		o.Colors[c] = a.look(s)
	}
	return o
}

func (a *app) look(s *side) deploy.Side {
	d := deploy.Side{
		Version: s.want.Release.Version, Image: s.want.Release.Image, Want: s.want.Replicas,
		InFlight: a.proxy.InFlight(s.color), Tunnels: a.proxy.Tunnels(s.color), Instances: []deploy.Instance{},
	}
	d.Requests, d.Errors = a.proxy.Counts(s.color)
	for _, i := range s.instances {
		d.Instances = append(d.Instances, i.status())
	}
	return d
}

func revision(n uint64) string { return strconv.FormatUint(n, 10) }

// publish tells the ingress which instances of a color may get requests.
//
// If the active color has none left, the ingress keeps the ones it knew: a
// health check that all of them fail is more often wrong about the instances
// than right, and where it is right a request loses nothing by trying.
func (a *app) publish(c color.Color) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sides[c]
	if s == nil {
		return
	}
	pool := s.ready()
	if len(pool) == 0 && a.state.Active == c && len(s.pool) > 0 {
		return
	}
	s.pool = pool
	a.proxy.SetPool(c, string(s.want.Release.Version), pool)
}

// idle reports whether nothing runs and nobody is about to change that.
func (a *app) idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.damaged == nil && len(a.state.Colors) == 0 && len(a.state.Entrances) == 0 && !a.state.Lease.held()
}
