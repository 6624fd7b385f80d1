package proxy

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// replacesHeader reports whether the ingress says a header itself, or nobody may.
func (c *clientInfo) replacesHeader(name string) bool {
	switch name {
	case probeHeader, previewHeader, routeHeader, colorHeader, versionHeader, "Proxy", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Request-Id":
		return true
	}
	return !c.trusted && isForwardingClaim(name)
}

// appendForwarding says for whom the request is made. There is one client in
// it, never a list: an app that takes the first entry and one that takes the
// last get the same.
func (c *clientInfo) appendForwarding(b []byte, r *http.Request) []byte {
	b = appendField(b, "X-Forwarded-For", c.name)
	b = appendField(b, "X-Forwarded-Host", c.host)
	b = appendField(b, "X-Forwarded-Proto", c.proto)
	if c.name != unknownClient {
		b = appendField(b, "X-Real-Ip", c.name)
	}
	b = c.appendForwardedHeader(b)
	b = append(b, "X-Request-Id: "...)
	b = appendRequestID(b, r.Header["X-Request-Id"])
	return append(b, "\r\n"...)
}

// appendForwardedHeader writes the header of RFC 7239.
func (c *clientInfo) appendForwardedHeader(b []byte) []byte {
	b = append(b, "Forwarded: for="...)
	if c.addr.Is6() {
		b = append(append(append(b, `"[`...), c.name...), `]"`...)
	} else {
		b = append(b, c.name...)
	}
	b = append(append(append(b, `;host="`...), c.host...), `";proto=`...)
	return append(append(b, c.proto...), "\r\n"...)
}

// appendRequestID keeps the client's own request id if it is one that a log can
// stand, or makes one.
func appendRequestID(b []byte, given []string) []byte {
	if len(given) == 1 && given[0] != "" && len(given[0]) <= 128 && isVisibleASCII(given[0]) {
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

// isVisibleASCII reports whether s is of ASCII letters, digits, and signs only.
func isVisibleASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
