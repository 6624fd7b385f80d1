package entrances

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	dialTimeout   = 3 * time.Second
	lookupMaxAge  = 30 * time.Second // for which an answer of DNS is used
	lookupTimeout = time.Second
)

// nameLookup is what DNS answered for a name.
type nameLookup struct {
	resolves bool
	at       time.Time
}

// DialEntrance connects to an entrance of the app. Host names of its routes
// that DNS does not know lead to the gateway, so that the preview and names
// that are not published yet can be reached from anywhere. Once the names are
// known, only DNS and the gateway can delay a connection.
func (f *Finder) DialEntrance(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && net.ParseIP(host) == nil && !f.hasAddress(ctx, host) && f.isRouteHost(ctx, host) {
		address = f.gatewayAddress(ctx, port, address)
	}
	return f.network.DialContext(ctx, dialTimeout, address)
}

// isRouteHost reports whether one of the app's routes takes requests for a
// name.
func (f *Finder) isRouteHost(ctx context.Context, host string) bool {
	f.mu.Lock()
	seen := f.hosts
	f.mu.Unlock()
	if host == f.app.PreviewHost() || containsHost(f.app.Config.Hosts, host) || containsHost(seen, host) {
		return true
	}
	hosts, _, err := f.routeHosts(ctx)
	return err == nil && containsHost(hosts, host)
}

func containsHost(hosts []string, host string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool { return ExampleHost(h) == host })
}

// hasAddress reports whether DNS knows a name. It is not asked for names that
// are private, or mean the machine that asks, by their endings.
func (f *Finder) hasAddress(ctx context.Context, host string) bool {
	for _, private := range []string{".localhost", ".internal", ".test", ".invalid", ".example"} {
		if strings.HasSuffix(host, private) {
			return false
		}
	}
	f.mu.Lock()
	known, ok := f.names[host]
	old := ok && time.Since(known.at) >= lookupMaxAge
	if old {
		f.names[host] = nameLookup{known.resolves, time.Now()} // one caller that asks again is enough
	}
	f.mu.Unlock()
	switch {
	case !ok:
		return f.lookUpName(ctx, host)
	case old:
		go f.lookUpName(ctx, host)
	}
	return known.resolves
}

// lookUpName asks DNS for a name. A caller that gives up must not decide what
// all others believe for a while.
func (f *Finder) lookUpName(ctx context.Context, host string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
	defer cancel()
	found, err := f.network.LookupHost(ctx, host)
	known := nameLookup{err == nil && len(found) > 0, time.Now()}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.names == nil {
		f.names = map[string]nameLookup{}
	}
	f.names[host] = known
	return known.resolves
}

// gatewayAddress is the address of the gateway for a port, or the given
// address if none is known.
func (f *Finder) gatewayAddress(ctx context.Context, port, otherwise string) string {
	endpoints, err := f.findEndpoints(ctx)
	if err != nil || len(endpoints) == 0 {
		return otherwise
	}
	for _, e := range endpoints {
		if _, p, _ := net.SplitHostPort(e.address); p == port {
			return e.address
		}
	}
	host, _, _ := net.SplitHostPort(endpoints[0].address)
	return net.JoinHostPort(host, port)
}
