// Package entrances finds the addresses at which requests for the app come in,
// and connects to them.
//
// It reads the route, the Gateway and the nodes. It changes nothing and does
// not know who has the traffic.
package entrances

import (
	"context"
	"sync"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	searchInterval = gateway.DefaultMaxAge
	probeTimeout   = 500 * time.Millisecond // for finding out whether an address is reachable
)

// Finder finds the entrances of an app and remembers them.
type Finder struct {
	app     *objects.App
	cache   *cache.Store
	gateway *gateway.Reader
	network Network

	mu        sync.Mutex
	endpoints []endpoint
	foundAt   time.Time
	search    *search               // nil: none is running
	hosts     []string              // of the route when it was last read
	names     map[string]nameLookup // what DNS answered
}

// NewFinder returns a finder that makes no requests before it is used.
func NewFinder(app *objects.App, c *cache.Store, g *gateway.Reader, n Network) *Finder {
	return &Finder{app: app, cache: c, gateway: g, network: n}
}

// ListEntrances returns where requests for the app come in; none if it has no
// route.
func (f *Finder) ListEntrances(ctx context.Context) (e deploy.Entrances, err error) {
	hosts, ok, err := f.routeHosts(ctx)
	if err != nil || !ok {
		return e, err
	}
	endpoints, err := f.findEndpoints(ctx)
	if err != nil {
		return e, err
	}
	for _, p := range endpoints {
		e.Public = append(e.Public, p.baseURL(p.hostFor(hosts)))
	}
	if len(endpoints) > 0 {
		e.Preview = endpoints[0].baseURL(f.app.PreviewHost())
	}
	return e, nil
}

// routeHosts returns the host names of the app's route, if it has one.
func (f *Finder) routeHosts(ctx context.Context) (hosts []string, ok bool, err error) {
	route, ok, err := f.cache.FindObject(ctx, "HTTPRoute", f.app.Name)
	if err != nil || !ok {
		return nil, false, err
	}
	hosts = manifest.RouteHosts(route)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts = hosts
	return hosts, true, nil
}

func (f *Finder) searchEndpoints(ctx context.Context) ([]endpoint, error) {
	if configured := f.app.Config.Entrances; len(configured) > 0 {
		return parseEndpoints(configured)
	}
	s, err := f.gateway.ReadState(ctx, gateway.DefaultMaxAge)
	if err != nil {
		return nil, err
	}
	nodes, err := f.nodeAddresses(ctx)
	if err != nil {
		return nil, err
	}
	var endpoints []endpoint
	for _, group := range s.EndpointGroups(nodes) {
		if address := f.firstReachable(ctx, group); address != "" {
			endpoints = append(endpoints, endpoint{s.URLScheme(), address})
		}
	}
	return endpoints, nil
}
