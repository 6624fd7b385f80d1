package proxy

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/proxytest"
)

// startStrict starts the real server in front of an upstream that finds every fault.
func startStrict(t testing.TB, o Options) (*proxytest.Upstream, string) {
	t.Helper()
	up, err := proxytest.StartUpstream()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(up.Close)
	return up, startServer(t, newBlueProxy(t, o, up.Addr()), httpserver.Options{})
}

// headerFields is a complete request whose field name, or pseudo-header field, is
// value instead.
func headerFields(name, value string) []hpack.HeaderField {
	list := proxytest.HeaderFields(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	for i := range list {
		if list[i].Name == name {
			list[i].Value = value
			return list
		}
	}
	return append(list, hpack.HeaderField{Name: name, Value: value})
}

// Each field of HTTP/2 that could become something else in HTTP/1.1.
func TestFieldsOfHTTP2(t *testing.T) {
	up, u := startStrict(t, Options{})
	addr := strings.TrimPrefix(u, "http://")
	for _, tt := range []struct{ name, value, want string }{
		{":method", "GET", "200"},
		{":method", "PURGE", "200"},
		{":method", "GET /admin HTTP/1.1", "400"},
		{":method", "GET\r\nA: b", "reset PROTOCOL_ERROR"},
		{":method", "G\tT", "400"},
		{":method", "G\x00T", "reset PROTOCOL_ERROR"},
		{":method", "TRACE", "405"},
		{":method", "TRACK", "405"},
		{":path", "/a?b=%20", "200"},
		{":path", "/a HTTP/1.1\r\nA: b", "reset PROTOCOL_ERROR"},
		{":path", "/a b", "400"},
		{":path", "/a#b", "400"},
		{":path", "*", "400"},
		{":path", "http://b/", "400"},
		{":path", "a", "reset PROTOCOL_ERROR"},
		{":authority", "a:80", "200"},
		{":authority", "[::1]:80", "200"},
		{":authority", "a b", "400"},
		{":authority", "a\r\nX: y", "reset PROTOCOL_ERROR"},
		{":authority", "a/b", "400"},
		{":authority", "u@a", "reset PROTOCOL_ERROR"},
		{":authority", `a"b`, "400"},
		{":authority", "a:b", "400"},
		{":authority", "a:99999", "400"},
		{":authority", "[::1", "400"},
		{":scheme", "https", "200"},
		{":scheme", "ftp", "reset PROTOCOL_ERROR"},
		{"host", "a", "200"},
		{"host", "b", "400"},
		{"x-a", "b", "200"},
		{"x-a", " b", "400"},
		{"x-a", "b\t", "400"},
		{"x_a", "b", "400"},
		{"x.a", "b", "200"},
		{"x-amz-meta-a.b", "c", "200"},
		{"x.forwarded.for", "127.0.0.1", "400"},
		{"x-forwarded!for", "127.0.0.1", "400"},
		{"content.length", "5", "400"},
		{"version.manager.probe", "1", "400"},
		{"content-length", "0", "200"},
		{"content-length", "5", "400"},
		{"content-length", "+0", "400"},
		{"content-length", "", "400"},
		{"expect", "magic", "417"},
		{"te", "trailers", "200"},
		{"te", "gzip", "400"},
		{"transfer-encoding", "chunked", "400"},
		{"connection", "close", "400"},
	} {
		got, err := proxytest.Stream{Fields: headerFields(tt.name, tt.value)}.SendTo(addr)
		if got != tt.want || err != nil {
			t.Errorf("%s %q: %s, %v, want %s", tt.name, tt.value, got, err, tt.want)
		}
	}
	if _, err := up.TakeRequests(); err != nil {
		t.Error(err)
	}
}

// The same in HTTP/1, as far as net/http lets it come.
func TestFieldsOfHTTP1(t *testing.T) {
	up, u := startStrict(t, Options{})
	for request, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: a\r\n":                                        200,
		"GET /a%20?b#c HTTP/1.1\r\nHost: a\r\n":                                400,
		"GET * HTTP/1.1\r\nHost: a\r\n":                                        400,
		"GET http://a/ HTTP/1.1\r\nHost: a\r\n":                                200,
		"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n":                                 400,
		"GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n":                            400,
		"GET a HTTP/1.1\r\nHost: a\r\n":                                        400,
		"TRACE / HTTP/1.1\r\nHost: a\r\n":                                      405,
		"TRACK / HTTP/1.1\r\nHost: a\r\n":                                      405,
		"GET / HTTP/1.1\r\nHost: a\r\nX_A: b\r\n":                              400,
		"GET / HTTP/1.1\r\nHost: a\r\nX-User: b\r\nX.User: c\r\n":              400,
		"GET / HTTP/1.1\r\nHost: a\r\nX.User: c\r\n":                           200,
		"GET / HTTP/1.1\r\nHost: a:b\r\n":                                      400,
		"GET / HTTP/1.1\r\nHost: a\r\nCookie: b=1\r\nCookie: c=2\r\n":          200,
		"GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n":                       417,
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-A: \xc3\xa4\r\n": 200,
	} {
		c, br := dialRaw(t, u)
		sendText(t, c, request+"\r\n")
		res := readResponse(t, br, strings.Fields(request)[0])
		if res.StatusCode != want {
			t.Errorf("%q: status %d, want %d", request, res.StatusCode, want)
		}
		if allow := res.Header.Get("Allow"); (allow != "") != (want == http.StatusMethodNotAllowed) {
			t.Errorf("%q: Allow %q", request, allow)
		}
	}
	if _, err := up.TakeRequests(); err != nil {
		t.Error(err)
	}
}

