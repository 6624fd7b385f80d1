package message

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// withBody is a request with a body of that length; -1: not known.
func withBody(method string, length int64) *http.Request {
	r := plainRequest()
	r.Method, r.ContentLength, r.Body = method, length, io.NopCloser(strings.NewReader("x"))
	return r
}

func TestAppendFraming(t *testing.T) {
	upgrade := plainRequest()
	upgrade.Header = http.Header{"Upgrade": {"websocket"}, "Connection": {"keep-alive, Upgrade"}}
	trailers := withBody("POST", -1)
	trailers.Trailer = http.Header{"X-T": nil}
	bodiless := func(method string) *http.Request { r := plainRequest(); r.Method = method; return r }
	for name, tt := range map[string]struct {
		r    *http.Request
		want string
	}{
		"GET without a body":     {bodiless("GET"), ""},
		"DELETE without a body":  {bodiless("DELETE"), ""},
		"POST without a body":    {bodiless("POST"), "Content-Length: 0\r\n"},
		"PUT without a body":     {bodiless("PUT"), "Content-Length: 0\r\n"},
		"PATCH without a body":   {bodiless("PATCH"), "Content-Length: 0\r\n"},
		"POST with an empty one": {withBody("POST", 0), "Content-Length: 0\r\n"},
		"one byte":               {withBody("POST", 1), "Content-Length: 1\r\n"},
		"unknown length":         {withBody("GET", -1), "Transfer-Encoding: chunked\r\n"},
		"trailers":               {trailers, "Trailer: X-T\r\nTransfer-Encoding: chunked\r\n"},
		"upgrade":                {upgrade, "Connection: Upgrade\r\nUpgrade: websocket\r\n"},
	} {
		if got := string(AppendFraming(nil, tt.r)); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestUpgradeProtocol(t *testing.T) {
	for _, tt := range []struct {
		name, upgrade, connection string
		change                    func(*http.Request)
		want                      string
	}{
		{"websocket", "websocket", "Upgrade", nil, "websocket"},
		{"in a list", "websocket", "close, upgrade", nil, "websocket"},
		{"another protocol", "x/1", "Upgrade", nil, "x/1"},
		{"not in Connection", "websocket", "close", nil, ""},
		{"part of a word", "websocket", "upgrades", nil, ""},
		{"h2c", "h2c", "Upgrade", nil, ""},
		{"h2c in a list", "websocket, H2C", "Upgrade", nil, ""},
		{"HTTP/1.0", "websocket", "Upgrade", func(r *http.Request) { r.ProtoMinor = 0 }, ""},
		{"HTTP/2", "websocket", "Upgrade", func(r *http.Request) { r.ProtoMajor, r.ProtoMinor = 2, 0 }, ""},
		{"HTTP/2.1", "websocket", "Upgrade", func(r *http.Request) { r.ProtoMajor = 2 }, ""},
		{"with a body", "websocket", "Upgrade", func(r *http.Request) { r.ContentLength, r.Body = 1, io.NopCloser(strings.NewReader("x")) }, ""},
		{"no Upgrade", "", "Upgrade", func(r *http.Request) { r.Header.Del("Upgrade") }, ""},
	} {
		r := plainRequest()
		r.Header = http.Header{"Upgrade": {tt.upgrade}, "Connection": {tt.connection}}
		if tt.change != nil {
			tt.change(r)
		}
		if got := UpgradeProtocol(r); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestHasBody(t *testing.T) {
	none := plainRequest()
	none.Body = nil
	none.ContentLength = 1
	for name, tt := range map[string]struct {
		r    *http.Request
		want bool
	}{
		"one byte": {withBody("GET", 1), true}, "unknown length": {withBody("GET", -1), true}, "empty": {withBody("GET", 0), false},
		"NoBody": {plainRequest(), false}, "no reader": {none, false},
	} {
		if got := HasBody(tt.r); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestOriginForm(t *testing.T) {
	for target, want := range map[string]bool{"/": true, "/a": true, "*": true, "": false, "a": false, "*a": false, "http://a/": false} {
		if got := IsOriginForm(target); got != want {
			t.Errorf("%q: %t", target, got)
		}
	}
}

func TestCharacterClasses(t *testing.T) {
	for s, want := range map[string]struct{ printable, visible bool }{
		"":     {true, true},
		"!":    {true, true},
		"~":    {true, true},
		"\x80": {true, false},
		"\xff": {true, false},
		" ":    {false, false},
		"a b":  {false, false},
		"\x1f": {false, false},
		"\x7f": {false, false},
	} {
		if got := IsPrintable(s); got != want.printable {
			t.Errorf("printable %q: %t", s, got)
		}
		if got := IsVisibleASCII(s); got != want.visible {
			t.Errorf("visible %q: %t", s, got)
		}
	}
}

// TestHeaderNames names every header that an app must not get from a client.
// A header that is removed from the code has to be removed here too.
func TestHeaderNames(t *testing.T) {
	hop := "Connection Keep-Alive Proxy-Connection Proxy-Authenticate Proxy-Authorization Te Trailer Transfer-Encoding Upgrade Http2-Settings Content-Length Expect Host"
	replaced := "Version-Manager-Probe Version-Manager-Preview Version-Manager-Route Version-Manager-Color Version-Manager-Version " +
		"Proxy Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Real-Ip X-Request-Id"
	claims := "True-Client-Ip Cf-Connecting-Ip Cf-Connecting-Ipv6 Fastly-Client-Ip Fly-Client-Ip X-Client-Ip X-Cluster-Client-Ip X-Azure-Clientip " +
		"X-Envoy-External-Address X-Original-Forwarded-For X-Original-Host X-Remote-Addr X-Remote-Ip Client-Ip Cluster-Client-Ip Forwarded-For " +
		"Forwarded-For-Ip X-Forwarded X-Originating-Ip Proxy-Client-Ip Wl-Proxy-Client-Ip X-Proxyuser-Ip Cdn-Src-Ip Ali-Cdn-Real-Ip Do-Connecting-Ip " +
		"Incap-Client-Ip X-Sucuri-Clientip X-Appengine-User-Ip X-Nf-Client-Connection-Ip X-Vercel-Forwarded-For X-Host X-Scheme X-Url-Scheme " +
		"Front-End-Https X-Original-Url X-Original-Uri X-Rewrite-Url X-Forwarded-Anything"
	for _, name := range strings.Fields(hop) {
		if !IsHopByHop(name) || isAllowedInTrailer(name) {
			t.Errorf("%s is not hop-by-hop", name)
		}
	}
	for _, name := range strings.Fields(replaced) {
		if !IsReplaced(name, true) || !IsReplaced(name, false) || isAllowedInTrailer(name) {
			t.Errorf("%s is not replaced", name)
		}
	}
	for _, name := range strings.Fields(claims) {
		if !IsForwardingClaim(name) || IsReplaced(name, true) || !IsReplaced(name, false) || isAllowedInTrailer(name) {
			t.Errorf("%s is not a forwarding claim", name)
		}
	}
	for _, name := range []string{"X-A", "Accept", "Cookie", "Via", "X-Forwarde"} {
		if IsHopByHop(name) || IsReplaced(name, false) || IsForwardingClaim(name) {
			t.Errorf("%s is not passed on", name)
		}
	}
}

func TestTrailerNames(t *testing.T) {
	refused := "Authorization Cookie Set-Cookie Content-Encoding Content-Type Content-Range Cache-Control Max-Forwards Range If-Match If-None-Match " +
		"If-Modified-Since If-Unmodified-Since If-Range Location X-Real-Ip X_A _a"
	for _, name := range strings.Fields(refused) {
		if isAllowedInTrailer(name) {
			t.Errorf("%s may be a trailer", name)
		}
	}
	for _, name := range []string{"X-Checksum", "Etag", "Server-Timing"} {
		if !isAllowedInTrailer(name) {
			t.Errorf("%s may not be a trailer", name)
		}
	}
}

func TestAppendLastChunk(t *testing.T) {
	got := string(AppendLastChunk([]byte("x"), http.Header{"X-A": {"1", "2"}, "Content-Length": {"3"}, "X-Forwarded-For": {"4"}}))
	if want := "x0\r\nX-A: 1\r\nX-A: 2\r\n\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestValidTrailers(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"X-A", "b", true}, {"X-A", "a\tb", true}, {"X-A", "a\nb", false}, {"X A", "b", false}, {"", "b", false},
	} {
		if got := ValidTrailers(http.Header{tt.name: {"fine", tt.value}}); got != tt.want {
			t.Errorf("%q: %q: %t", tt.name, tt.value, got)
		}
	}
	if !ValidTrailers(nil) {
		t.Error("no trailers")
	}
}

func TestListsToken(t *testing.T) {
	for _, tt := range []struct {
		lists []string
		want  bool
	}{
		{nil, false}, {[]string{"a"}, true}, {[]string{"A"}, true}, {[]string{"b, a"}, true}, {[]string{"b", " a\t"}, true}, {[]string{"ab"}, false}, {[]string{"b;a"}, false},
	} {
		if got := ListsToken(tt.lists, "a"); got != tt.want {
			t.Errorf("%q: %t", tt.lists, got)
		}
	}
}
