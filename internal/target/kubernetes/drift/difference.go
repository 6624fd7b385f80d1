// Package drift compares the objects in the cluster with those that a release
// would have.
//
// It reads and asks the API server for dry runs, and changes nothing.
package drift

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"version-manager/internal/kube"
)

// Difference is one field in which the cluster differs from a release.
type Difference struct {
	Object string `json:"object"` // "Deployment/shop-blue"
	Path   string `json:"path"`   // "spec.template.spec.containers[0].image"; empty: the object as a whole
	Live   any    `json:"live"`   // nil: does not exist
	Wanted any    `json:"wanted"` // nil: should not exist
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

// declaredFields are the fields of an object that people and programs set, as
// opposed to what the cluster observed.
func declaredFields(o *kube.Object) map[string]any {
	fields := maps.Clone(o.Object)
	delete(fields, "status")
	fields["metadata"] = map[string]any{"labels": toAnyMap(o.GetLabels()), "annotations": toAnyMap(o.GetAnnotations())}
	return fields
}

func toAnyMap(m map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// diffValues compares two JSON values field by field.
func diffValues(object, path string, live, want any) []Difference {
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
		all = append(all, diffValues(object, below, live[k], want[k])...)
	}
	return all
}

func diffLists(object, path string, live, want []any) (all []Difference) {
	for i := range live {
		all = append(all, diffValues(object, fmt.Sprintf("%s[%d]", path, i), live[i], want[i])...)
	}
	return all
}
