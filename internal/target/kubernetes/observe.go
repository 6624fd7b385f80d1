package kubernetes

import (
	"context"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/pods"
)

// Observe implements [deploy.Target].
func (t *Target) Observe(ctx context.Context) (deploy.Observed, error) {
	o := deploy.Observed{App: t.app.Name, Colors: map[color.Color]deploy.Side{}}
	colors, err := t.cache.ReadColors(ctx)
	if err != nil {
		return o, err
	}
	if err := t.observeRoute(ctx, &o); err != nil {
		return o, err
	}
	if o.Missing, err = t.missing(ctx, colors); err != nil {
		return o, err
	}
	if o.Lock, err = t.holderNow(ctx); err != nil {
		return o, err
	}
	if o.Entrances, err = t.entrances(ctx); err != nil {
		return o, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c, s := range colors {
		wg.Go(func() {
			side := t.side(ctx, c, s)
			mu.Lock()
			defer mu.Unlock()
			o.Colors[c] = side
		})
	}
	wg.Wait()
	return o, nil
}

// side puts together what is known of a color. What the cluster calls a pod
// is an instance until it is told to end; its requests count until it is gone.
func (t *Target) side(ctx context.Context, c color.Color, s cache.ColorState) deploy.Side {
	sum := t.counters[c].SumCounts(ctx, s.Deployment.UID, s.Pods)
	side := deploy.Side{
		Version:   release.Version(s.Deployment.Annotations[manifest.VersionNote]),
		Image:     s.Deployment.Annotations[manifest.ImageNote],
		Want:      want(s.Deployment),
		InFlight:  sum.InFlight,
		Tunnels:   sum.Tunnels,
		Requests:  sum.Requests,
		Errors:    sum.Errors,
		Instances: []deploy.Instance{},
		Edited:    editor(s.Deployment),
	}
	for _, p := range pods.ListRunning(s.Pods) {
		side.Instances = append(side.Instances, t.instance(p))
	}
	return side
}

func want(d *appsv1.Deployment) int {
	if d.Spec.Replicas == nil {
		return 1
	}
	return int(*d.Spec.Replicas)
}

func (t *Target) instance(p *corev1.Pod) deploy.Instance {
	i := deploy.Instance{
		ID:       p.Name,
		Ready:    pods.IsReady(p),
		Started:  p.CreationTimestamp.UTC(),
		Restarts: pods.CountRestarts(p),
		Address:  p.Status.PodIP,
		Node:     p.Spec.NodeName,
	}
	if !i.Ready {
		i.Reason = t.health.NotReadyReason(p)
	}
	return i
}

// readyPods counts the instances of a color that get requests, asked of the
// API server itself.
func (t *Target) readyPods(ctx context.Context, c color.Color) (int, error) {
	list, err := t.app.ListPods(ctx, c)
	return pods.CountReady(list), err
}
