package agent

import (
	"log/slog"
	"net/netip"

	"version-manager/internal/config"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/admission"
)

// edgeSettings are how the ingress of an app treats its clients, as the work
// tree said at the last apply.
type edgeSettings struct {
	HSTS    config.Duration `json:"hsts,omitzero"`
	Trusted []string        `json:"trusted,omitempty"`
	Limits  config.Limits   `json:"limits,omitzero"`
	Public  bool            `json:"public,omitempty"` // other machines connect to it

	Underscores bool `json:"underscores,omitempty"` // header names may contain underscores
}

func edgeOf(l config.Local) edgeSettings {
	return edgeSettings{HSTS: l.HSTS, Trusted: l.Trusted, Limits: l.Limits, Public: !isLocalOnly(l.Address), Underscores: l.Underscores}
}

// isLocalOnly reports whether only this machine reaches an address.
func isLocalOnly(address string) bool {
	a, err := netip.ParseAddr(address)
	return address == "" || address == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// proxyRules are the rules of the ingress.
func (s appState) proxyRules(k keys) proxy.Rules {
	l := s.Edge.Limits
	return proxy.Rules{
		Secret: k.Probe, PreviewSecret: k.Preview, Guarded: s.Edge.Public,
		Preview: s.Preview,
		Trusted: parseNetworks(s.Edge.Trusted),
		HSTS:    s.Edge.HSTS.Duration,

		Underscores: s.Edge.Underscores,
		Limits:      admission.Limits{Requests: l.Requests, Uploads: l.Uploads, Tunnels: l.WebSockets, PerClient: l.PerClient},
	}
}

// applyRules gives the ingress the rules of the state.
func (a *app) applyRules() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.proxy.SetRules(a.state.proxyRules(a.keys))
}

// parseNetworks reads networks that the configuration's validation has
// accepted. If they cannot be read all the same, no proxy is trusted.
func parseNetworks(list []string) []netip.Prefix {
	all, err := config.ParseNetworks(list)
	if err != nil {
		slog.Error("read the trusted proxies", "error", err)
	}
	return all
}
