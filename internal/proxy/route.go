package proxy

import (
	"strings"

	"version-manager/internal/color"
)

// route is what one SwitchRoute decided. Each has an identity of its own, so
// that switching back and forth between two looks is noticed too.
type route struct {
	active color.Color
}

// SwitchRoute sends all new requests to color c; with color.None they get a
// 503. No request begins on another color after it has returned.
func (p *Proxy) SwitchRoute(c color.Color) { p.route.Store(&route{active: c}) }

// ActiveColor returns the color that new requests go to.
func (p *Proxy) ActiveColor() color.Color { return p.route.Load().active }

// stateOf returns nil for color.None.
func (p *Proxy) stateOf(c color.Color) *colorState {
	switch c {
	case color.Blue:
		return p.blue
	case color.Green:
		return p.green
	}
	return nil
}

// enterColor counts a request for host in on the color it belongs to, or
// returns nil if none exists. Counting comes before the second look at the
// route: a switch in between is seen here, and a later one sees the count.
func (p *Proxy) enterColor(preview, host string) *colorState {
	for {
		rt := p.route.Load()
		s := p.stateOf(wantedColor(rt.active, preview, host))
		if s == nil {
			return nil
		}
		s.inFlight.Add(1)
		if p.route.Load() == rt {
			return s
		}
		s.inFlight.Add(-1)
	}
}

// wantedColor is the color that host asks for.
func wantedColor(active color.Color, preview, host string) color.Color {
	if preview == "" {
		return active
	}
	name := trimPort(host)
	if strings.EqualFold(name, preview) {
		return active.Other()
	}
	first, rest, found := strings.Cut(name, ".")
	if !found || !strings.EqualFold(rest, preview) {
		return active
	}
	for _, c := range color.Both() {
		if strings.EqualFold(first, string(c)) {
			return c
		}
	}
	return active
}

// trimPort returns host without its port and without the dot that ends an
// absolute name.
func trimPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}
