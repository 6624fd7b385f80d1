package healthcheck

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCertificatesCountOffTheLoopback(t *testing.T) {
	for base, checked := range map[string]bool{
		"https://127.0.0.1:8443": false, "https://localhost": false, "https://preview.localhost:8443": false, "https://[::1]:1": false,
		"https://example.org": true, "https://10.0.0.1": true, "https://localhost.example.org": true,
	} {
		if got := TrustURL(base) == nil; got != checked {
			t.Errorf("%s: certificate checked: %t, want %t", base, got, checked)
		}
	}
}

func TestClientFindsNamesBelowLocalhost(t *testing.T) {
	var host string
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host })
	for _, server := range []*httptest.Server{httptest.NewServer(h), httptest.NewTLSServer(h)} {
		defer server.Close()
		url := strings.Replace(server.URL, "127.0.0.1", "preview.localhost", 1)
		resp, err := NewClient(nil).Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if !strings.HasPrefix(host, "preview.localhost:") {
			t.Errorf("Host was %q", host)
		}
	}
}

// TestDialResolvesNames: a target may be the only one that knows where its
// names lead.
func TestDialResolvesNames(t *testing.T) {
	var host string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host }))
	defer server.Close()
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "preview.shop.internal:30001" {
			t.Errorf("dialed %s", address)
		}
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	resp, err := NewClient(dial).Get("http://preview.shop.internal:30001/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if host != "preview.shop.internal:30001" {
		t.Errorf("Host was %q", host)
	}
}
