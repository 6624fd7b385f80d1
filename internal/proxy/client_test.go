package proxy

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestIdentifyClient: who a request is from, by its peer and by what it says.
func TestIdentifyClient(t *testing.T) {
	const peer, proxy, local = "203.0.113.7:4711", "10.0.0.1:4711", "127.0.0.1:4711"
	networks := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name, remote, header string
		want                 string
	}{
		{"direct", peer, "", "203.0.113.7"},
		{"direct, IPv6", "[2001:db8::1]:4711", "", "2001:db8::1"},
		{"direct, with a zone", "[fe80::1%eth0]:4711", "", "fe80::1"},
		{"IPv4 in IPv6", "[::ffff:203.0.113.7]:4711", "", "203.0.113.7"},
		{"a liar", peer, "X-Forwarded-For: 192.0.2.1", "203.0.113.7"},
		{"one who says that he is here", peer, "X-Forwarded-For: 127.0.0.1\nX-Real-Ip: 127.0.0.1", "203.0.113.7"},
		{"this machine", local, "", "127.0.0.1"},
		{"this machine, IPv6", "[::1]:4711", "", "::1"},
		{"a proxy on this machine that was not announced", local, "X-Forwarded-For: 192.0.2.1", "unknown"},
		{"one that hides its client", local, "Via: 1.1 proxy", "unknown"},
		{"one with another header", local, "Forwarded: for=192.0.2.1", "unknown"},
		{"a visitor who wants to be here", local, "X-Forwarded-For: 127.0.0.1", "unknown"},
		{"with the protocol alone", local, "X-Forwarded-Proto: https", "unknown"},
		{"with a header of a content network", local, "Cf-Connecting-Ip: 192.0.2.1", "unknown"},
		{"with one that few proxies write", local, "Wl-Proxy-Client-Ip: 192.0.2.1", "unknown"},
		{"with another path", local, "X-Original-Url: /metrics", "unknown"},
		{"a trusted proxy", proxy, "X-Forwarded-For: 192.0.2.1", "192.0.2.1"},
		{"that wrote behind a liar", proxy, "X-Forwarded-For: 198.51.100.1, 192.0.2.1", "192.0.2.1"},
		{"in lines of their own", proxy, "X-Forwarded-For: 198.51.100.1\nX-Forwarded-For: 192.0.2.1", "192.0.2.1"},
		{"two trusted proxies", proxy, "X-Forwarded-For: 198.51.100.1, 192.0.2.1,10.9.9.9 , fd00::2", "192.0.2.1"},
		{"all of them trusted", proxy, "X-Forwarded-For: 10.1.1.1, 10.2.2.2", "10.1.1.1"},
		{"with a port", proxy, "X-Forwarded-For: 192.0.2.1:5000", "192.0.2.1"},
		{"with a port, IPv6", proxy, "X-Forwarded-For: [2001:db8::1]:5000", "2001:db8::1"},
		{"in brackets", proxy, "X-Forwarded-For: [2001:db8::1]", "2001:db8::1"},
		{"no address", proxy, "X-Forwarded-For: 192.0.2.1, somebody", "unknown"},
		{"nothing behind the comma", proxy, "X-Forwarded-For: 192.0.2.1,", "unknown"},
		{"empty", proxy, "X-Forwarded-For: ", "unknown"},
		{"a client on the proxy's machine", proxy, "X-Forwarded-For: 127.0.0.1", "unknown"},
		{"in the other header", proxy, "X-Real-Ip: 192.0.2.1", "192.0.2.1"},
		{"in both", proxy, "X-Forwarded-For: 192.0.2.1\nX-Real-Ip: 198.51.100.1", "192.0.2.1"},
		{"a silent proxy", proxy, "", "10.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.remote
		for line := range strings.Lines(tt.header) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			r.Header.Add(name, value)
		}
		now := ruleSet{Rules: Rules{Trusted: networks}}
		if got := now.identifyClient(r); got.name != tt.want || got.isKnown() != (tt.want != unknownClient && !got.addr.IsLoopback()) {
			t.Errorf("%s: %+v, want %s", tt.name, got, tt.want)
		}
	}
}

