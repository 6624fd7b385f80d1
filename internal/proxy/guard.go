package proxy

import (
	"crypto/subtle"
	"net/http"
	"path"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/wire"
)

// isProbe reports whether a request is our own probe's.
func (r *ruleSet) isProbe(h http.Header) bool { return showsSecret(h[wire.HeaderProbe], r.Secret) }

// showsSecret reports whether a header contains a secret, in constant time.
func showsSecret(values []string, secret string) bool {
	return secret != "" && len(values) == 1 && subtle.ConstantTimeCompare([]byte(values[0]), []byte(secret)) == 1
}

// forbiddenStatus returns the status with which to refuse a request for
// something that its client may not have, or 0.
func (r *ruleSet) forbiddenStatus(req *http.Request, from *clientInfo) int {
	if !r.asksForPreview(req) || from.probe || showsSecret(req.Header[wire.HeaderPreview], r.PreviewSecret) {
		return 0
	}
	if !r.Guarded && from.addr.IsLoopback() {
		return 0
	}
	return http.StatusForbidden
}

// asksForPreview reports whether a request asks for a color other than the
// active one.
func (r *ruleSet) asksForPreview(req *http.Request) bool {
	if r.Marked && req.Header[wire.HeaderRoute] != nil {
		return true
	}
	if r.Preview == "" {
		return false
	}
	name := trimPort(req.Host)
	_, rest, _ := strings.Cut(name, ".")
	return strings.EqualFold(name, r.Preview) || strings.EqualFold(rest, r.Preview)
}

// SetPrivatePaths sets the paths of color c that are not for the public, with
// everything below them. They are answered 404.
func (p *Proxy) SetPrivatePaths(c color.Color, paths []string) {
	if s := p.stateOf(c); s != nil {
		s.private.Store(&paths)
	}
}

// isPrivatePath reports whether a path is private, however it is written: apps
// differ in which spellings they treat as equal.
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

// normalizedPath returns a path without what some apps ignore: parameters of
// segments, dots, doubled slashes, and backslashes.
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
