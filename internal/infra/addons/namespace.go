package addons

import (
	"context"
	"slices"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// The documentation of Traefik's Helm chart installs Traefik in the namespace
// that we use too. Our apply takes over fields by force, so objects of others in
// that namespace must be left alone.

func isManagedByUs(o *kube.Object) bool {
	return o.GetLabels()["app.kubernetes.io/managed-by"] == kube.FieldManager
}

// checkNamespace fails if we would install our Traefik beside someone else's:
// their Service would lead to our pods, and the pod security level of our
// namespace could keep theirs from starting.
func (i *installer) checkNamespace(ctx context.Context) error {
	if t, plan := i.found.choosePlan(); plan != planInstallOwn || t.own {
		return nil
	}
	foreign, err := i.listForeignObjects(ctx)
	if err != nil || len(foreign) == 0 {
		return err
	}
	return problem.New(problem.Failed,
		"helm upgrade traefik traefik/traefik --namespace "+ownNamespace+" --reuse-values --set providers.kubernetesGateway.enabled=true",
		"our Traefik would take over objects of another one in namespace %s; nothing was changed. "+
			"If the other one serves the Gateway API, version-manager install-ingress uses it", ownNamespace).With(foreign...)
}

// listForeignObjects returns what is not ours in our namespace: every Traefik,
// whatever its name, because our Service would select its pods, and every object
// with a name of ours.
func (i *installer) listForeignObjects(ctx context.Context) ([]string, error) {
	var list []string
	for _, t := range i.found.traefik {
		if t.namespace == ownNamespace && !t.own {
			list = append(list, t.kind+" "+t.name)
		}
	}
	for _, o := range ownObjects(i.options) {
		if o.GetNamespace() != ownNamespace {
			continue
		}
		existing, err := i.cluster.GetObject(ctx, kube.Ref{Kind: o.GetKind(), Namespace: ownNamespace, Name: o.GetName()})
		if err != nil && !kube.IsNotFound(err) {
			return nil, err
		}
		if what := o.GetKind() + " " + o.GetName(); err == nil && !isManagedByUs(existing) && !slices.Contains(list, what) {
			list = append(list, what)
		}
	}
	return list, nil
}

// applyParts applies objects, but never changes an existing namespace: its owner
// decided what may run in it.
func (i *installer) applyParts(ctx context.Context, parts []*kube.Object) error {
	_, err := i.cluster.GetObject(ctx, kube.Ref{Kind: "Namespace", Name: ownNamespace})
	if err != nil && !kube.IsNotFound(err) {
		return err
	}
	exists := err == nil
	return applyObjects(ctx, i.cluster, slices.DeleteFunc(slices.Clone(parts), func(o *kube.Object) bool {
		return exists && o.GetKind() == "Namespace"
	}))
}
