package httpkit

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func request(peer, host string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/", nil)
	r.RemoteAddr = peer
	if len(forwarded) > 0 {
		r.Header["X-Forwarded-For"] = forwarded
	}
	return r
}

func TestAddress(t *testing.T) {
	c := NewClients(true, append(Loopback(), netip.MustParsePrefix("10.0.0.0/8"))...)
	for _, tt := range []struct {
		r    *http.Request
		want string
	}{
		{request("192.0.2.1:5", "a"), "192.0.2.1"},
		{request("192.0.2.1:5", "a", "203.0.113.9"), "192.0.2.1"}, // not our proxy
		{request("127.0.0.1:5", "a", "203.0.113.9"), "203.0.113.9"},
		{request("127.0.0.1:5", "a", "2001:db8::7"), "2001:db8::7"},
		{request("10.1.1.1:5", "a", "198.51.100.1, 203.0.113.9", "10.2.2.2"), "203.0.113.9"}, // the first is hearsay
		{request("[::ffff:127.0.0.1]:5", "a"), "127.0.0.1"},
		{request("127.0.0.1:5", "a", "unknown"), "invalid IP"},
	} {
		if got := c.Address(tt.r).String(); got != tt.want {
			t.Errorf("%s via %v: %s, want %s", tt.r.RemoteAddr, tt.r.Header["X-Forwarded-For"], got, tt.want)
		}
	}
}

func TestOnThisMachine(t *testing.T) {
	c := NewClients(true, Loopback()...)
	for _, tt := range []struct {
		r    *http.Request
		want bool
	}{
		{request("127.0.0.1:5", "localhost:8080"), true},
		{request("[::1]:5", "[::1]:8080"), true},
		{request("127.0.0.1:5", "127.0.0.1", "127.0.0.1"), true}, // through the ingress here
		{request("127.0.0.1:5", "127.0.0.1", "::1"), true},
		{request("127.0.0.1:5", "preview.localhost"), true},
		{request("127.0.0.1:5", "localhost", "192.0.2.1"), false},
		{request("127.0.0.1:5", "localhost", "unknown"), false}, // the ingress saw a proxy
		{request("127.0.0.1:5", "localhost", "192.0.2.1, 127.0.0.1"), false},
		{request("127.0.0.1:5", "localhost", "127.0.0.1, 127.0.0.1"), false}, // not by our ingress
		{request("127.0.0.1:5", "localhost", "127.0.0.1", "127.0.0.1"), false},
		{request("127.0.0.1:5", "localhost", ""), false},
		{request("192.0.2.1:5", "localhost", "127.0.0.1"), false}, // a made-up header
		{request("127.0.0.1:5", "rebound.example"), false},
		{request("127.0.0.1:5", "localhost.example"), false},
		{request("127.0.0.1:5", "192.0.2.7"), false},
		{request("127.0.0.1:5", "0.0.0.0"), false},
	} {
		if got := c.OnThisMachine(tt.r); got != tt.want {
			t.Errorf("%s asking for %s via %v: %v", tt.r.RemoteAddr, tt.r.Host, tt.r.Header["X-Forwarded-For"], got)
		}
	}
}

// Every header of a proxy shows that somebody else may be asking, whatever it
// says; only our ingress's own words do not.
func TestProxiesAreNoticed(t *testing.T) {
	for _, tt := range []struct {
		name, value       string
		ingress, standing bool // is it still from here, behind our ingress and without one
	}{
		{"Accept", "*/*", true, true},
		{"Origin", "http://localhost:8080", true, true},
		{"Origin", "https://shop.example", false, false},
		{"Origin", "null", false, false},
		{"X-Forwarded-For", "127.0.0.1", true, false},
		{"X-Forwarded-Host", "localhost:8080", true, false},
		{"X-Forwarded-Host", "shop.example", false, false},
		{"X-Forwarded-Proto", "http", true, false},
		{"X-Real-Ip", "127.0.0.1", true, false},
		{"X-Real-Ip", "203.0.113.9", false, false},
		{"Forwarded", "for=127.0.0.1;proto=http", true, false},
		{"Forwarded", "for=127.0.0.1, for=127.0.0.1", false, false},
		{"Via", "1.1 nginx", false, false},
		{"Cf-Connecting-Ip", "127.0.0.1", false, false},
		{"True-Client-Ip", "127.0.0.1", false, false},
		{"X-Forwarded-Port", "80", false, false},
		{"X_forwarded_for", "127.0.0.1", false, false},
		{"Tailscale-User-Login", "a", false, false},
		{"Client-Ip", "127.0.0.1", false, false},
	} {
		r := request("127.0.0.1:5", "localhost:8080")
		r.Header[tt.name] = []string{tt.value}
		if got := NewClients(true, Loopback()...).OnThisMachine(r); got != tt.ingress {
			t.Errorf("behind our ingress, %s: %s: %t", tt.name, tt.value, got)
		}
		if got := NewClients(false, Loopback()...).OnThisMachine(r); got != tt.standing {
			t.Errorf("without an ingress, %s: %s: %t", tt.name, tt.value, got)
		}
	}
	old := request("127.0.0.1:5", "localhost:8080")
	old.ProtoMajor, old.ProtoMinor = 1, 0
	if NewClients(false, Loopback()...).OnThisMachine(old) {
		t.Error("HTTP/1.0, which nginx speaks to what is behind it and no browser does, counts as a person here")
	}
}

func FuzzOnThisMachine(f *testing.F) {
	f.Add("127.0.0.1:5", "localhost", "127.0.0.1", "http://localhost", "X-Real-Ip", "::1")
	f.Add("[::1]:5", "[::1]:80", "unknown", "null", "Via", "x")
	f.Fuzz(func(t *testing.T, peerAddress, host, list, origin, name, value string) {
		r := &http.Request{RemoteAddr: peerAddress, Host: host, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
		r.Header["X-Forwarded-For"] = []string{list}
		r.Header["Origin"] = []string{origin}
		r.Header[name] = append(r.Header[name], value)
		c := NewClients(true, Loopback()...)
		from := c.Address(r)
		if c.OnThisMachine(r) && !from.IsLoopback() {
			t.Errorf("somebody at %s counts as being here", from)
		}
	})
}
