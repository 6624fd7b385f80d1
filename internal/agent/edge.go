package agent

import (
	"log/slog"
	"net/netip"

	"version-manager/internal/config"
	"version-manager/internal/proxy"
)

// edge is how the ingress of an app meets the world, as the work tree said when
// something was applied last.
type edge struct {
	HSTS    config.Duration `json:"hsts,omitzero"`
	Trusted []string        `json:"trusted,omitempty"`
	Limits  config.Limits   `json:"limits,omitzero"`
	Public  bool            `json:"public,omitempty"` // others than this machine connect to it

	Underscores bool `json:"underscores,omitempty"` // header names may contain some
}

func edgeOf(l config.Local) edge {
	return edge{HSTS: l.HSTS, Trusted: l.Trusted, Limits: l.Limits, Public: !onlyHere(l.Address), Underscores: l.Underscores}
}

// onlyHere reports whether only this machine reaches an address.
func onlyHere(address string) bool {
	a, err := netip.ParseAddr(address)
	return address == "" || address == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// rules are what the ingress is told.
func (s state) rules(k keys) proxy.Rules {
	l := s.Edge.Limits
	return proxy.Rules{
		Secret: k.Probe, PreviewSecret: k.Preview, Guarded: s.Edge.Public,
		Preview: s.Preview,
		Trusted: networks(s.Edge.Trusted),
		HSTS:    s.Edge.HSTS.Duration,

		Underscores: s.Edge.Underscores,
		Limits:      proxy.Limits{Requests: l.Requests, Uploads: l.Uploads, Tunnels: l.WebSockets, PerClient: l.PerClient},
	}
}

// applyRules tells the ingress what the state says.
func (a *app) applyRules() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proxy.SetRules(a.state.rules(a.keys))
}

// networks reads what the configuration's validation has let through. If it is
// not understood all the same, nobody is trusted.
func networks(list []string) []netip.Prefix {
	all, err := config.Networks(list)
	if err != nil {
		slog.Error("read the trusted proxies", "error", err)
	}
	return all
}
