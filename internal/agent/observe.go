package agent

import (
	"strconv"

	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// observeApp changes nothing.
func (a *app) observeApp() deploy.Observed {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := deploy.Observed{
		App: a.name, Active: a.state.Active, Revision: formatRevision(a.state.Revision),
		Colors: map[color.Color]deploy.Side{}, Entrances: a.state.listEntrances(a.entrances.set.ClosedReason, a.entrances.set.CertificateAt), Lock: a.state.Lease.currentHolder(),
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
		d.Instances = append(d.Instances, describeInstance(i.CurrentStatus()))
	}
	return d
}

func describeInstance(s supervisor.Status) deploy.Instance {
	return deploy.Instance{ID: s.ID, Ready: s.Ready, Started: s.Started, Restarts: s.Restarts, Reason: s.Reason, Address: s.Address}
}

func formatRevision(n uint64) string { return strconv.FormatUint(n, 10) }

// listEntrances lists the entrances for people, the app's own port first. Only
// open ones are public: at the address of another one there may be another
// program, which must not be measured in place of the app.
func (s appState) listEntrances(closedReason func(address string) string, served func(address string) *deploy.Certificate) (e deploy.Entrances) {
	for _, in := range s.Entrances {
		_, port := in.SplitAddress()
		l := deploy.Listener{URL: in.BaseURL(""), Setting: in.ConfigSetting(), Port: port, InsteadOf: in.InsteadOf, Reason: closedReason(in.Address)}
		l.Open, l.Certificate = l.Reason == "", served(in.Address)
		e.Listeners = append(e.Listeners, l)
		if l.Open {
			e.Public = append(e.Public, l.URL)
		}
		if s.Preview != "" && (in.Ingress || e.Preview == "") {
			e.Preview = in.BaseURL(s.Preview)
		}
	}
	return e
}

// publishPool tells the ingress which instances of a color may get requests.
//
// If the active color has none left, the ingress keeps the ones it had: a health
// check that all instances fail is more often wrong than right, and where it is
// right a request loses nothing by trying.
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
