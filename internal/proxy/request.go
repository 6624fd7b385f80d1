package proxy

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The headers that reveal to our probe who answered.
const (
	colorHeader   = "Version-Manager-Color"
	versionHeader = "Version-Manager-Version"
)

var errTarget = errors.New("request target or host cannot be passed on")

// appendRequestHead appends the head of r, which refuse has let through, as it goes
// to an instance.
func appendRequestHead(b []byte, r *http.Request, from *clientInfo) ([]byte, error) {
	target := r.RequestURI
	if !isOriginForm(target) {
		target = r.URL.RequestURI()
	}
	if !isOriginForm(target) || !isPrintable(target) { // of an absolute target
		return b, errTarget
	}
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", r.Host)
	b = appendEndToEndFields(b, r, from)
	b = from.appendForwarding(b, r)
	if from.probe {
		b = appendField(b, probeHeader, "1")
	}
	b = appendFraming(b, r)
	return append(b, "\r\n"...), nil
}

// isOriginForm reports whether target is a path, or the star of OPTIONS.
func isOriginForm(target string) bool { return strings.HasPrefix(target, "/") || target == "*" }

// appendEndToEndFields appends the header without what concerns only the connection
// to the client and without what the ingress itself says.
func appendEndToEndFields(b []byte, r *http.Request, from *clientInfo) []byte {
	hop := r.Header["Connection"]
	for name, values := range r.Header {
		if isHopByHop(name) || from.replacesHeader(name) || (hop != nil && listsToken(hop, name)) {
			continue
		}
		if name == "Cookie" && len(values) > 1 { // as HTTP/2 says, and as most apps expect
			values = []string{strings.Join(values, "; ")}
		}
		for _, v := range values {
			b = appendField(b, name, v)
		}
	}
	if listsToken(r.Header["Te"], "trailers") {
		b = appendField(b, "Te", "trailers")
	}
	return b
}

// appendFraming says how the body ends and whether another protocol follows.
func appendFraming(b []byte, r *http.Request) []byte {
	if proto := upgradeProtocol(r); proto != "" {
		b = appendField(b, "Connection", "Upgrade")
		return appendField(b, "Upgrade", proto)
	}
	if !hasBody(r) {
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
			b = appendField(b, "Content-Length", "0")
		}
		return b
	}
	if r.ContentLength > 0 {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, r.ContentLength, 10)
		return append(b, "\r\n"...)
	}
	for name := range r.Trailer {
		b = appendField(b, "Trailer", name)
	}
	return appendField(b, "Transfer-Encoding", "chunked")
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// isHopByHop reports whether a header belongs to one connection only or is
// written by appendFraming.
func isHopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Content-Length", "Expect", "Host":
		return true
	}
	return false
}

// listsToken reports whether one of the comma separated lists names token.
func listsToken(lists []string, token string) bool {
	return slices.ContainsFunc(lists, func(list string) bool {
		for item := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
		return false
	})
}

func hasBody(r *http.Request) bool {
	return r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
}

// upgradeProtocol is the protocol that the client wants to change to, if that can be
// done: over HTTP/1.1 and without a body. Never to h2c, through which requests
// would pass unseen and stay on one color for ever.
func upgradeProtocol(r *http.Request) string {
	if r.Header["Upgrade"] == nil || r.ProtoMajor != 1 || r.ProtoMinor != 1 || hasBody(r) || !listsToken(r.Header["Connection"], "upgrade") {
		return ""
	}
	proto := r.Header.Get("Upgrade")
	if listsToken([]string{proto}, "h2c") {
		return ""
	}
	return proto
}

// isPrintable reports whether s can stand in a request line: no space, no
// control character.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func expectsContinue(r *http.Request) bool {
	return r.ProtoAtLeast(1, 1) && strings.EqualFold(r.Header.Get("Expect"), "100-continue")
}
