package kubernetes

import (
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// annotationHosts on a route are the hosts that were configured when it was
// switched last, where it answers to more than these; "" is every host.
const annotationHosts = "version-manager.io/hosts"

// Who is on the way to an old host name when a deploy changes the names must
// still get there, and so must the probe, which began before. So a route
// answers to the old names as well, until the next deploy.

// keepHosts makes the wanted route answer to the hosts before, too, as many as
// a route can have.
func keepHosts(want *kube.Object, before []string) {
	hosts := hostnames(want)
	if len(hosts) == 0 {
		return // every host
	}
	all := slices.Clone(hosts)
	for _, h := range before {
		if !slices.Contains(all, h) && len(all) < config.MostHosts {
			all = append(all, h)
		}
	}
	if len(before) == 0 {
		all = nil
	}
	if len(all) != len(hosts) {
		setHosts(want, all)
		objects.SetAnnotation(want, annotationHosts, strings.Join(hosts, ","))
	}
}

// configuredHosts are those that a route was configured for when it was
// switched last; none: every host. A note that names others than the route is
// older than the route.
func configuredHosts(route *kube.Object) []string {
	live := hostnames(route)
	text, more := route.GetAnnotations()[annotationHosts]
	if !more {
		return live
	}
	if text == "" {
		return nil
	}
	noted := strings.Split(text, ",")
	for _, h := range noted {
		if len(live) > 0 && !slices.Contains(live, h) {
			return live
		}
	}
	return noted
}

// adoptHosts: that old names are still answered to is no drift.
func adoptHosts(want, live *kube.Object) {
	if _, more := live.GetAnnotations()[annotationHosts]; more && slices.Equal(configuredHosts(live), hostnames(want)) {
		copyHosts(want, live)
	}
}

// copyHosts makes a route answer to the same hosts as another one, for the
// same reason.
func copyHosts(to, from *kube.Object) {
	setHosts(to, hostnames(from))
	notes := to.GetAnnotations()
	delete(notes, annotationHosts)
	to.SetAnnotations(notes)
	if v, more := from.GetAnnotations()[annotationHosts]; more {
		objects.SetAnnotation(to, annotationHosts, v)
	}
}

// setHosts makes a route answer to these hosts; none: every host.
func setHosts(route *kube.Object, hosts []string) {
	spec, ok := route.Object["spec"].(map[string]any)
	if !ok {
		return
	}
	delete(spec, "hostnames")
	var list []any
	for _, h := range hosts {
		list = append(list, h)
	}
	if len(list) > 0 {
		spec["hostnames"] = list
	}
}
