package proxy

import (
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// allowedMethods is what a 405 tells. Methods that nobody has heard of are the app's
// concern; only these two are ours.
const allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

// refusalStatus returns the status with which to refuse a request, or 0. Both
// protocols go through it: what HTTP/2 allows in a field may have another
// meaning in the HTTP/1.1 that an instance gets. net/http's server has checked
// some of it, in one protocol more than in the other.
func (p *Proxy) refusalStatus(r *http.Request) int {
	switch r.Method {
	case http.MethodConnect:
		return http.StatusNotImplemented
	case http.MethodTrace, "TRACK":
		return http.StatusMethodNotAllowed
	}
	if !isToken([]byte(r.Method)) || !validTarget(r) || !validHost(r.Host) || !p.validFields(r.Header) || !validLength(r) || claimsPlaintext(r) {
		return http.StatusBadRequest
	}
	if _, expects := r.Header["Expect"]; expects && !expectsContinue(r) && r.ProtoAtLeast(1, 1) {
		return http.StatusExpectationFailed
	}
	return 0
}

// sendRefusal answers a request that was refused. What follows a malformed one on
// the same connection is not believed.
func (p *Proxy) sendRefusal(w http.ResponseWriter, r *http.Request, status int) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allowedMethods)
	}
	if r.ProtoMajor == 1 && status == http.StatusBadRequest {
		w.Header().Set("Connection", "close")
	}
	p.sendErrorPage(w, r, status, hasBody(r))
}

// validTarget reports whether the request target has one meaning.
func validTarget(r *http.Request) bool {
	target := r.RequestURI
	switch {
	case !isPrintable(target) || strings.Contains(target, "#"):
		return false
	case target == "*":
		return r.Method == http.MethodOptions
	case strings.HasPrefix(target, "/"):
		return true
	}
	return r.ProtoMajor == 1 && isAbsoluteForm(r.URL)
}

// isAbsoluteForm reports whether u is a target as clients send it to a proxy.
func isAbsoluteForm(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// validHost reports whether host is a name or an address, with or without a
// port. Empty is legal where no host is required.
func validHost(host string) bool {
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
		if name == "" || !validPort(port) {
			return false
		}
	}
	if inner, found := strings.CutPrefix(name, "["); found {
		inner, found = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return found && err == nil && addr.Is6() && addr.Zone() == ""
	}
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && strings.IndexByte("-._~%!$&'()*+,;=", c) < 0 {
			return false
		}
	}
	return true
}

// validPort accepts what can be a port; empty means the scheme's own.
func validPort(port string) bool {
	if port == "" {
		return true
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// validFields reports whether every name is a token, and every value text
// without a space around it. An underscore in a name is refused as well unless
// it is allowed: CGI and what follows its rules give X_A and X-A to the app as
// the same variable, so that a client could overwrite what a proxy says.
func (p *Proxy) validFields(h http.Header) bool {
	for name, values := range h {
		if !isToken([]byte(name)) || (!p.rules.Load().Underscores && strings.IndexByte(name, '_') >= 0) || imitatesHeader(name, h) {
			return false
		}
		for _, v := range values {
			if !isFieldValue([]byte(v)) || strings.Trim(v, " \t") != v {
				return false
			}
		}
	}
	return true
}

// imitatesHeader reports whether a name looks like another one to what turns every sign
// in it into an underscore, as some servers do for CGI: X.Forwarded.For is then
// X-Forwarded-For. Other names with unusual signs harm nobody.
func imitatesHeader(name string, h http.Header) bool {
	if !strings.ContainsFunc(name, isUnusualSign) {
		return false
	}
	plain := http.CanonicalHeaderKey(strings.Map(func(r rune) rune {
		if isUnusualSign(r) {
			return '-'
		}
		return r
	}, name))
	return h[plain] != nil || isHopByHop(plain) || new(clientInfo).replacesHeader(plain)
}

// isUnusualSign reports whether a sign in a header name is none of those that nearly
// all names are made of. Underscores have a rule of their own.
func isUnusualSign(r rune) bool { return r != '-' && r != '_' && !isAlphanumeric(byte(r)) }

// validLength reports whether Content-Length and, in HTTP/2, Host say once and
// clearly what net/http has understood.
func validLength(r *http.Request) bool {
	if r.ProtoMajor == 2 && !sameHost(r.Header["Host"], r.Host) {
		return false
	}
	lengths := r.Header["Content-Length"]
	if len(lengths) == 0 {
		return true
	}
	if len(lengths) > 1 || !isDecimal(lengths[0]) {
		return false
	}
	n, err := strconv.ParseUint(lengths[0], 10, 63)
	return err == nil && (int64(n) == r.ContentLength || r.ContentLength < 0 && r.ProtoMajor == 1)
}

func isDecimal(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// sameHost reports whether the header Host, which HTTP/2 can do without, names
// what the pseudo-header field names.
func sameHost(header []string, host string) bool {
	return len(header) == 0 || len(header) == 1 && strings.EqualFold(header[0], host)
}

// claimsPlaintext reports whether a request came over TLS and says that it did not.
// net/http believes it.
func claimsPlaintext(r *http.Request) bool { return r.TLS == nil && isEncrypted(r) }
