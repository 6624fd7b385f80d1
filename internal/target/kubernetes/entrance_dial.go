package kubernetes

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	dialTimeout = 3 * time.Second
	nameAge     = 30 * time.Second // for which DNS's answer is believed
	nameTimeout = time.Second
)

// known is what DNS said about a name.
type known struct {
	resolves bool
	at       time.Time
}

// Dial connects to an entrance of the app. Host names of its routes that DNS
// does not know lead to the gateway, so that the preview and names that are
// not published yet can be asked from anywhere. Once these are known, nobody
// but DNS and the gateway can hold a connection up.
func (t *Target) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && net.ParseIP(host) == nil && !t.resolves(ctx, host) && t.ourHost(ctx, host) {
		address = t.wayTo(ctx, port, address)
	}
	return t.network.DialContext(ctx, dialTimeout, address)
}

// ourHost reports whether one of the app's routes takes requests for a name.
func (t *Target) ourHost(ctx context.Context, host string) bool {
	t.door.entry.Lock()
	seen := t.door.hosts
	t.door.entry.Unlock()
	if host == t.app.PreviewHost() || listed(t.app.Config.Hosts, host) || listed(seen, host) {
		return true
	}
	hosts, _, err := t.routeHosts(ctx)
	return err == nil && listed(hosts, host)
}

func listed(hosts []string, host string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool { return concrete(h) == host })
}

// resolves reports whether DNS knows a name. Some names it must not be asked
// for: by their endings they are private, or mean the very machine that asks.
func (t *Target) resolves(ctx context.Context, host string) bool {
	for _, private := range []string{".localhost", ".internal", ".test", ".invalid", ".example"} {
		if strings.HasSuffix(host, private) {
			return false
		}
	}
	d := &t.door
	d.entry.Lock()
	k, ok := d.names[host]
	old := ok && time.Since(k.at) >= nameAge
	if old {
		d.names[host] = known{k.resolves, time.Now()} // that one asks again is enough
	}
	d.entry.Unlock()
	switch {
	case !ok:
		return t.lookUp(ctx, host)
	case old:
		go t.lookUp(ctx, host)
	}
	return k.resolves
}

// lookUp asks DNS for a name. Who gives up must not decide what all others
// believe for a while.
func (t *Target) lookUp(ctx context.Context, host string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), nameTimeout)
	defer cancel()
	found, err := t.network.LookupHost(ctx, host)
	k := known{err == nil && len(found) > 0, time.Now()}
	d := &t.door
	d.entry.Lock()
	defer d.entry.Unlock()
	if d.names == nil {
		d.names = map[string]known{}
	}
	d.names[host] = k
	return k.resolves
}

// wayTo is the address of the gateway for a port, or the given address where
// none is known.
func (t *Target) wayTo(ctx context.Context, port, otherwise string) string {
	ways, err := t.ways(ctx)
	if err != nil || len(ways) == 0 {
		return otherwise
	}
	for _, w := range ways {
		if _, p, _ := net.SplitHostPort(w.address); p == port {
			return w.address
		}
	}
	host, _, _ := net.SplitHostPort(ways[0].address)
	return net.JoinHostPort(host, port)
}
