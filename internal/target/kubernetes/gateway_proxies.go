package kubernetes

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/traefik"
)

// readProxies lists Traefik's pods. Of several Traefiks those count that were
// told to read the Gateway API: K3s brings one along that was not.
func (t *Target) readProxies(ctx context.Context, g *gateway) error {
	all, whole, err := listNear[corev1.Pod](ctx, t.app.Kube, "Pod", g.namespace)
	if err != nil {
		return fmt.Errorf("list the gateway's pods: %w", err)
	}
	if told := slices.DeleteFunc(slices.Clone(all), func(p corev1.Pod) bool { return !traefik.SettingsOf(p.Spec).Gateway }); len(told) > 0 {
		all, g.whole = told, whole
	}
	for _, p := range all {
		g.homes = append(g.homes, p.Namespace)
		switch {
		case pods.IsReady(&p):
			g.proxies = append(g.proxies, p)
		case p.DeletionTimestamp != nil && !pods.HasEnded(&p):
			g.leaving = append(g.leaving, p)
		}
	}
	return nil
}

func (t *Target) readProxyServices(ctx context.Context, namespace string) ([]corev1.Service, error) {
	list, _, err := listNear[corev1.Service](ctx, t.app.Kube, "Service", namespace)
	if err != nil {
		return nil, fmt.Errorf("list the gateway's services: %w", err)
	}
	return list, nil
}

// listNear lists what is Traefik's around the gateway's namespace. Where all of
// that is forbidden nothing is seen.
func listNear[T any](ctx context.Context, c kube.Cluster, kind, namespace string) (list []T, whole bool, err error) {
	found, whole, err := objects.ListAround(ctx, c, kind, namespace, traefikSelector)
	if kube.IsForbidden(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	typed, err := objects.ConvertList[T](found)
	for _, v := range typed {
		list = append(list, *v)
	}
	return list, whole, err
}

// proxyNamespaces are the namespaces that must be let in to the app: the
// Gateway's, and those in which its proxies run. Both colors live under one
// policy, so that whoever cannot see all of the proxies, or sees none at this
// moment, takes away from nobody what the policy gives.
func (t *Target) proxyNamespaces(ctx context.Context) ([]string, error) {
	own, _ := manifest.Gateway(t.app.RouteApp().Release.Config)
	list := []string{own}
	g, err := t.gateway(ctx, entranceAge)
	if err == nil {
		list = append(list, g.homes...)
	}
	if err != nil || !g.whole {
		given, err := t.letIn(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, given...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// letIn are the namespaces that the live policy lets in; none without one.
func (t *Target) letIn(ctx context.Context) ([]string, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("NetworkPolicy", t.app.Name))
	if kube.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the network policy: %w", err)
	}
	return manifest.LetIn(o)
}
