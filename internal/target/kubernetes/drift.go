package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// Difference is one field in which the cluster is not as a release says.
type Difference struct {
	Object string `json:"object"` // "Deployment/shop-blue"
	Path   string `json:"path"`   // "spec.template.spec.containers[0].image"; empty: the object as a whole
	Live   any    `json:"live"`   // nil: is not there
	Wanted any    `json:"wanted"` // nil: should not be there
}

func (d Difference) String() string {
	switch {
	case d.Path == "":
		return d.Object + " is missing"
	case d.Live == nil:
		return fmt.Sprintf("%s %s: should be %v", d.Object, d.Path, d.Wanted)
	case d.Wanted == nil:
		return fmt.Sprintf("%s %s: %v should not be there", d.Object, d.Path, d.Live)
	}
	return fmt.Sprintf("%s %s: %v should be %v", d.Object, d.Path, d.Live, d.Wanted)
}

// Drift returns what differs between the cluster and a release, in the color
// that runs it or else in the active one. The API server is asked what it
// would make of each object, so that fields which others have set on purpose,
// and values that mean the same, are no difference. How many instances there
// are is nobody's drift.
func (t *Target) Drift(ctx context.Context, spec deploy.Spec) ([]string, error) {
	list, err := t.Differences(ctx, spec)
	var texts []string
	for _, d := range list {
		texts = append(texts, d.String())
	}
	return texts, err
}

// Differences is Drift for programs.
func (t *Target) Differences(ctx context.Context, spec deploy.Spec) (all []Difference, err error) {
	c, err := t.colorOf(ctx, spec)
	if err != nil {
		return nil, err
	}
	sleep, err := t.sleepOf(ctx, c)
	if err != nil {
		return nil, err
	}
	list, err := t.render(spec, c, sleep, t.proxyNamespaces(ctx))
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if o.GetKind() == "Namespace" || o.GetName() == manifest.PreviewName(t.app) || o.GetKind() == "ConfigMap" {
			continue // made once and left to whoever cares; leads to where the traffic is not; has the history in it
		}
		found, err := t.compare(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", named(o), err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// colorOf is where to look for a release.
func (t *Target) colorOf(ctx context.Context, spec deploy.Spec) (color.Color, error) {
	active, err := t.routeLive(ctx)
	if err != nil {
		return color.None, err
	}
	for _, c := range color.Both() {
		d, err := t.deployment(ctx, c)
		if err != nil {
			return color.None, err
		}
		if runs(d, spec) {
			return c, nil
		}
	}
	if active == color.None {
		return color.Blue, nil
	}
	return active, nil
}

// adoptColor: which color has the traffic is for a deploy to decide. A route
// that leads to none of ours is a difference.
func adoptColor(want, live *kube.Object) error {
	c, err := manifest.Pointed(live, want.GetName())
	if err != nil {
		return nil
	}
	return manifest.Point(want, want.GetName(), c)
}

// sleepOf is the farewell for which the pods of a color were made. A later
// measurement is no reason to call them different.
func (t *Target) sleepOf(ctx context.Context, c color.Color) (time.Duration, error) {
	d, err := t.deployment(ctx, c)
	if err != nil || d == nil {
		return 0, err
	}
	sleep, err := time.ParseDuration(d.GetAnnotations()[sleepNote])
	if err != nil {
		return 0, nil // as it comes
	}
	return sleep, nil
}

// compare says in what a live object differs from the wanted one.
func (t *Target) compare(ctx context.Context, want *kube.Object) ([]Difference, error) {
	name := want.GetKind() + "/" + want.GetName()
	live, err := t.kube.Get(ctx, refOf(want))
	if kube.IsNotFound(err) {
		return []Difference{{Object: name}}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := adopt(want, live); err != nil {
		return nil, err
	}
	made, err := t.kube.DryApply(ctx, want)
	if err != nil {
		return nil, err
	}
	return append(diff(name, "", declared(live), declared(made)), narrowed(name, live, want)...), nil
}

// narrowed finds host names that somebody has given to a route which should
// take every host. They are nobody's field of ours, and yet shut users out.
func narrowed(name string, live, want *kube.Object) []Difference {
	hosts := hostnames(live)
	if want.GetKind() != "HTTPRoute" || len(hosts) == 0 || len(hostnames(want)) > 0 {
		return nil
	}
	return []Difference{{name, "spec.hostnames", hosts, nil}}
}

// adopt takes over into want what is decided by others in the course of time.
func adopt(want, live *kube.Object) error {
	for _, name := range []string{annotationTerm, annotationSwitch, floorNote, leastNote} {
		if v, ok := live.GetAnnotations()[name]; ok {
			annotate(want, name, v)
		}
	}
	switch want.GetKind() {
	case "Deployment":
		if image := sidecarImage(live); image != "" {
			adoptSidecar(want, image)
		}
		_, err := setReplicas(want, replicasOf(live))
		return err
	case "HTTPRoute":
		adoptHosts(want, live)
		return adoptColor(want, live)
	case "HorizontalPodAutoscaler":
		_, err := setLeast(want, leastOf(live))
		return err
	}
	return nil
}

// adoptSidecar: which build of this program a color was started by is no
// drift, and the next one's image may be on no node yet.
func adoptSidecar(want *kube.Object, image string) {
	if c := sidecarOf(want); c != nil {
		c["image"] = image
	}
}

func sidecarImage(o *kube.Object) string {
	image, _ := sidecarOf(o)["image"].(string)
	return image
}

// sidecarOf is that container of a Deployment, nil if it has none.
func sidecarOf(o *kube.Object) map[string]any {
	list, _, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "template", "spec", "initContainers")
	containers, _ := list.([]any)
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok && c["name"] == manifest.SidecarContainer {
			return c
		}
	}
	return nil
}

// declared is what of an object was said by people and programs, rather than
// seen by the cluster.
func declared(o *kube.Object) map[string]any {
	fields := maps.Clone(o.Object)
	delete(fields, "status")
	fields["metadata"] = map[string]any{"labels": stringMap(o.GetLabels()), "annotations": stringMap(o.GetAnnotations())}
	return fields
}

func stringMap(m map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// diff compares two values of JSON, field by field.
func diff(object, path string, live, want any) []Difference {
	if a, ok := live.(map[string]any); ok {
		if b, ok := want.(map[string]any); ok {
			return diffMaps(object, path, a, b)
		}
	}
	if a, ok := live.([]any); ok {
		if b, ok := want.([]any); ok && len(a) == len(b) {
			return diffLists(object, path, a, b)
		}
	}
	if reflect.DeepEqual(live, want) {
		return nil
	}
	return []Difference{{object, path, live, want}}
}

func diffMaps(object, path string, live, want map[string]any) (all []Difference) {
	keys := map[string]bool{}
	for k := range live {
		keys[k] = true
	}
	for k := range want {
		keys[k] = true
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		below := k
		if path != "" {
			below = path + "." + k
		}
		all = append(all, diff(object, below, live[k], want[k])...)
	}
	return all
}

func diffLists(object, path string, live, want []any) (all []Difference) {
	for i := range live {
		all = append(all, diff(object, fmt.Sprintf("%s[%d]", path, i), live[i], want[i])...)
	}
	return all
}
