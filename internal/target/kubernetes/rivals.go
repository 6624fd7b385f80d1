package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// Requests find their app by host name. Two apps on one Gateway that answer to
// the same name, or to every name, take each other's requests.

// reach of a route is which hosts it answers to at which Gateway.
type reach struct {
	gateway string   // namespace/name
	hosts   []string // empty: every host
	soon    []string // hosts from its next deploy on
}

// meets reports whether one request could be taken by both.
func (r reach) meets(other reach) bool {
	if r.gateway != other.gateway {
		return false
	}
	same := func(host string) bool { return slices.Contains(other.hosts, host) }
	return len(r.hosts) == 0 && len(other.hosts) == 0 || slices.ContainsFunc(r.hosts, same)
}

func (r reach) String() string {
	if len(r.hosts) == 0 {
		return "every host"
	}
	return strings.Join(r.hosts, ", ")
}

// reachOf reads a route.
func reachOf(route *kube.Object) reach {
	r := reach{hosts: hostnames(route), soon: configuredHosts(route)}
	spec, _ := route.Object["spec"].(map[string]any)
	parents, _ := spec["parentRefs"].([]any)
	if len(parents) == 0 {
		return r
	}
	if p, ok := parents[0].(map[string]any); ok {
		r.gateway = fmt.Sprintf("%v/%v", p["namespace"], p["name"])
	}
	return r
}

// wantedReach is what the app's route will answer to from the next deploy on.
func (t *Target) wantedReach() reach {
	namespace, name := manifest.Gateway(config.App{Kubernetes: t.app.Config})
	return reach{gateway: namespace + "/" + name, hosts: t.app.Config.Hosts}
}

// liveReach is what it answers to now; nil: there is none.
func (t *Target) liveReach(ctx context.Context) (*reach, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("HTTPRoute", t.app.Name))
	if kube.IsNotFound(err) || kube.IsNoKind(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the route: %w", err)
	}
	return new(reachOf(o)), nil
}

// neighbors are the routes of our other apps by namespace/name. Who may not
// look into other namespaces sees those of his own.
func (t *Target) neighbors(ctx context.Context) (map[string]reach, error) {
	routes, _, err := objects.ListAround(ctx, t.app.Kube, "HTTPRoute", t.app.Namespace, manifest.ManagedLabel+"="+kube.Manager)
	if err != nil && !kube.IsNoKind(err) {
		return nil, fmt.Errorf("look for routes of other apps: %w", err)
	}
	found := map[string]reach{}
	for i := range routes {
		r := &routes[i]
		if r.GetNamespace() != t.app.Namespace || !t.app.IsOurs(r) {
			found[r.GetNamespace()+"/"+r.GetName()] = reachOf(r)
		}
	}
	return found, nil
}

// checkRivals refuses to begin taking another app's requests. Where two do so
// already they are only warned: their next deploy may be what ends it.
func (t *Target) checkRivals(ctx context.Context) error {
	live, err := t.liveReach(ctx)
	if err != nil {
		return err
	}
	all, err := t.neighbors(ctx)
	if err != nil {
		return err
	}
	wanted := t.wantedReach()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if other := all[name]; wanted.meets(other) && (live == nil || !live.meets(other)) {
			return problem.New(problem.Failed, t.yield(wanted, other),
				"%s would answer to %s at Gateway %s, and so does HTTPRoute %s: they would take each other's requests",
				t.app.Name, wanted, wanted.gateway, name)
		}
	}
	return nil
}

// yield is how two apps that would meet can be kept apart.
func (t *Target) yield(wanted, other reach) string {
	if other.hosts = other.soon; !wanted.meets(other) {
		return "deploy the other app once more: it has given the name up, and answers to it until then"
	}
	return "write into version-manager.yaml:  kubernetes: {hosts: [" + t.app.Name + ".example.org]}"
}

// rivalWarnings says who takes whose requests now.
func (t *Target) rivalWarnings(ctx context.Context) (list []string) {
	mine, err := t.liveReach(ctx)
	if err != nil {
		return nil
	}
	if mine == nil {
		mine = new(t.wantedReach())
	}
	all, err := t.neighbors(ctx)
	if err != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if mine.meets(all[name]) {
			list = append(list, fmt.Sprintf("HTTPRoute %s answers to %s too: the two apps take each other's requests; name kubernetes.hosts in version-manager.yaml", name, mine))
		}
	}
	return list
}
