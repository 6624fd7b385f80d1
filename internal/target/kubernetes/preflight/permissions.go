package preflight

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// checkPermissions lists everything that the user would have to be allowed to
// do. There are many questions: an administrator is asked only one, and a user
// with all permissions is not asked again.
func (c *Checker) checkPermissions(ctx context.Context) error {
	if c.permitted.Load() {
		return nil
	}
	all := kube.Permission{Verb: "*", Group: "*", Resource: "*", Scope: c.app.Namespace}
	missing, err := c.app.Kube.MissingPermissions(ctx, []kube.Permission{all})
	if err == nil && len(missing) > 0 {
		missing, err = c.app.Kube.MissingPermissions(ctx, neededPermissions(c.app.Namespace))
	}
	c.permitted.Store(err == nil && len(missing) == 0)
	if err != nil || len(missing) == 0 {
		return err
	}
	return problem.New(problem.Failed, grantCommand(c.app.Namespace),
		"the user of context %s lacks permissions in namespace %s; an administrator can grant them to group %s-deployers in a clone of version-manager",
		c.context, c.app.Namespace, c.app.Namespace).With(groupByResource(missing)...)
}

// grantCommand is what an administrator types. In the file, "shop" is the
// namespace and the beginning of the group's name.
func grantCommand(namespace string) string {
	return fmt.Sprintf("sed s/shop/%[1]s/g manifests/rbac/deployer.yaml | kubectl apply -f -", namespace)
}

// neededPermissions is what a deploy does, by resource.
func neededPermissions(namespace string) (need []kube.Permission) {
	const change = "get list watch create update patch delete"
	for _, r := range []struct{ group, resource, verbs string }{
		{"apps", "deployments", change},
		{"", "pods", "get list watch delete"},
		{"", "pods/log", "get"},
		{"", "pods/portforward", "create"},
		{"", "events", "list"},
		{"", "services", change},
		{"", "secrets", change},
		{"", "configmaps", change},
		{"", "serviceaccounts", change},
		{"policy", "poddisruptionbudgets", change},
		{"autoscaling", "horizontalpodautoscalers", change},
		{"networking.k8s.io", "networkpolicies", change},
		{"coordination.k8s.io", "leases", change},
		{"gateway.networking.k8s.io", "httproutes", change},
		{"discovery.k8s.io", "endpointslices", "list"},
	} {
		for verb := range strings.FieldsSeq(r.verbs) {
			need = append(need, kube.Permission{Verb: verb, Group: r.group, Resource: r.resource, Scope: namespace})
		}
	}
	return need
}

// groupByResource names each resource once, with all its verbs: a list of
// single permissions would be longer than what is shown of it.
func groupByResource(list []kube.Permission) (lines []string) {
	verbs := map[string][]string{}
	for _, p := range list {
		resource := p.Resource
		if p.Group != "" {
			resource += "." + p.Group
		}
		verbs[resource] = append(verbs[resource], p.Verb)
	}
	for _, resource := range slices.Sorted(maps.Keys(verbs)) {
		lines = append(lines, resource+": "+strings.Join(verbs[resource], ", "))
	}
	return lines
}
