// Package message knows HTTP messages as they stand on the wire.
//
// It decides which requests are refused as malformed or ambiguous
// ([RefusalStatus]), writes the framing of a request to an instance
// ([AppendFraming], [FrameChunk]), and reads the head of a response
// ([ReadResponseHead]). It is strict: whatever two readers could understand in
// two ways is refused. It opens no connection and keeps no state.
package message

import (
	"net/http"
	"strconv"
	"strings"
)

// IsOriginForm reports whether target is a path, or the star of OPTIONS.
func IsOriginForm(target string) bool { return strings.HasPrefix(target, "/") || target == "*" }

// AppendField appends one header line.
func AppendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// AppendFraming appends the fields that say how the body of r ends and whether
// another protocol follows.
func AppendFraming(b []byte, r *http.Request) []byte {
	if protocol := UpgradeProtocol(r); protocol != "" {
		b = AppendField(b, "Connection", "Upgrade")
		return AppendField(b, "Upgrade", protocol)
	}
	if !HasBody(r) {
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
			b = AppendField(b, "Content-Length", "0")
		}
		return b
	}
	if r.ContentLength > 0 {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, r.ContentLength, 10)
		return append(b, "\r\n"...)
	}
	for name := range r.Trailer {
		b = AppendField(b, "Trailer", name)
	}
	return AppendField(b, "Transfer-Encoding", "chunked")
}

// HasBody reports whether r has a body that is not empty, as far as its head
// tells.
func HasBody(r *http.Request) bool {
	return r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
}

// UpgradeProtocol returns the protocol that the client wants to change to, if
// that is possible: over HTTP/1.1 and without a body. It never returns h2c:
// requests would pass through such a tunnel unseen and stay on one color.
func UpgradeProtocol(r *http.Request) string {
	if r.Header["Upgrade"] == nil || r.ProtoMajor != 1 || r.ProtoMinor != 1 || HasBody(r) || !ListsToken(r.Header["Connection"], "upgrade") {
		return ""
	}
	protocol := r.Header.Get("Upgrade")
	if ListsToken([]string{protocol}, "h2c") {
		return ""
	}
	return protocol
}

// ExpectsContinue reports whether the client waits for a 100 before it sends
// the body.
func ExpectsContinue(r *http.Request) bool {
	return r.ProtoAtLeast(1, 1) && strings.EqualFold(r.Header.Get("Expect"), "100-continue")
}
