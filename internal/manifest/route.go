package manifest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/color"
	"version-manager/internal/kube"
)

// NewRoute is the one object that decides which color gets the traffic. Without
// host names in the configuration it takes every host.
func NewRoute(a App, active color.Color) *kube.Object {
	return a.newRoute("route.yaml", a.appName(), a.appConfig().Kubernetes.Hosts, active)
}

// NewPreview leads to the standby color.
func NewPreview(a App, standby color.Color) *kube.Object {
	return a.newRoute("preview.yaml", PreviewName(a.appName()), []string{PreviewHost(a.appConfig())}, standby)
}

func (a App) newRoute(file, name string, hosts []string, c color.Color) *kube.Object {
	o := loadRoute(file)
	o.SetName(name)
	o.SetNamespace(a.appNamespace())
	o.SetLabels(map[string]string{NameLabel: a.appName(), ManagedLabel: Manager})
	spec := o.Object["spec"].(map[string]any)
	delete(spec, "hostnames")
	if len(hosts) > 0 {
		spec["hostnames"] = toAnySlice(hosts)
	}
	gateway := spec["parentRefs"].([]any)[0].(map[string]any)
	gateway["namespace"], gateway["name"] = GatewayOf(a.appConfig())
	if err := PointRoute(o, a.appName(), c); err != nil {
		panic(fmt.Sprintf("read %s: %v", file, err))
	}
	return o
}

func toAnySlice(list []string) (out []any) {
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// PointRoute makes a route lead to color c and changes nothing else in it. It
// fails for a route that we did not make.
func PointRoute(route *kube.Object, app string, c color.Color) error {
	rules, backend, err := findBackend(route)
	if err != nil {
		return err
	}
	backend["name"] = ColorName(app, c)
	return unstructured.SetNestedSlice(route.Object, rules, "spec", "rules")
}

// GuardPreview gives a route to the standby color the filters of want, and
// reports whether it had others. Those made by an earlier version have none.
func GuardPreview(route, want *kube.Object) bool {
	have, err1 := onlyRule(route)
	made, err2 := onlyRule(want)
	if errors.Join(err1, err2) != nil || reflect.DeepEqual(have["filters"], made["filters"]) {
		return false
	}
	have["filters"] = made["filters"]
	return true
}

// onlyRule is the rule of a route, to be changed in place.
func onlyRule(route *kube.Object) (map[string]any, error) {
	spec, _ := route.Object["spec"].(map[string]any)
	rules, _ := spec["rules"].([]any)
	if len(rules) == 1 {
		if rule, ok := rules[0].(map[string]any); ok {
			return rule, nil
		}
	}
	return nil, fmt.Errorf("route %s does not have exactly one rule", route.GetName())
}

// PointedColor returns the color that a route leads to, color.None if it
// has no backend.
func PointedColor(route *kube.Object, app string) (color.Color, error) {
	_, backend, err := findBackend(route)
	if err != nil {
		return color.None, err
	}
	name, _ := backend["name"].(string)
	c, found := strings.CutPrefix(name, app+"-")
	if !found {
		return color.None, fmt.Errorf("route %s points to service %q, which does not belong to %s", route.GetName(), name, app)
	}
	if c == noColor {
		return color.None, nil
	}
	return color.Parse(c)
}

// LeadsTo reports whether a route sends any requests to color c, whatever else
// others have made of it.
func LeadsTo(route *kube.Object, app string, c color.Color) bool {
	rules, _, _ := unstructured.NestedSlice(route.Object, "spec", "rules")
	for _, rule := range rules {
		rule, _ := rule.(map[string]any)
		refs, _ := rule["backendRefs"].([]any)
		for _, ref := range refs {
			if backend, ok := ref.(map[string]any); ok && backend["name"] == ColorName(app, c) {
				return true
			}
		}
	}
	return false
}

// IsAttached reports whether a route is attached to any Gateway.
func IsAttached(route *kube.Object) bool {
	parents, _, _ := unstructured.NestedSlice(route.Object, "spec", "parentRefs")
	return len(parents) > 0
}

// findBackend returns a copy of a route's rules and in it the one place that all
// traffic goes to.
func findBackend(route *kube.Object) (rules []any, findBackend map[string]any, err error) {
	if rules, _, err = unstructured.NestedSlice(route.Object, "spec", "rules"); err != nil {
		return nil, nil, fmt.Errorf("read rules of route %s: %w", route.GetName(), err)
	}
	for _, rule := range rules {
		rule, _ := rule.(map[string]any)
		refs, _ := rule["backendRefs"].([]any)
		if len(rules) != 1 || len(refs) != 1 {
			break
		}
		if backend, ok := refs[0].(map[string]any); ok {
			return rules, backend, nil
		}
	}
	return nil, nil, fmt.Errorf("route %s does not lead to exactly one service: somebody else has changed it", route.GetName())
}