// TestOldProtocolIsNotLocal: an nginx with only proxy_pass says nothing
// about its clients, and speaks HTTP/1.0.
func TestOldProtocolIsNotLocal(t *testing.T) {
	for minor, want := range map[int]string{0: unknownClient, 1: "127.0.0.1"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.ProtoMajor, r.ProtoMinor = "127.0.0.1:4711", 1, minor
		if got := (&ruleSet{}).identifyClient(r); got.name != want {
			t.Errorf("HTTP/1.%d: %+v, want %s", minor, got, want)
		}
	}
}

// TestTrustedLoopbackIsNotLocal: if a trusted proxy runs on this machine,
// no request from it counts as local.
func TestTrustedLoopbackIsNotLocal(t *testing.T) {
	now := ruleSet{Rules: Rules{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}
	for said, want := range map[string]string{"": unknownClient, "192.0.2.1": "192.0.2.1", "127.0.0.1": unknownClient, "192.0.2.1, 127.0.0.1": "192.0.2.1"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:4711"
		if said != "" {
			r.Header.Set("X-Forwarded-For", said)
		}
		if got := now.identifyClient(r); got.name != want || !got.trusted {
			t.Errorf("%q: %+v, want %s", said, got, want)
		}
	}
}

// TestOneClientReachesTheApp: the app sees one client in all headers, and
// nothing that others have said about it.
func TestOneClientReachesTheApp(t *testing.T) {
	lies := "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 192.0.2.2\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Proto: https\r\n" +
		"X-Forwarded-Port: 99\r\nForwarded: for=1.1.1.1\r\nX-Real-Ip: 1.1.1.1\r\nTrue-Client-Ip: 1.1.1.1\r\n"
	for _, tt := range []struct {
		name    string
		trusted []netip.Prefix
		header  string
		want    map[string]string
	}{
		{"this machine", nil, "", map[string]string{
			"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "app.example:80", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "",
			"X-Real-Ip": "127.0.0.1", "True-Client-Ip": "", "Forwarded": `for=127.0.0.1;host="app.example:80";proto=http`,
		}},
		{"untrusted", nil, lies, map[string]string{
			"X-Forwarded-For": "unknown", "X-Forwarded-Host": "app.example:80", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "",
			"X-Real-Ip": "", "True-Client-Ip": "", "Forwarded": `for=unknown;host="app.example:80";proto=http`,
		}},
		{"another network trusted", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, lies, map[string]string{"X-Forwarded-For": "unknown"}},
		{"trusted", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, lies, map[string]string{
			"X-Forwarded-For": "192.0.2.2", "X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "99",
			"X-Real-Ip": "192.0.2.2", "Forwarded": `for=192.0.2.2;host="shop.example";proto=https`,
		}},
		{"trusted, with what no app should read", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			"X-Forwarded-Host: a\"b\r\nX-Forwarded-Proto: gopher\r\n", map[string]string{
				"X-Forwarded-Host": "app.example:80", "X-Forwarded-Proto": "http", "Forwarded": `for=unknown;host="app.example:80";proto=http`,
			}},
	} {
		got := exchangeHead(t, newBlueProxy(t, Options{Rules: Rules{Trusted: tt.trusted}}, startBackend(t, requestHeaders)), tt.header)
		for name, want := range tt.want {
			if v := strings.Join(got[name], " | "); v != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, name, v, want)
			}
		}
	}
}

// FuzzClient: no header makes a request look local, and the client's name is an
// address or "unknown".
func FuzzClient(f *testing.F) {
	f.Add("127.0.0.1", "", "http", true)
	f.Add("192.0.2.1, 127.0.0.1", "::1", "https", false)
	f.Add("[::1]:80,,", "for=127.0.0.1", "", true)
	f.Add("::ffff:127.0.0.1", "x", "x", true)
	f.Fuzz(func(t *testing.T, forwardedFor, real, proto string, trusted bool) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:4711"
		r.Header = http.Header{"X-Forwarded-For": {forwardedFor}, "X-Real-Ip": {real}, "X-Forwarded-Proto": {proto}}
		now := ruleSet{}
		if trusted {
			now.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		}
		c := now.identifyClient(r)
		a, err := netip.ParseAddr(c.name)
		if c.name != unknownClient && (err != nil || a.Unmap().IsLoopback()) {
			t.Errorf("the client is %q", c.name)
		}
		if c.proto != "http" && c.proto != "https" {
			t.Errorf("the protocol is %q", c.proto)
		}
	})
}
