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
	r.Header["X-Forwarded-For"] = forwarded
	return r
}

func TestAddress(t *testing.T) {
	c := NewClients(append(Loopback(), netip.MustParsePrefix("10.0.0.0/8"))...)
	for _, tt := range []struct {
		r    *http.Request
		want string
	}{
		{request("192.0.2.1:5", "a"), "192.0.2.1"},
		{request("192.0.2.1:5", "a", "203.0.113.9"), "192.0.2.1"}, // not our proxy
		{request("127.0.0.1:5", "a", "203.0.113.9"), "203.0.113.9"},
		{request("10.1.1.1:5", "a", "198.51.100.1, 203.0.113.9", "10.2.2.2"), "203.0.113.9"}, // the first is hearsay
		{request("[::ffff:127.0.0.1]:5", "a"), "127.0.0.1"},
		{request("127.0.0.1:5", "a", "junk"), "invalid IP"},
	} {
		if got := c.Address(tt.r).String(); got != tt.want {
			t.Errorf("%s via %v: %s, want %s", tt.r.RemoteAddr, tt.r.Header["X-Forwarded-For"], got, tt.want)
		}
	}
}

func TestOnThisMachine(t *testing.T) {
	c := NewClients(Loopback()...)
	for _, tt := range []struct {
		r    *http.Request
		want bool
	}{
		{request("127.0.0.1:5", "localhost:8080"), true},
		{request("[::1]:5", "[::1]:8080"), true},
		{request("127.0.0.1:5", "127.0.0.1", "127.0.0.1"), true}, // through the ingress here
		{request("127.0.0.1:5", "preview.localhost"), true},
		{request("127.0.0.1:5", "localhost", "192.0.2.1"), false},
		{request("127.0.0.1:5", "localhost", "192.0.2.1, 127.0.0.1"), false}, // two proxies
		{request("127.0.0.1:5", "localhost", "junk"), false},
		{request("192.0.2.1:5", "localhost", "127.0.0.1"), false}, // a made-up header
		{request("127.0.0.1:5", "rebound.example"), false},
		{request("127.0.0.1:5", "192.0.2.7"), false},
	} {
		if got := c.OnThisMachine(tt.r); got != tt.want {
			t.Errorf("%s asking for %s via %v: %v", tt.r.RemoteAddr, tt.r.Host, tt.r.Header["X-Forwarded-For"], got)
		}
	}
}
