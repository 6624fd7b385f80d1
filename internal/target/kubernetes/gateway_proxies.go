package kubernetes

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/traefik"
)

// readProxies lists Traefik's pods. Of several Traefiks those count that were
// told to read the Gateway API: K3s brings one along that was not.
func (t *Target) readProxies(ctx context.Context, g *gateway) error {
	all, err := listNear[corev1.Pod](ctx, t.kube, "Pod", g.namespace)
	if err != nil {
		return fmt.Errorf("list the gateway's pods: %w", err)
	}
	if told := slices.DeleteFunc(slices.Clone(all), func(p corev1.Pod) bool { return !traefik.SettingsOf(p.Spec).Gateway }); len(told) > 0 {
		all = told
	}
	for _, p := range all {
		switch {
		case ready(&p):
			g.proxies = append(g.proxies, p)
		case p.DeletionTimestamp != nil && !ended(&p):
			g.leaving = append(g.leaving, p)
		}
	}
	return nil
}

func (t *Target) readProxyServices(ctx context.Context, namespace string) ([]corev1.Service, error) {
	list, err := listNear[corev1.Service](ctx, t.kube, "Service", namespace)
	if err != nil {
		return nil, fmt.Errorf("list the gateway's services: %w", err)
	}
	return list, nil
}

// listNear lists what is Traefik's in all namespaces, or in the gateway's own
// where the others are forbidden. Where that is forbidden too nothing is seen.
func listNear[T any](ctx context.Context, c kube.Cluster, kind, namespace string) (list []T, err error) {
	objects, err := listAround(ctx, c, kind, namespace, traefikSelector)
	if kube.IsForbidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := allAs[T](objects)
	for _, v := range found {
		list = append(list, *v)
	}
	return list, err
}

// proxyNamespaces are where the gateway's proxies run, which must be let in.
func (t *Target) proxyNamespaces(ctx context.Context) (list []string) {
	g, err := t.gateway(ctx, entranceAge)
	if err != nil {
		return nil
	}
	for _, p := range g.proxies {
		if !slices.Contains(list, p.Namespace) {
			list = append(list, p.Namespace)
		}
	}
	slices.Sort(list)
	return list
}