func TestMalformedBodyGets400(t *testing.T) {
	up, u := startStrict(t, Options{})
	for _, chunks := range []string{
		"x\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc0\r\n\r\n",
		"ffffffffffffffffff\r\nabc\r\n", "\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\nA b\r\n\r\n", "3;" + strings.Repeat("x", 1<<17) + "\r\nabc\r\n0\r\n\r\n",
	} {
		c, br := dialRaw(t, u)
		_, _ = c.Write([]byte("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n" + chunks))
		if res := readResponse(t, br, "POST"); res.StatusCode != http.StatusBadRequest || !res.Close {
			t.Errorf("%.40q: status %d, close %v", chunks, res.StatusCode, res.Close)
		}
	}
	if all, err := up.TakeRequests(); len(all) > 0 || err != nil {
		t.Errorf("passed on as complete: %v, %v", all, err)
	}
}

func TestUnderscoresCanBeAllowed(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Underscores: true}}, startBackend(t, requestHeaders))
	u := startServer(t, p, httpserver.Options{})
	c, br := dialRaw(t, u)
	sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\nX_A: b\r\n\r\n")
	if got := readBody(t, readResponse(t, br, "GET")); !strings.Contains(got, "X_a: b") {
		t.Errorf("arrived: %q", got)
	}
}

// FuzzHTTP2: whatever a field of HTTP/2 contains, an instance gets one request
// that means the same, or none.
func FuzzHTTP2(f *testing.F) {
	f.Add("GET /admin HTTP/1.1", "/", "a", "http", "x-a", "b", "", "")
	f.Add("POST", "/a b", "a\r\nX: y", "https", "content-length", "3", "abc", "x-t")
	f.Add("PUT", "/\r\n\r\nGET /b HTTP/1.1", "[::1]:1", "http", "cookie", "a=b", "0\r\n\r\n", "content-length")
	f.Add("GET", "//b/c", "a:80", "http", "host", "a", "", "")
	f.Add("OPTIONS", "*", "", "http", "te", "trailers", "x", "host")
	up, u := startStrict(f, Options{})
	addr := strings.TrimPrefix(u, "http://")
	f.Fuzz(func(t *testing.T, method, path, authority, scheme, name, value, body, trailer string) {
		s := proxytest.Stream{Fields: proxytest.HeaderFields(":method", method, ":scheme", scheme, ":authority", authority, ":path", path, name, value)}
		if body != "" {
			s.Data = []string{body}
		}
		if trailer != "" {
			s.Trailers = proxytest.HeaderFields(trailer, value)
		}
		got, err := s.SendTo(addr)
		if err != nil {
			t.Fatalf("%+v: %s, %v", s, got, err)
		}
		all, err := up.TakeRequests()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Method != method || r.Target != path || r.Body != body || (authority != "" && r.FieldValues("Host")[0] != authority) {
				t.Errorf("%+v became %v", s, r)
			}
		}
		if n := len(all); n > 1 || n == 0 && got == "200" && path != "*" {
			t.Errorf("%+v became %d requests, and %s", s, n, got)
		}
	})
}
