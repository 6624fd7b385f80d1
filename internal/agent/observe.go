package agent

import (
	"strconv"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// observeApp looks and changes nothing.
func (a *app) observeApp() deploy.Observed {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := deploy.Observed{
		App: a.name, Active: a.state.Active, Revision: formatRevision(a.state.Revision),
		Colors: map[color.Color]deploy.Side{}, Entrances: a.state.listEntrances(a.listeners.closedReason, a.listeners.certificateAt), Lock: a.state.Lease.currentHolder(),
	}
	for c, s := range a.sides {
		o.Colors[c] = a.describeSide(s)
	}
	return o
}

func (a *app) describeSide(s *colorSide) deploy.Side {
	d := deploy.Side{
		Version: s.want.Release.Version, Image: s.want.Release.Image, Want: s.want.Replicas,
		InFlight: a.proxy.InFlight(s.color), Tunnels: a.proxy.OpenTunnels(s.color), Instances: []deploy.Instance{},
	}
	d.Requests, d.Errors = a.proxy.AnswerCounts(s.color)
	for _, i := range s.instances {
		d.Instances = append(d.Instances, i.describeInstance())
	}
	return d
}

func formatRevision(n uint64) string { return strconv.FormatUint(n, 10) }

// publishPool tells the ingress which instances of a color may get requests.
//
// If the active color has none left, the ingress keeps the ones it knew: a
// health check that all of them fail is more often wrong about the instances
// than right, and where it is right a request loses nothing by trying.
func (a *app) publishPool(c color.Color) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sides[c]
	if s == nil {
		return
	}
	pool := s.readyAddresses()
	if len(pool) == 0 && a.state.Active == c && len(s.pool) > 0 {
		return
	}
	s.pool = pool
	a.proxy.SetPool(c, string(s.want.Release.Version), pool)
}

// isIdle reports whether nothing runs and nobody is about to change that.
func (a *app) isIdle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.damaged == nil && len(a.state.Colors) == 0 && len(a.state.Entrances) == 0 && !a.state.Lease.isHeld()
}
