package manifest

import "version-manager/internal/kube"

// RouteHosts returns the host names that a route answers to; none: every host.
func RouteHosts(route *kube.Object) (list []string) {
	spec, _ := route.Object["spec"].(map[string]any)
	names, _ := spec["hostnames"].([]any)
	for _, n := range names {
		if text, ok := n.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// SetRouteHosts makes a route answer to the host names; none: every host.
func SetRouteHosts(route *kube.Object, hosts []string) {
	spec, ok := route.Object["spec"].(map[string]any)
	if !ok {
		return
	}
	delete(spec, "hostnames")
	if len(hosts) > 0 {
		spec["hostnames"] = toAnySlice(hosts)
	}
}
