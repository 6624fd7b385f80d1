package kubernetes

import (
	"context"
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
	if ctx.Err() != nil {
		return d.ways, ctx.Err() // nobody may believe what was found in a hurry
	}
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
