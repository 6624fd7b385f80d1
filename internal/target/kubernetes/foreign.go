package kubernetes

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"version-manager/internal/color"
	"version-manager/internal/images"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// claimed are the names that an app needs, sorted by kind and name.
func (t *Target) claimed() (refs []kube.Ref) {
	for kind, names := range map[string][]string{
		"HTTPRoute":               {t.app.Name, t.app.PreviewName()},
		"Service":                 {t.app.ColorName(color.None)},
		"HorizontalPodAutoscaler": {t.app.Name},
		"ServiceAccount":          {t.app.Name},
		"NetworkPolicy":           {t.app.Name},
		"ConfigMap":               {t.app.Name, images.RecordName(t.app.Name)},
		"Lease":                   {t.app.Name},
	} {
		for _, name := range names {
			refs = append(refs, t.app.ObjectRef(kind, name))
		}
	}
	for _, c := range color.Both() {
		for _, kind := range []string{"Deployment", "Service", "PodDisruptionBudget"} {
			refs = append(refs, t.app.ObjectRef(kind, t.app.ColorName(c)))
		}
		refs = append(refs, t.app.ObjectRef("Secret", manifest.SecretName(t.app.Name, c)))
	}
	slices.SortFunc(refs, func(a, b kube.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return refs
}

// checkClaims looks, once, for objects of others under the names that the app
// needs. Before each write it is looked at again.
func (t *Target) checkClaims(ctx context.Context) error {
	if t.claims.Load() {
		return nil
	}
	refs := t.claimed()
	found := make([]*kube.Object, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	for i, r := range refs {
		g.Go(func() (err error) {
			if found[i], err = t.app.Kube.Get(ctx, r); kube.IsNotFound(err) || kube.IsNoKind(err) {
				err = nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var others []*kube.Object
	for _, o := range found {
		if o != nil && !t.app.IsOurs(o) {
			others = append(others, o)
		}
	}
	if len(others) > 0 {
		return t.app.ForeignError(others)
	}
	t.claims.Store(true)
	return nil
}
