package probe

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestDialIsTheCallers(t *testing.T) {
	for _, tt := range []struct {
		scheme, dialed string
		server         func(http.Handler) *httptest.Server
	}{
		{"http", "shop.internal:80", httptest.NewServer},
		{"https", "shop.internal:443", httptest.NewTLSServer},
	} {
		t.Run(tt.scheme, func(t *testing.T) {
			var host string
			server := tt.server(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host }))
			defer server.Close()
			var dialed string
			by := func(ctx context.Context, network, address string) (net.Conn, error) {
				dialed = address
				return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
			}
			conf := server.Client().Transport.(*http.Transport).TLSClientConfig
			if conf != nil {
				conf = conf.Clone()
				conf.ServerName = "example.com" // of httptest's certificate
			}
			dial, name := dialTo(tt.scheme+"://shop.internal", conf, by)
			c := newClient(dial, name)
			k, err := c.fresh(t.Context(), time.Now().Add(5*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			defer c.close(k)
			a, _, err := k.ask("GET", c.head("GET", "/", nil), nil, nil)
			if err != nil || a.Status != http.StatusOK {
				t.Fatalf("%d, %v", a.Status, err)
			}
			if dialed != tt.dialed || !strings.HasPrefix(host, "shop.internal") {
				t.Errorf("dialed %s, Host %s", dialed, host)
			}
		})
	}
}
