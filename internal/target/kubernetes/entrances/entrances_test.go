package entrances

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestNoEntrancesWithoutARoute(t *testing.T) {
	w := newWorld(t)
	e, err := w.finder().ListEntrances(t.Context())
	if err != nil || len(e.Public) > 0 || e.Preview != "" {
		t.Errorf("entrances %+v, %v", e, err)
	}
}

func TestEntrancesAreFound(t *testing.T) {
	w := newWorld(t)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"type": "NodePort", "externalIPs": ["127.0.0.2"], "ports": [{"name": "web", "port": 80, "nodePort": 30001, "targetPort": "web"}, {"port": 9000, "nodePort": 30900, "targetPort": 9000}]}}`)
	w.putRoute()
	s := w.finder()
	e, err := s.ListEntrances(t.Context())
	w.Must(err)
	if !slices.Equal(e.Public, []string{"http://127.0.0.1:30001", "http://127.0.0.2"}) || e.Preview != "http://preview.shop.shop.internal:30001" {
		t.Errorf("entrances %+v", e)
	}
	if hint := s.PreviewHint(t.Context()); !strings.HasPrefix(hint, "curl -H 'Host: preview.shop.shop.internal' -H \"Version-Manager-Probe: $(kubectl ") || !strings.HasSuffix(hint, `| base64 -d)" http://127.0.0.1:30001/`) {
		t.Errorf("hint %s", hint)
	}
}

func TestEntrancesAreConfigured(t *testing.T) {
	for _, tt := range []struct {
		entrances, hosts, public []string
		preview                  string
	}{
		{[]string{"http://10.0.0.1:30001", "http://10.0.0.1"}, nil, []string{"http://10.0.0.1:30001", "http://10.0.0.1"}, "http://preview.shop.shop.internal:30001"},
		{[]string{"http://10.0.0.1:30001"}, []string{"*.example.org"}, []string{"http://www.example.org:30001"}, "http://preview.shop.shop.internal:30001"},
		{[]string{"https://shop.example.org"}, []string{"example.org", "shop.example.org"}, []string{"https://shop.example.org"}, "https://preview.shop.shop.internal"},
		{[]string{"http://[::1]:8080"}, nil, []string{"http://[::1]:8080"}, "http://preview.shop.shop.internal:8080"},
	} {
		w := newWorld(t)
		w.Config.Entrances, w.Config.Hosts = tt.entrances, tt.hosts
		w.putRoute()
		s := w.finder()
		e, err := s.ListEntrances(t.Context())
		if err != nil || !slices.Equal(e.Public, tt.public) || e.Preview != tt.preview {
			t.Errorf("%v for %v: %+v, %v", tt.entrances, tt.hosts, e, err)
		}
	}
}

func TestPublicHint(t *testing.T) {
	for host, want := range map[string]string{
		"":          "",
		"shop.test": "curl -H 'Host: shop.test' http://127.0.0.1:30001/",
	} {
		w := newWorld(t)
		w.Config.Entrances = []string{"http://127.0.0.1:30001"}
		if host != "" {
			w.Config.Hosts = []string{host}
		}
		w.putRoute()
		s := w.finder()
		if got := s.PublicHint(t.Context()); got != want {
			t.Errorf("host %q: %s, want %s", host, got, want)
		}
	}
}

func TestDialFindsNamesThatNobodyKnows(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, r.Host) }))
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, "other") }))
	defer other.Close()
	w.Network.AllowServer(server)
	w.Network.AllowServer(other)
	w.Config.Entrances = []string{other.URL, server.URL}
	w.Config.Hosts = []string{"shop.test", "*.shop.test"}
	target := w.finder()
	client := &http.Client{Transport: &http.Transport{DialContext: target.DialEntrance, DisableKeepAlives: true}}
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for url, want := range map[string]string{
		"http://shop.test:" + port:                               "shop.test",
		"http://www.shop.test:" + port:                           "www.shop.test",
		"http://preview.shop.shop.internal:" + port:              "preview.shop.shop.internal",
		strings.Replace(server.URL, "127.0.0.1", "localhost", 1): "localhost",
	} {
		res, err := client.Get(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		var body [64]byte
		n, _ := res.Body.Read(body[:])
		res.Body.Close()
		if got, _, _ := strings.Cut(string(body[:n]), ":"); got != want {
			t.Errorf("%s was answered with %q", url, got)
		}
	}
	if _, err := target.DialEntrance(t.Context(), "tcp", "somebody.else.test:"+port); err == nil {
		t.Error("a name of somebody else was resolved")
	}
}

func TestEndpointsByTheKindOfCluster(t *testing.T) {
	for name, tt := range map[string]struct {
		service, proxy string
		want           []string
	}{
		"load balancer": {`{"spec": {"type": "LoadBalancer", "ports": [{"port": 80, "nodePort": 31000, "targetPort": 8000}]},
			"status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.3"}]}}}`, "", []string{"127.0.0.1:31000", "127.0.0.3:80"}},
		"load balancer with a name": {`{"spec": {"ports": [{"port": 80, "targetPort": 8000}]}, "status": {"loadBalancer": {"ingress": [{"hostname": "localhost"}]}}}`, "", []string{"localhost:80"}},
		"host port":                 {"", "8088", []string{"127.0.0.1:8088"}},
		"another's port":            {`{"spec": {"ports": [{"port": 443, "nodePort": 31443, "targetPort": "websecure"}]}}`, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tt.service != "" {
				w.PutJSON(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},` + tt.service[1:])
			}
			if tt.proxy != "" {
				o := w.Server.GetObject("Pod", "traefik", "traefik-1")
				c := o.Object["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
				c["ports"].([]any)[0].(map[string]any)["hostPort"] = int64(8088)
				w.Server.PutObject(o)
			}
			endpoints, err := w.finder().searchEndpoints(t.Context())
			w.Must(err)
			var got []string
			for _, e := range endpoints {
				got = append(got, e.address)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("endpoints %v, want %v", got, tt.want)
			}
		})
	}
}
