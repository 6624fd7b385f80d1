package proxy

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"version-manager/internal/proxy/message"
)

// clientInfo describes the client of a request, as far as it is known.
type clientInfo struct {
	addr    netip.Addr // zero: not known
	name    string     // addr as the app reads it, or "unknown"
	host    string     // that the client asked for
	proto   string     // "http" or "https"
	trusted bool       // a trusted proxy in front said all of this
	probe   bool       // it is our own probe
}

// unknownClient is the name of a client whose address is not known, as in RFC
// 7239. No app can take it for an address of this machine.
const unknownClient = "unknown"

// identifyClient finds out who sent r.
//
// The other end of the connection is the client, unless it is a trusted proxy.
// Then the client is the last address in X-Forwarded-For that is not a trusted
// proxy itself; the client wrote what comes before it.
//
// Loopback is special: it is the operator of this machine. A request that came
// through a proxy we were not told about must never count as the operator's,
// so a request with any trace of a proxy does not count as local. Nor does one
// in HTTP/1.0: an nginx with a one-line configuration speaks it and adds no
// header, and no browser or curl that is still in use is so old.
func (r *ruleSet) identifyClient(req *http.Request) clientInfo {
	c := clientInfo{probe: r.isProbe(req.Header), proto: "http", host: req.Host, name: strings.Trim(trimPort(req.RemoteAddr), "[]")}
	if req.TLS != nil {
		c.proto = "https"
	}
	peer, err := netip.ParseAddr(c.name)
	if err == nil {
		c.addr = peer.Unmap().WithZone("")
	}
	c.trusted = r.TrustPeer || r.isTrusted(c.addr)
	if c.trusted {
		c.readForwarding(r, req.Header)
	}
	if c.addr.IsLoopback() && (c.trusted || hasForwardingHeader(req.Header) || !req.ProtoAtLeast(1, 1)) {
		c.addr = netip.Addr{}
	}
	switch {
	case !c.addr.IsValid():
		c.name = unknownClient
	case c.addr != peer:
		c.name = c.addr.String()
	}
	return c
}

// readForwarding takes what a trusted proxy says about the client.
func (c *clientInfo) readForwarding(r *ruleSet, h http.Header) {
	list := h["X-Forwarded-For"]
	if list == nil {
		list = h["X-Real-Ip"]
	}
	if list != nil {
		c.addr = r.originAddress(list)
	}
	if host := firstValue(h["X-Forwarded-Host"]); host != "" && message.IsPrintable(host) && !strings.ContainsAny(host, `"\`) {
		c.host = host
	}
	if proto := firstValue(h["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
		c.proto = proto
	}
}

// originAddress returns the last address of the lists that is not a trusted
// proxy, or the first one if all are. It is not valid where something else
// stands in its place.
func (r *ruleSet) originAddress(lists []string) (a netip.Addr) {
	for _, list := range slices.Backward(lists) {
		for list != "" {
			i := strings.LastIndexByte(list, ',')
			if a = parseAddress(strings.TrimSpace(list[i+1:])); !a.IsValid() || !r.isTrusted(a) {
				return a
			}
			list = list[:max(i, 0)]
		}
	}
	return a
}

// parseAddress reads an address as proxies write it, with or without a port.
func parseAddress(s string) netip.Addr {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		ap, _ := netip.ParseAddrPort(s) // or it is no address
		a = ap.Addr()
	}
	return a.Unmap().WithZone("")
}

func firstValue(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// isKnown reports whether the client has an address that tells it from others.
// All clients on this machine have the same one.
func (c *clientInfo) isKnown() bool { return c.addr.IsValid() && !c.addr.IsLoopback() }

// hasForwardingHeader reports whether a proxy, or a client that pretends to be
// one, has left a trace in the header.
func hasForwardingHeader(h http.Header) bool {
	for name := range h {
		switch name {
		case "Via", "Forwarded", "X-Real-Ip":
			return true
		}
		if message.IsForwardingClaim(name) {
			return true
		}
	}
	return false
}
