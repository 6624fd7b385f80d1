package httpkit

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Clients knows what is in front of this server, and so whose statement about
// a request's origin can be trusted.
type Clients struct {
	ingress bool
	proxies []netip.Prefix
}

// NewClients returns a Clients that trusts peers within the prefixes. ingress
// says that requests come through an ingress of ours on this machine. It
// names one client in X-Forwarded-For, never a list, and "unknown" where it
// cannot know: behind a proxy that it was not told to trust.
func NewClients(ingress bool, proxies ...netip.Prefix) *Clients { return &Clients{ingress, proxies} }

// Loopback is every address of this machine that only it can reach.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// Address returns where a request comes from: the peer, or, where the peer is
// a proxy of ours, the last address before it that is not. It is invalid
// where that is not known.
func (c *Clients) Address(r *http.Request) netip.Addr {
	chain := append(forwardedFor(r.Header), peer(r))
	for _, a := range slices.Backward(chain) {
		if !a.IsValid() || !c.trusts(a) {
			return a
		}
	}
	return chain[0]
}

// OnThisMachine reports whether a request was made here, and not by somebody
// elsewhere through a proxy here: it comes from a loopback address, carries no
// word of a proxy other than our ingress, and asks for a name that only this
// machine has. The latter stops a page from elsewhere that has its own name
// resolve to 127.0.0.1.
//
// A proxy that says nothing at all and asks for localhost looks like a person
// here. Anyone who runs one has to set a token.
func (c *Clients) OnThisMachine(r *http.Request) bool {
	return peer(r).IsLoopback() && r.ProtoAtLeast(1, 1) && isLocalName(r.Host) && isLocalOrigin(r.Header) && c.isDirect(r.Header)
}

// isDirect reports whether nobody but our ingress has passed the request on.
func (c *Clients) isDirect(h http.Header) bool {
	for name, values := range h {
		if !speaksOfProxies(name) {
			continue
		}
		if !c.ingress || len(values) != 1 || !saidByIngress(name, values[0]) {
			return false
		}
	}
	return true
}

// saidByIngress reports whether our ingress would say that of a client here.
func saidByIngress(name, value string) bool {
	switch name {
	case "X-Forwarded-For", "X-Real-Ip":
		return address(value).IsLoopback()
	case "X-Forwarded-Host":
		return isLocalName(value)
	case "X-Forwarded-Proto":
		return true
	case "Forwarded":
		return !strings.Contains(value, ",")
	}
	return false
}

func (c *Clients) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(c.proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// forwardedFor lists the addresses of X-Forwarded-For; what is no address is
// the zero Addr, which is trusted by nobody.
func forwardedFor(h http.Header) []netip.Addr {
	var chain []netip.Addr
	for _, line := range h.Values("X-Forwarded-For") {
		for s := range strings.SplitSeq(line, ",") {
			chain = append(chain, address(s))
		}
	}
	return chain
}

func address(s string) netip.Addr {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// isLocalOrigin reports whether the page that made the request, if a browser
// says which, was opened by a name of this machine. Behind a proxy the name
// in the address bar differs from the one that the proxy asks for.
func isLocalOrigin(h http.Header) bool {
	for _, origin := range h.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || !isLocalName(u.Host) {
			return false
		}
	}
	return true
}

func isLocalName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return address(host).IsLoopback()
}
