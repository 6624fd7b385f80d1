package proxy

import (
	"crypto/subtle"
	"net/http"
	"path"
	"strings"

	"version-manager/internal/color"
)

// Headers that only the ingress understands. None of them reaches an app but
// the first, which then says that the request is our own probe's.
const (
	probeHeader   = "Version-Manager-Probe"
	previewHeader = "Version-Manager-Preview" // what people send who may see the preview
	routeHeader   = "Version-Manager-Route"   // what a gateway says; see Rules.Marked
)

// isProbe reports whether a request is our own probe's.
func (r *ruleSet) isProbe(h http.Header) bool { return showsSecret(h[probeHeader], r.Secret) }

// showsSecret reports whether somebody has shown a secret. How long it takes says
// nothing about the secret.
func showsSecret(values []string, secret string) bool {
	return secret != "" && len(values) == 1 && subtle.ConstantTimeCompare([]byte(values[0]), []byte(secret)) == 1
}

// forbiddenStatus returns the status with which a request is refused that asks for what
// is not its client's, or 0.
func (r *ruleSet) forbiddenStatus(req *http.Request, from *clientInfo) int {
	if !r.asksForPreview(req) || from.probe || showsSecret(req.Header[previewHeader], r.PreviewSecret) {
		return 0
	}
	if !r.Guarded && from.addr.IsLoopback() {
		return 0
	}
	return http.StatusForbidden
}

// asksForPreview reports whether a request asks for another color than the active one.
func (r *ruleSet) asksForPreview(req *http.Request) bool {
	if r.Marked && req.Header[routeHeader] != nil {
		return true
	}
	if r.Preview == "" {
		return false
	}
	name := trimPort(req.Host)
	_, rest, _ := strings.Cut(name, ".")
	return strings.EqualFold(name, r.Preview) || strings.EqualFold(rest, r.Preview)
}

// SetPrivatePaths says which paths of color c, with everything below them, are not
// for the public. They are answered 404.
func (p *Proxy) SetPrivatePaths(c color.Color, paths []string) {
	if s := p.stateOf(c); s != nil {
		s.private.Store(&paths)
	}
}

// isPrivatePath reports whether a path is private, however it is written: apps
// differ in what they take for the same.
func (s *colorState) isPrivatePath(asked string) bool {
	private := s.private.Load()
	if private == nil || len(*private) == 0 {
		return false
	}
	asked = normalizedPath(asked)
	for _, p := range *private {
		if p = normalizedPath(p); strings.EqualFold(asked, p) || len(asked) > len(p) && strings.EqualFold(asked[:len(p)], p) && asked[len(p)] == '/' {
			return true
		}
	}
	return false
}

// normalizedPath is a path without what some apps overlook: parameters of segments,
// dots and doubled slashes, backslashes.
func normalizedPath(p string) string {
	if strings.ContainsAny(p, `;\`) {
		segments := strings.Split(strings.ReplaceAll(p, `\`, "/"), "/")
		for i, s := range segments {
			segments[i], _, _ = strings.Cut(s, ";")
		}
		p = strings.Join(segments, "/")
	}
	return path.Clean("/" + p)
}
