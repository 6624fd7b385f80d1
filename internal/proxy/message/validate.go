package message

import (
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Checks say what [RefusalStatus] has to know besides the request.
type Checks struct {
	Underscores bool // header names may contain underscores
	FalseScheme bool // the request came over TLS and says that it did not; net/http believes it
}

// RefusalStatus returns the status with which to refuse a request, or 0.
//
// Requests of both protocols pass through it: a field that is fine in HTTP/2
// may mean something else in the HTTP/1.1 that an instance gets. The server of
// net/http has checked some of this, more in one protocol than in the other.
func RefusalStatus(r *http.Request, c Checks) int {
	switch r.Method {
	case http.MethodConnect:
		return http.StatusNotImplemented
	case http.MethodTrace, "TRACK":
		return http.StatusMethodNotAllowed
	}
	if !isToken([]byte(r.Method)) || !validTarget(r) || !validHost(r.Host) || !validFields(r.Header, c.Underscores) || !validLength(r) || c.FalseScheme {
		return http.StatusBadRequest
	}
	if _, expects := r.Header["Expect"]; expects && !ExpectsContinue(r) && r.ProtoAtLeast(1, 1) {
		return http.StatusExpectationFailed
	}
	return 0
}

// validTarget reports whether the request target has one meaning.
func validTarget(r *http.Request) bool {
	target := r.RequestURI
	switch {
	case !IsPrintable(target) || strings.Contains(target, "#"):
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
// port. An empty host is legal where none is required.
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

// validPort accepts a port number. Empty means the scheme's default.
func validPort(port string) bool {
	if port == "" {
		return true
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return err == nil
}

// validFields reports whether every name is a token and every value is text
// without spaces around it.
//
// A name with an underscore is refused unless underscores are allowed: CGI and
// its descendants pass X_A and X-A to the app as the same variable, so a client
// could overwrite what a proxy says.
func validFields(h http.Header, underscores bool) bool {
	for name, values := range h {
		if !isToken([]byte(name)) || (!underscores && strings.IndexByte(name, '_') >= 0) || imitatesHeader(name, h) {
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

// imitatesHeader reports whether a name looks like another one to a server that
// turns all punctuation into underscores, as some do for CGI: X.Forwarded.For
// becomes X-Forwarded-For. Other names with unusual characters are harmless.
func imitatesHeader(name string, h http.Header) bool {
	if !strings.ContainsFunc(name, isUnusualInName) {
		return false
	}
	plain := http.CanonicalHeaderKey(strings.Map(func(r rune) rune {
		if isUnusualInName(r) {
			return '-'
		}
		return r
	}, name))
	return h[plain] != nil || IsHopByHop(plain) || IsReplaced(plain, false)
}

// isUnusualInName reports whether a character is one that hardly any header
// name contains. Underscores have a rule of their own.
func isUnusualInName(r rune) bool { return r != '-' && r != '_' && !isAlphanumeric(byte(r)) }

// validLength reports whether Content-Length and, in HTTP/2, Host state once
// and clearly what net/http has understood.
func validLength(r *http.Request) bool {
	if r.ProtoMajor == 2 && !sameHost(r.Header["Host"], r.Host) {
		return false
	}
	lengths := r.Header["Content-Length"]
	if len(lengths) == 0 {
		return true
	}
	if len(lengths) > 1 {
		return false
	}
	n, err := strconv.ParseUint(lengths[0], 10, 63) // accepts digits only
	return err == nil && (int64(n) == r.ContentLength || r.ContentLength < 0 && r.ProtoMajor == 1)
}

// sameHost reports whether the header Host, which is optional in HTTP/2, names
// the same host as the pseudo-header field.
func sameHost(header []string, host string) bool {
	return len(header) == 0 || len(header) == 1 && strings.EqualFold(header[0], host)
}
