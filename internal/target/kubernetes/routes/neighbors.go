package routes

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

// Neighbors are the other apps on the same Gateway. Requests find their app by
// host name, so two apps that answer to the same name, or both to every name,
// take each other's requests.
type Neighbors struct{ app *objects.App }

// NewNeighbors returns the neighbors of an app.
func NewNeighbors(app *objects.App) *Neighbors { return &Neighbors{app} }

// claim is which hosts a route answers to at which Gateway.
type claim struct {
	gateway   string   // namespace/name
	hosts     []string // empty: every host
	nextHosts []string // from its next deploy on
}

// overlapsWith reports whether both could take the same request.
func (c claim) overlapsWith(other claim) bool {
	if c.gateway != other.gateway {
		return false
	}
	same := func(host string) bool { return slices.Contains(other.hosts, host) }
	return len(c.hosts) == 0 && len(other.hosts) == 0 || slices.ContainsFunc(c.hosts, same)
}

func (c claim) String() string {
	if len(c.hosts) == 0 {
		return "every host"
	}
	return strings.Join(c.hosts, ", ")
}

func parseClaim(route *kube.Object) claim {
	c := claim{hosts: manifest.RouteHosts(route), nextHosts: configuredHosts(route)}
	spec, _ := route.Object["spec"].(map[string]any)
	parents, _ := spec["parentRefs"].([]any)
	if len(parents) == 0 {
		return c
	}
	if p, ok := parents[0].(map[string]any); ok {
		c.gateway = fmt.Sprintf("%v/%v", p["namespace"], p["name"])
	}
	return c
}

// wantedClaim is what the app's route will answer to from the next deploy on.
func (n *Neighbors) wantedClaim() claim {
	namespace, name := manifest.GatewayOf(config.App{Kubernetes: n.app.Config})
	return claim{gateway: namespace + "/" + name, hosts: n.app.Config.Hosts}
}

// liveClaim is what it answers to now; nil: it does not exist.
func (n *Neighbors) liveClaim(ctx context.Context) (*claim, error) {
	o, err := n.app.Kube.GetObject(ctx, n.app.ObjectRef("HTTPRoute", n.app.Name))
	if kube.IsNotFound(err) || kube.IsNoKind(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the route: %w", err)
	}
	return new(parseClaim(o)), nil
}

// listClaims returns the routes of our other apps by namespace/name. Without
// permission for other namespaces it lists those of this one.
func (n *Neighbors) listClaims(ctx context.Context) (map[string]claim, error) {
	list, _, err := objects.ListAround(ctx, n.app.Kube, "HTTPRoute", n.app.Namespace, manifest.ManagedLabel+"="+kube.FieldManager)
	if err != nil && !kube.IsNoKind(err) {
		return nil, fmt.Errorf("list the routes of other apps: %w", err)
	}
	found := map[string]claim{}
	for i := range list {
		r := &list[i]
		if r.GetNamespace() != n.app.Namespace || !n.app.IsOurs(r) {
			found[r.GetNamespace()+"/"+r.GetName()] = parseClaim(r)
		}
	}
	return found, nil
}

// CheckOverlap refuses to begin taking another app's requests. Where two apps
// do so already they are only warned: the next deploy may be what ends it.
func (n *Neighbors) CheckOverlap(ctx context.Context) error {
	live, err := n.liveClaim(ctx)
	if err != nil {
		return err
	}
	all, err := n.listClaims(ctx)
	if err != nil {
		return err
	}
	wanted := n.wantedClaim()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if other := all[name]; wanted.overlapsWith(other) && (live == nil || !live.overlapsWith(other)) {
			return problem.New(problem.Failed, "", "%s would answer to %s at Gateway %s, and so does HTTPRoute %s: they would take each other's requests; %s",
				n.app.Name, wanted, wanted.gateway, name, n.overlapAdvice(wanted, other))
		}
	}
	return nil
}

// overlapAdvice says how to keep two overlapping apps apart.
func (n *Neighbors) overlapAdvice(wanted, other claim) string {
	if other.hosts = other.nextHosts; !wanted.overlapsWith(other) {
		return "deploy the other app again first: it no longer has the name in its configuration"
	}
	return "set kubernetes.hosts in version-manager.yaml, for example to [" + n.app.Name + ".example.org]"
}

// OverlapWarnings says which apps take each other's requests now.
func (n *Neighbors) OverlapWarnings(ctx context.Context) (list []string) {
	own, err := n.liveClaim(ctx)
	if err != nil {
		return nil
	}
	if own == nil {
		own = new(n.wantedClaim())
	}
	all, err := n.listClaims(ctx)
	if err != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if own.overlapsWith(all[name]) {
			list = append(list, fmt.Sprintf("HTTPRoute %s also answers to %s: the two apps take each other's requests; set kubernetes.hosts in version-manager.yaml", name, own))
		}
	}
	return list
}
