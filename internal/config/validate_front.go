package config

import (
	"net/netip"
	"time"
)

const (
	maxInFlight = 1_000_000
	maxHSTS     = 2 * 365 * 24 * time.Hour // what lists of browsers ask for
)

// checkFront checks how the ingress meets the world.
func (m *mistakes) checkFront(l Local) {
	m.addUnless(l.HSTS.Duration >= 0 && l.HSTS.Duration <= maxHSTS, "local.hsts: %s is not between 0 and %s", l.HSTS, Duration{maxHSTS})
	m.addUnless(l.HSTS.Duration == 0 || l.Cert != "", "local.hsts: requires local.cert and local.key")
	m.checkTrusted("local.trusted", l.Trusted)
	m.addUnless(l.PreviewSecret == "" || envName.MatchString(l.PreviewSecret), "local.previewSecret: %q is not the name of a variable", l.PreviewSecret)
	for _, limit := range []struct {
		key string
		n   int
	}{
		{"requests", l.Limits.Requests}, {"uploads", l.Limits.Uploads}, {"websockets", l.Limits.WebSockets},
		{"perClient", l.Limits.PerClient}, {"perConnection", l.Limits.PerConnection}, {"connections", l.Limits.Connections},
	} {
		m.addUnless(limit.n >= 1 && limit.n <= maxInFlight, "local.limits.%s: %d is not between 1 and %d", limit.key, limit.n, maxInFlight)
	}
}

func (m *mistakes) checkTrusted(key string, list []string) {
	for _, s := range list {
		p, err := ParseNetwork(s)
		m.addUnless(err == nil, "%s: %q is neither an address nor a network such as 10.0.0.0/8", key, s)
		m.addUnless(err != nil || p.Bits() > 0, "%s: %s contains every address, so any client could claim to be any other", key, s)
	}
}

// ParseNetworks reads a list of what Network reads.
func ParseNetworks(list []string) (all []netip.Prefix, err error) {
	for _, s := range list {
		p, err := ParseNetwork(s)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// ParseNetwork reads an address or a network, such as 192.0.2.1 or 10.0.0.0/8. One
// address is a network of its own. IPv4 in IPv6 is the former.
func ParseNetwork(s string) (netip.Prefix, error) {
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
