package routes

import (
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// hostsAnnotation on a route has the hosts that were configured when it was
// switched last, if it answers to more than these; "" is every host.
const hostsAnnotation = "version-manager.io/hosts"

// When a deploy changes the host names, requests to an old name must still
// arrive, and so must those of the probe, which started before. So a route
// also answers to the old names until the next deploy.

// keepHosts makes the wanted route also answer to the earlier hosts, as many
// as a route can have.
func keepHosts(want *kube.Object, earlier []string) {
	hosts := manifest.RouteHosts(want)
	if len(hosts) == 0 {
		return // every host
	}
	all := slices.Clone(hosts)
	for _, h := range earlier {
		if !slices.Contains(all, h) && len(all) < config.MaxHosts {
			all = append(all, h)
		}
	}
	if len(earlier) == 0 {
		all = nil
	}
	if len(all) != len(hosts) {
		manifest.SetRouteHosts(want, all)
		objects.SetAnnotation(want, hostsAnnotation, strings.Join(hosts, ","))
	}
}

// configuredHosts returns the hosts that a route was configured for when it
// was switched last; none: every host. An annotation with hosts that the route
// does not have is older than the route.
func configuredHosts(route *kube.Object) []string {
	live := manifest.RouteHosts(route)
	text, more := route.GetAnnotations()[hostsAnnotation]
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

// AdoptHosts makes the wanted route answer to the old names that the live one
// still answers to. They are no drift.
func AdoptHosts(want, live *kube.Object) {
	if _, more := live.GetAnnotations()[hostsAnnotation]; more && slices.Equal(configuredHosts(live), manifest.RouteHosts(want)) {
		copyHosts(want, live)
	}
}

// copyHosts makes a route answer to the same hosts as another one, for the
// same reason.
func copyHosts(to, from *kube.Object) {
	manifest.SetRouteHosts(to, manifest.RouteHosts(from))
	annotations := to.GetAnnotations()
	delete(annotations, hostsAnnotation)
	to.SetAnnotations(annotations)
	if v, more := from.GetAnnotations()[hostsAnnotation]; more {
		objects.SetAnnotation(to, hostsAnnotation, v)
	}
}
