package kubernetes

import (
	"context"
	"sync"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/probe"
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

	entry  sync.Mutex
	ways   []way
	found  time.Time
	search *search          // under way; nil: none
	hosts  []string         // of the route when it was looked at last
	names  map[string]known // what DNS said
}

// entrances are where requests for the app come in; none where it has no route.
func (t *Target) entrances(ctx context.Context) (e deploy.Entrances, err error) {
	hosts, ok, err := t.routeHosts(ctx)
	if err != nil || !ok {
		return e, err
	}
	ways, err := t.ways(ctx)
	if err != nil {
		return e, err
	}
	for _, w := range ways {
		e.Public = append(e.Public, w.url(w.hostFor(hosts)))
	}
	if len(ways) > 0 {
		e.Preview = ways[0].url(t.app.PreviewHost())
	}
	return e, nil
}

// routeHosts are the host names of the app's route, if it has one.
func (t *Target) routeHosts(ctx context.Context) (hosts []string, ok bool, err error) {
	route, ok, err := t.cache.FindObject(ctx, "HTTPRoute", t.app.Name)
	if err != nil || !ok {
		return nil, false, err
	}
	hosts = hostnames(route)
	t.door.entry.Lock()
	defer t.door.entry.Unlock()
	t.door.hosts = hosts
	return hosts, true, nil
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
	ask := "curl -H 'Host: " + t.app.PreviewHost() + "' "
	return ask + `-H "` + t.previewPass() + `" ` + ways[0].url("") + "/"
}

// previewPass is a header that opens the preview, as a shell reads it.
func (t *Target) previewPass() string {
	if name := t.app.Config.PreviewSecret; name != "" {
		return "Version-Manager-Preview: $" + name
	}
	read := "get secret " + manifest.IngressSecretName(t.app.Name) + " -o 'jsonpath={.data." + manifest.ProbeKey + "}'"
	return probe.HeaderProbe + ": $(" + t.app.Kube.Kubectl(t.app.Namespace, read) + " | base64 -d)"
}

func (t *Target) findWays(ctx context.Context) ([]way, error) {
	if configured := t.app.Config.Entrances; len(configured) > 0 {
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
		if address := firstReachable(ctx, t.network, group); address != "" {
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
