package ingress

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// client is who sent a request: the other end of the connection, and whether
// what it says about those before it can be believed.
type client struct {
	ip      string
	proto   string // "http" or "https"
	trusted bool
}

func (p *Proxy) client(r *http.Request) client {
	c := client{ip: strings.Trim(hostname(r.RemoteAddr), "[]"), proto: "http"}
	if r.TLS != nil {
		c.proto = "https"
	}
	if len(p.o.Trusted) > 0 {
		addr, err := netip.ParseAddr(c.ip)
		c.trusted = err == nil && slices.ContainsFunc(p.o.Trusted, func(n netip.Prefix) bool { return n.Contains(addr.Unmap().WithZone("")) })
	}
	return c
}

// replaces reports whether the ingress says a header itself, or nobody may.
func (c client) replaces(name string) bool {
	switch name {
	case probeHeader, colorHeader, versionHeader, "Proxy", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id":
		return true
	}
	return !c.trusted && (name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-"))
}

// appendForwarding says for whom the request is made. A trusted proxy's words
// are continued, anybody else's are gone.
func appendForwarding(b []byte, r *http.Request, from client) []byte {
	before := http.Header(nil)
	if from.trusted {
		before = r.Header
	}
	b = appendJoined(b, "X-Forwarded-For", before["X-Forwarded-For"], from.ip)
	b = appendField(b, "X-Forwarded-Host", first(before["X-Forwarded-Host"], r.Host))
	b = appendField(b, "X-Forwarded-Proto", first(before["X-Forwarded-Proto"], from.proto))
	b = appendForwarded(b, before["Forwarded"], from, r.Host)
	b = append(b, "X-Request-Id: "...)
	b = appendID(b, r.Header["X-Request-Id"])
	return append(b, "\r\n"...)
}

// appendForwarded writes the header of RFC 7239.
func appendForwarded(b []byte, before []string, from client, host string) []byte {
	b = append(b, "Forwarded: "...)
	for _, v := range before {
		b = append(append(b, v...), ", "...)
	}
	b = append(b, "for="...)
	if strings.Contains(from.ip, ":") {
		b = append(append(append(b, `"[`...), from.ip...), `]"`...)
	} else {
		b = append(b, from.ip...)
	}
	b = append(append(append(b, `;host="`...), host...), `";proto=`...)
	return append(append(b, from.proto...), "\r\n"...)
}

func appendJoined(b []byte, name string, before []string, last string) []byte {
	b = append(append(b, name...), ": "...)
	for _, v := range before {
		b = append(append(b, v...), ", "...)
	}
	return append(append(b, last...), "\r\n"...)
}

func first(values []string, otherwise string) string {
	if len(values) > 0 {
		return values[0]
	}
	return otherwise
}

// appendID keeps the client's own request id if it is one that a log can
// stand, or makes one.
func appendID(b []byte, given []string) []byte {
	if len(given) == 1 && given[0] != "" && len(given[0]) <= 128 && visible(given[0]) {
		return append(b, given[0]...)
	}
	var id [16]byte
	for i := range 2 {
		n := rand.Uint64()
		for j := range 8 {
			id[8*i+j] = byte(n >> (8 * j))
		}
	}
	return hex.AppendEncode(b, id[:])
}

// visible reports whether s is of ASCII letters, digits, and signs only.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
