package proxy

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientInfo is for whom a request is made, as far as that can be known.
type clientInfo struct {
	addr    netip.Addr // zero: not known
	name    string     // addr as the app reads it, or "unknown"
	host    string     // that the client asked for
	proto   string     // "http" or "https"
	trusted bool       // a proxy in front said all of this, and was believed
	probe   bool       // it is our own probe
}

// unknownClient is the name of a client whose address is not known, as RFC 7239 has
// it. No app can take it for an address of this machine.
const unknownClient = "unknown"

// identifyClient finds out who sent r.
//
// The other end of the connection is the client, unless it is a trusted proxy.
// Then the client is the last address in X-Forwarded-For that is no trusted
// proxy itself; what stands before it was written by the client.
//
// Loopback is a client of its own: it is the operator of this machine. So it
// must never be said of somebody who came through a proxy that nobody told us
// about, and a request that carries any word of a proxy is not from there. Nor
// is one in HTTP/1.0, which an nginx speaks that is set up in one line: it adds
// no header, and no browser or curl of today is so old.
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

// readForwarding takes a trusted proxy's words.
func (c *clientInfo) readForwarding(r *ruleSet, h http.Header) {
	list := h["X-Forwarded-For"]
	if list == nil {
		list = h["X-Real-Ip"]
	}
	if list != nil {
		c.addr = r.originAddress(list)
	}
	if host := firstValue(h["X-Forwarded-Host"]); host != "" && isPrintable(host) && !strings.ContainsAny(host, `"\`) {
		c.host = host
	}
	if proto := firstValue(h["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
		c.proto = proto
	}
}

// originAddress is the last address of the lists that is no trusted proxy, or the
// first one if all are. It is not valid if something else stands there.
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

// isKnown reports whether the client has an address by which it can be told from
// others. All that comes from this machine has the same one.
func (c *clientInfo) isKnown() bool { return c.addr.IsValid() && !c.addr.IsLoopback() }

// hasForwardingHeader reports whether a proxy, or somebody who wants to look like one,
// has left a trace in the header.
func hasForwardingHeader(h http.Header) bool {
	for name := range h {
		switch name {
		case "Via", "Forwarded", "X-Real-Ip":
			return true
		}
		if isForwardingClaim(name) {
			return true
		}
	}
	return false
}

// isForwardingClaim reports whether a header other than Forwarded is one in which proxies
// say for whom they ask, or for what: a framework that believes X-Original-Url
// would serve another path than the one that was checked here.
func isForwardingClaim(name string) bool {
	switch name {
	case "True-Client-Ip", "Cf-Connecting-Ip", "Cf-Connecting-Ipv6", "Fastly-Client-Ip", "Fly-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip",
		"X-Azure-Clientip", "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-Original-Host", "X-Remote-Addr", "X-Remote-Ip",
		"Client-Ip", "Cluster-Client-Ip", "Forwarded-For", "Forwarded-For-Ip", "X-Forwarded", "X-Originating-Ip", "Proxy-Client-Ip", "Wl-Proxy-Client-Ip",
		"X-Proxyuser-Ip", "Cdn-Src-Ip", "Ali-Cdn-Real-Ip", "Do-Connecting-Ip", "Incap-Client-Ip", "X-Sucuri-Clientip", "X-Appengine-User-Ip",
		"X-Nf-Client-Connection-Ip", "X-Vercel-Forwarded-For", "X-Host", "X-Scheme", "X-Url-Scheme", "Front-End-Https",
		"X-Original-Url", "X-Original-Uri", "X-Rewrite-Url":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}
