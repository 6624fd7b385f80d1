package config

import (
	"net/netip"
	"time"
)

const (
	mostInFlight = 1_000_000
	longestHSTS  = 2 * 365 * 24 * time.Hour // what lists of browsers ask for
)

// front checks how the ingress meets the world.
func (m *mistakes) front(l Local) {
	m.check(l.HSTS.Duration >= 0 && l.HSTS.Duration <= longestHSTS, "local.hsts: %s is not between 0 and %s", l.HSTS, Duration{longestHSTS})
	m.check(l.HSTS.Duration == 0 || l.Cert != "", "local.hsts: without local.cert and local.key there is no HTTPS to insist on")
	m.trusted("local.trusted", l.Trusted)
	m.check(l.PreviewSecret == "" || envName.MatchString(l.PreviewSecret), "local.previewSecret: %q is not the name of a variable", l.PreviewSecret)
	for _, limit := range []struct {
		key string
		n   int
	}{
		{"requests", l.Limits.Requests}, {"uploads", l.Limits.Uploads}, {"websockets", l.Limits.WebSockets},
		{"perClient", l.Limits.PerClient}, {"perConnection", l.Limits.PerConnection}, {"connections", l.Limits.Connections},
	} {
		m.check(limit.n >= 1 && limit.n <= mostInFlight, "local.limits.%s: %d is not between 1 and %d", limit.key, limit.n, mostInFlight)
	}
}

func (m *mistakes) trusted(key string, list []string) {
	for _, s := range list {
		p, err := Network(s)
		m.check(err == nil, "%s: %q is neither an address nor a network such as 10.0.0.0/8", key, s)
		m.check(err != nil || p.Bits() > 0, "%s: %s is everybody: then every client could say where it is", key, s)
	}
}

// Networks reads a list of what Network reads.
func Networks(list []string) (all []netip.Prefix, err error) {
	for _, s := range list {
		p, err := Network(s)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Network reads an address or a network, such as 192.0.2.1 or 10.0.0.0/8. One
// address is a network of its own. IPv4 in IPv6 is the former.
func Network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}
