package addons

import (
	"context"
	"slices"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// Our namespace is also the one into which the documentation of Helm's chart
// puts Traefik. An apply takes fields over by force, so what is somebody
// else's there must not be applied to.

func isOurs(o *kube.Object) bool {
	return o.GetLabels()["app.kubernetes.io/managed-by"] == kube.Manager
}

// unclaimed fails if our Traefik is to be installed where somebody else's is:
// its Service would lead to ours, and the rule of our namespace might keep its
// pods from starting.
func (i *installer) unclaimed(ctx context.Context) error {
	if t, how := i.found.choose(); how != install || t.own {
		return nil
	}
	theirs, err := i.theirs(ctx)
	if err != nil || len(theirs) == 0 {
		return err
	}
	return problem.New(problem.Failed,
		"let that Traefik serve the Gateway API, by providers.kubernetesGateway.enabled: true in the values of its chart; then version-manager install-ingress uses it",
		"our Traefik would take over what somebody else has in namespace %s; nothing was changed", ownSpace).With(theirs...)
}

// theirs lists what is not ours in our namespace: every Traefik, whatever its
// name, because our Service would select its pods, and what has a name of ours.
func (i *installer) theirs(ctx context.Context) ([]string, error) {
	var list []string
	for _, t := range i.found.traefik {
		if t.namespace == ownSpace && !t.own {
			list = append(list, t.kind+" "+t.name)
		}
	}
	for _, o := range ours(i.options) {
		if o.GetNamespace() != ownSpace {
			continue
		}
		there, err := i.cluster.Get(ctx, kube.Ref{Kind: o.GetKind(), Namespace: ownSpace, Name: o.GetName()})
		if err != nil && !kube.IsNotFound(err) {
			return nil, err
		}
		if what := o.GetKind() + " " + o.GetName(); err == nil && !isOurs(there) && !slices.Contains(list, what) {
			list = append(list, what)
		}
	}
	return list, nil
}

// apply makes objects, but leaves the namespace as it is if it is there:
// whoever made it knows what may run in it.
func (i *installer) apply(ctx context.Context, parts []*kube.Object) error {
	_, err := i.cluster.Get(ctx, kube.Ref{Kind: "Namespace", Name: ownSpace})
	if err != nil && !kube.IsNotFound(err) {
		return err
	}
	there := err == nil
	return apply(ctx, i.cluster, slices.DeleteFunc(slices.Clone(parts), func(o *kube.Object) bool {
		return there && o.GetKind() == "Namespace"
	}))
}
