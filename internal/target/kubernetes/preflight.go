package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// preflight finds out before the first change what would stop a deploy in its
// middle. Of several things that are wrong the first in the list is told: who
// lacks permissions is told so even where that already keeps another check
// from looking.
func (t *Target) preflight(ctx context.Context) error {
	checks := []func(context.Context) error{t.checkVersion, t.checkPermissions, t.checkNodes, t.checkClaims, t.preflightGateway, t.checkRivals}
	errs := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { errs[i] = check(ctx) })
	}
	wg.Wait()
	return cmp.Or(errs...)
}

func (t *Target) checkVersion(ctx context.Context) error {
	v, err := t.app.Kube.Version(ctx)
	if err != nil {
		return err
	}
	_, err = kube.CheckVersion(v)
	return err
}

// checkNodes looks for a machine that takes pods. Who may not see them learns
// it from the pods.
func (t *Target) checkNodes(ctx context.Context) error {
	nodes, err := objects.ListTyped[corev1.Node](ctx, t.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nil
	}
	if err != nil {
		return err
	}
	p := problem.New(problem.Failed, t.app.Kube.Kubectl("", "get nodes"), "no node of the cluster is ready")
	for _, n := range nodes {
		ready, why := nodeState(n)
		if ready && !n.Spec.Unschedulable {
			return nil
		}
		p.Lines = append(p.Lines, fmt.Sprintf("%s: %s", n.Name, why))
	}
	return p
}

// checkPermissions lists everything that the user would have to be allowed.
// There are many questions: who may do everything is asked only one, and who
// was allowed once is not asked again.
func (t *Target) checkPermissions(ctx context.Context) error {
	if t.permitted.Load() {
		return nil
	}
	all := kube.Permission{Verb: "*", Group: "*", Resource: "*", Scope: t.app.Namespace}
	missing, err := t.app.Kube.Missing(ctx, []kube.Permission{all})
	if err == nil && len(missing) > 0 {
		missing, err = t.app.Kube.Missing(ctx, permissions(t.app.Namespace))
	}
	t.permitted.Store(err == nil && len(missing) == 0)
	if err != nil || len(missing) == 0 {
		return err
	}
	return problem.New(problem.Failed, granting(t.app.Namespace),
		"the user of context %s lacks permissions in namespace %s", t.where.Context(), t.app.Namespace).With(byResource(missing)...)
}

// granting is what an administrator types, in a context that only he knows. In
// the file, "shop" is the namespace and the beginning of the group's name.
func granting(namespace string) string {
	return fmt.Sprintf("sed s/shop/%[1]s/g manifests/rbac/deployer.yaml | kubectl --context ADMINISTRATOR apply -f -"+
		"    (in a clone of version-manager; it lets the group %[1]s-deployers deploy)", namespace)
}

// permissions is what a deploy does, by resource.
func permissions(namespace string) (need []kube.Permission) {
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

// byResource names each resource once, with all verbs: a list of single
// permissions would be longer than what is shown of it.
func byResource(list []kube.Permission) (lines []string) {
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
