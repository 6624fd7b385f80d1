package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// seen is what the mirror has of one color.
type seen struct {
	deployment *appsv1.Deployment // nil: the color runs nothing
	pods       []*corev1.Pod      // with those that are ending
}

// Observe implements [deploy.Target].
func (t *Target) Observe(ctx context.Context) (deploy.Observed, error) {
	o := deploy.Observed{App: t.app, Colors: map[color.Color]deploy.Side{}}
	colors, err := t.look(ctx)
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

// look returns the colors that run something.
func (t *Target) look(ctx context.Context) (map[color.Color]seen, error) {
	colors := map[color.Color]seen{}
	err := t.mirror.ask(ctx, func(shelves map[string]*shelf) {
		for _, d := range typed[appsv1.Deployment](shelves["Deployment"]) {
			if c, err := color.Parse(d.Labels[manifest.ColorLabel]); err == nil && d.Name == manifest.Side(t.app, c) {
				colors[c] = seen{deployment: d}
			}
		}
		for _, p := range typed[corev1.Pod](shelves["Pod"]) {
			c := color.Color(p.Labels[manifest.ColorLabel])
			if s, ok := colors[c]; ok {
				s.pods = append(s.pods, p)
				colors[c] = s
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("look at namespace %s: %w", t.namespace, err)
	}
	return colors, nil
}

// side puts together what is known of a color. What the cluster calls a pod
// is an instance until it is told to end; its requests count until it is gone.
func (t *Target) side(ctx context.Context, c color.Color, s seen) deploy.Side {
	sum := t.tallies[c].read(ctx, s.deployment.UID, s.pods)
	side := deploy.Side{
		Version:   release.Version(s.deployment.Annotations[manifest.VersionNote]),
		Image:     s.deployment.Annotations[manifest.ImageNote],
		Want:      want(s.deployment),
		InFlight:  sum.InFlight,
		Tunnels:   sum.Tunnels,
		Requests:  sum.Requests,
		Errors:    sum.Errors,
		Instances: []deploy.Instance{},
		Edited:    editor(s.deployment),
	}
	for _, p := range running(s.pods) {
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

// running are the pods that have not ended and were not told to, the oldest
// first.
func running(pods []*corev1.Pod) []*corev1.Pod {
	list := slices.DeleteFunc(slices.Clone(pods), func(p *corev1.Pod) bool { return ended(p) || p.DeletionTimestamp != nil })
	slices.SortFunc(list, func(a, b *corev1.Pod) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return list
}

func (t *Target) instance(p *corev1.Pod) deploy.Instance {
	i := deploy.Instance{
		ID:       p.Name,
		Ready:    ready(p),
		Started:  p.CreationTimestamp.UTC(),
		Restarts: restarts(p),
		Address:  p.Status.PodIP,
		Node:     p.Spec.NodeName,
	}
	if !i.Ready {
		i.Reason = t.doctor.reason(p)
	}
	return i
}

// readyPods counts the instances of a color that get requests, asked of the
// API server itself.
func (t *Target) readyPods(ctx context.Context, c color.Color) (int, error) {
	pods, err := t.pods(ctx, c)
	n := 0
	for _, p := range pods {
		if ready(p) {
			n++
		}
	}
	return n, err
}
