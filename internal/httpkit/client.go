package httpkit

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Clients knows which peers are proxies of ours, whose X-Forwarded-For can be
// believed.
type Clients struct {
	proxies []netip.Prefix
}

// NewClients returns a Clients that trusts peers within the prefixes.
func NewClients(proxies ...netip.Prefix) *Clients { return &Clients{proxies} }

// Loopback is every address of this machine that only it can reach.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// Address returns where a request comes from: the peer, or, where the peer is
// a proxy of ours, the last address before it that is not. It is invalid if
// the peer's is.
func (c *Clients) Address(r *http.Request) netip.Addr {
	chain := append(forwarded(r), peer(r))
	for _, a := range slices.Backward(chain) {
		if !a.IsValid() || !c.trusts(a) {
			return a
		}
	}
	return chain[0]
}

// OnThisMachine reports whether a request was made here: every address on its
// way is a loopback address, and so is the name in the browser's address bar.
// The latter stops a page from elsewhere that has its own name resolve to
// 127.0.0.1.
func (c *Clients) OnThisMachine(r *http.Request) bool {
	for _, a := range append(forwarded(r), peer(r)) {
		if !a.IsLoopback() {
			return false
		}
	}
	return isLocalName(r.Host)
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

// forwarded lists the addresses of X-Forwarded-For; what is no address is the
// zero Addr, which is trusted by nobody.
func forwarded(r *http.Request) []netip.Addr {
	var chain []netip.Addr
	for _, line := range r.Header.Values("X-Forwarded-For") {
		for s := range strings.SplitSeq(line, ",") {
			a, err := netip.ParseAddr(strings.TrimSpace(s))
			if err != nil {
				a = netip.Addr{}
			}
			chain = append(chain, a.Unmap())
		}
	}
	return chain
}

func isLocalName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
