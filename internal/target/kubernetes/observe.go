package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/target/kubernetes/routes"
)

// ObserveApp implements [deploy.Target].
func (t *Target) ObserveApp(ctx context.Context) (deploy.Observed, error) {
	o := deploy.Observed{App: t.app.Name, Colors: map[color.Color]deploy.Side{}}
	colors, err := t.cache.ReadColors(ctx)
	if err != nil {
		return o, err
	}
	if err := routes.ObserveRoute(ctx, t.app, t.cache, &o); err != nil {
		return o, err
	}
	if o.Missing, err = t.findMissing(ctx, colors); err != nil {
		return o, err
	}
	if o.Lock, err = t.locker.CurrentHolder(ctx); err != nil {
		return o, err
	}
	if o.Entrances, err = t.entrances.ListEntrances(ctx); err != nil {
		return o, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c, s := range colors {
		wg.Go(func() {
			side := t.observeColor(ctx, c, s)
			mu.Lock()
			defer mu.Unlock()
			o.Colors[c] = side
		})
	}
	wg.Wait()
	return o, nil
}

// observeColor reports what is known of a color. A pod counts as an instance
// until it is told to end; its requests count until it is gone.
func (t *Target) observeColor(ctx context.Context, c color.Color, s cache.ColorState) deploy.Side {
	sum := t.counters[c].SumCounts(ctx, s.Deployment.UID, s.Pods)
	side := deploy.Side{
		Version:   release.Version(s.Deployment.Annotations[manifest.VersionAnnotation]),
		Image:     s.Deployment.Annotations[manifest.ImageAnnotation],
		Want:      s.Replicas(),
		InFlight:  sum.InFlight,
		Tunnels:   sum.Tunnels,
		Requests:  sum.Requests,
		Errors:    sum.Errors,
		Instances: []deploy.Instance{},
		Edited:    lastEditor(s.Deployment),
	}
	for _, p := range pods.ListRunning(s.Pods) {
		side.Instances = append(side.Instances, t.observeInstance(p))
	}
	return side
}

func (t *Target) observeInstance(p *corev1.Pod) deploy.Instance {
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

// findMissing names objects without which requests cannot arrive, as far as
// the cache knows. Before the first deploy nothing is missing.
func (t *Target) findMissing(ctx context.Context, colors map[color.Color]cache.ColorState) (names []string, err error) {
	if len(colors) == 0 {
		return nil, nil
	}
	want := map[string][]string{
		"HTTPRoute": {t.app.Name, t.app.PreviewName()},
		"Service":   {t.app.ColorName(color.None)},
	}
	for c := range colors {
		want["Service"] = append(want["Service"], t.app.ColorName(c))
	}
	found, err := t.cache.FindObjects(ctx, want)
	for kind, list := range found {
		for i, o := range list {
			if name := want[kind][i]; o == nil || kind == "Service" && t.selectsOthers(o, name) {
				names = append(names, kind+"/"+name)
			}
		}
	}
	slices.Sort(names)
	return names, err
}

// selectsOthers reports whether a Service selects other pods than it should.
func (t *Target) selectsOthers(o *kube.Object, name string) bool {
	s, err := kube.ConvertObject[corev1.Service](o)
	if err != nil {
		return false
	}
	for _, c := range color.Both() {
		if name == t.app.ColorName(c) {
			return s.Spec.Selector[manifest.NameLabel] != t.app.Name || s.Spec.Selector[manifest.ColorLabel] != string(c)
		}
	}
	return false
}

// lastEditor says who else changed what the pods of a Deployment run, and
// when.
func lastEditor(d *appsv1.Deployment) string {
	for _, f := range d.ManagedFields {
		if f.Manager == kube.FieldManager || f.Subresource != "" || f.FieldsV1 == nil || f.Time == nil {
			continue
		}
		var fields struct {
			Spec struct {
				Template struct {
					Spec map[string]any `json:"f:spec"`
				} `json:"f:template"`
			} `json:"f:spec"`
		}
		raw, err := json.Marshal(f.FieldsV1)
		if err == nil && json.Unmarshal(raw, &fields) == nil && len(fields.Spec.Template.Spec) > 0 {
			return fmt.Sprintf("Deployment %s was changed by %s at %s", d.Name, f.Manager, f.Time.UTC().Format("15:04:05 UTC"))
		}
	}
	return ""
}
