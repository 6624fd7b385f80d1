package kubernetes

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

const (
	entranceAge  = 10 * time.Second // after which entrances are looked for again
	entranceDial = 500 * time.Millisecond
)

// door remembers what is known about the way in.
type door struct {
	mu      sync.Mutex
	gateway gateway
	looked  time.Time

	entry sync.Mutex
	ways  []way
	found time.Time
	names map[string]known // what DNS said
}

// way is one place at which requests can be sent to the gateway.
type way struct {
	scheme  string
	address string // host:port; the host may be a name where a person said so
}

// url is the base URL of a way under another host name, or under its own.
func (w way) url(host string) string {
	own, port, _ := net.SplitHostPort(w.address)
	if host == "" {
		host = own
	}
	at := net.JoinHostPort(host, port)
	if w.scheme == "http" && port == "80" || w.scheme == "https" && port == "443" {
		at = strings.TrimSuffix(at, ":"+port)
	}
	return w.scheme + "://" + at
}

// entrances are where requests for the app come in; none where it has no route.
func (t *Target) entrances(ctx context.Context) (e deploy.Entrances, err error) {
	route, ok, err := t.mirror.get(ctx, "HTTPRoute", t.app)
	if err != nil || !ok {
		return e, err
	}
	hosts := hostnames(route)
	ways, err := t.ways(ctx)
	if err != nil {
		return e, err
	}
	for _, w := range ways {
		e.Public = append(e.Public, w.url(w.hostFor(hosts)))
	}
	if len(ways) > 0 {
		e.Preview = ways[0].url(t.previewHost())
	}
	return e, nil
}

// hostFor is under which host name the route takes a request that comes in
// this way; empty: under any.
func (w way) hostFor(hosts []string) string {
	own, _, _ := net.SplitHostPort(w.address)
	for _, h := range hosts {
		if h == own {
			return ""
		}
	}
	if len(hosts) == 0 {
		return ""
	}
	return concrete(hosts[0])
}

// concrete is a host name that a pattern such as *.example.org matches.
func concrete(host string) string {
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		return "www." + rest
	}
	return host
}

func (t *Target) previewHost() string {
	return manifest.PreviewHost(config.App{Name: t.app, Kubernetes: t.options.Config})
}

// PreviewHint is a command that asks the standby color, where the name of the
// preview is not known to DNS; empty before anything was deployed.
func (t *Target) PreviewHint(ctx context.Context) string {
	e, err := t.entrances(ctx)
	if err != nil || e.Preview == "" {
		return ""
	}
	ways, err := t.ways(ctx)
	if err != nil || len(ways) == 0 {
		return ""
	}
	return "curl -H 'Host: " + t.previewHost() + "' " + ways[0].url("") + "/"
}

// ways returns how the gateway is reached: as configured, else as found. What
// was found is looked for again now and then; while that fails, it stays.
func (t *Target) ways(ctx context.Context) ([]way, error) {
	d := &t.door
	d.entry.Lock()
	defer d.entry.Unlock()
	if !d.found.IsZero() && time.Since(d.found) < entranceAge {
		return d.ways, nil
	}
	ways, err := t.findWays(ctx)
	if err != nil && len(d.ways) == 0 {
		return nil, err
	}
	d.found = time.Now()
	if err == nil {
		d.ways = ways
	}
	return d.ways, nil
}

func (t *Target) findWays(ctx context.Context) ([]way, error) {
	if configured := t.options.Config.Entrances; len(configured) > 0 {
		return configuredWays(configured)
	}
	g, err := t.gateway(ctx, entranceAge)
	if err != nil {
		return nil, err
	}
	nodes, err := t.nodeAddresses(ctx)
	if err != nil {
		return nil, err
	}
	var ways []way
	for _, group := range g.groups(nodes) {
		if address := firstReachable(ctx, group); address != "" {
			ways = append(ways, way{g.scheme(), address})
		}
	}
	return ways, nil
}

func configuredWays(list []string) (ways []way, err error) {
	for _, text := range list {
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		ways = append(ways, way{u.Scheme, net.JoinHostPort(u.Hostname(), port)})
	}
	return ways, nil
}

// firstReachable is the first of some addresses that can be connected to, or
// the very first if none can: then whoever asks there sees why.
func firstReachable(ctx context.Context, group []string) string {
	if len(group) == 0 {
		return ""
	}
	reached := make([]bool, len(group))
	var wg sync.WaitGroup
	for i, address := range group {
		wg.Go(func() { reached[i] = reachable(ctx, address) })
	}
	wg.Wait()
	for i, ok := range reached {
		if ok {
			return group[i]
		}
	}
	return group[0]
}

func reachable(ctx context.Context, address string) bool {
	d := net.Dialer{Timeout: entranceDial}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func hostnames(route *kube.Object) (list []string) {
	spec, _ := route.Object["spec"].(map[string]any)
	names, _ := spec["hostnames"].([]any)
	for _, n := range names {
		if text, ok := n.(string); ok {
			list = append(list, text)
		}
	}
	return list
}
