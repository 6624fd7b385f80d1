package proxy

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"

	"version-manager/internal/proxy/message"
)

// maxRequestIDBytes is the length up to which a client's own request ID is kept.
const maxRequestIDBytes = 128

// appendForwarding names the client of the request. It names one client,
// never a list, so that an app that takes the first entry and one that takes
// the last get the same.
func (c *clientInfo) appendForwarding(b []byte, r *http.Request) []byte {
	b = message.AppendField(b, "X-Forwarded-For", c.name)
	b = message.AppendField(b, "X-Forwarded-Host", c.host)
	b = message.AppendField(b, "X-Forwarded-Proto", c.proto)
	if c.name != unknownClient {
		b = message.AppendField(b, "X-Real-Ip", c.name)
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

// appendRequestID keeps the client's own request ID if it is safe to log, or
// makes a new one.
func appendRequestID(b []byte, given []string) []byte {
	if len(given) == 1 && given[0] != "" && len(given[0]) <= maxRequestIDBytes && message.IsVisibleASCII(given[0]) {
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
