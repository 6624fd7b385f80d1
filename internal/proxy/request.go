package proxy

import (
	"errors"
	"net/http"
	"strings"

	"version-manager/internal/proxy/message"
	"version-manager/internal/wire"
)

var errTarget = errors.New("request target or host cannot be passed on")

// appendRequestHead appends the head of r, which was not refused, as it goes to
// an instance.
func appendRequestHead(b []byte, r *http.Request, from *clientInfo) ([]byte, error) {
	target := r.RequestURI
	if !message.IsOriginForm(target) {
		target = r.URL.RequestURI()
	}
	if !message.IsOriginForm(target) || !message.IsPrintable(target) { // of an absolute target
		return b, errTarget
	}
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = message.AppendField(b, "Host", r.Host)
	b = appendEndToEndFields(b, r, from)
	b = from.appendForwarding(b, r)
	if from.probe {
		b = message.AppendField(b, wire.HeaderProbe, wire.ProbeAccepted)
	}
	b = message.AppendFraming(b, r)
	return append(b, "\r\n"...), nil
}

// appendEndToEndFields appends the header without what concerns only the
// connection to the client and without what the ingress itself says.
func appendEndToEndFields(b []byte, r *http.Request, from *clientInfo) []byte {
	hop := r.Header["Connection"]
	for name, values := range r.Header {
		if message.IsHopByHop(name) || message.IsReplaced(name, from.trusted) || (hop != nil && message.ListsToken(hop, name)) {
			continue
		}
		if name == "Cookie" && len(values) > 1 { // as HTTP/2 says, and as most apps expect
			values = []string{strings.Join(values, "; ")}
		}
		for _, v := range values {
			b = message.AppendField(b, name, v)
		}
	}
	if message.ListsToken(r.Header["Te"], "trailers") {
		b = message.AppendField(b, "Te", "trailers")
	}
	return b
}
