package kubernetes

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"version-manager/internal/kube"
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
