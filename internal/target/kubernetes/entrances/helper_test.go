package entrances

import (
	"net"
	"net/http/httptest"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/gateway"
)

// world is a cluster in memory whose entrances are looked for.
type world struct{ *clustertest.World }

func newWorld(t *testing.T) world { return world{clustertest.NewWorld(t)} }

// finder is another process's finder.
func (w world) finder() *Finder {
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	return NewFinder(app, c, gateway.NewReader(app), w.Network)
}

// putRoute creates the app's public route as it is configured now.
func (w world) putRoute() {
	w.Server.PutObject(manifest.NewRoute(w.OpenApp().RouteApp(), color.None))
}

// putNodePort makes the gateway answer at the address of a server.
func (w world) putNodePort(server *httptest.Server) {
	w.Helper()
	w.Network.AllowServer(server)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	w.Must(err)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": ` + port + `, "targetPort": 8000}]}}`)
}
