package preflight

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

// neededNames returns the names that an app needs, sorted by kind and name.
func (c *Checker) neededNames() (refs []kube.Ref) {
	app := c.app.Name
	for kind, names := range map[string][]string{
		"HTTPRoute":               {app, c.app.PreviewName()},
		"Service":                 {c.app.ColorName(color.None)},
		"HorizontalPodAutoscaler": {app},
		"ServiceAccount":          {app},
		"NetworkPolicy":           {app},
		"ConfigMap":               {app, images.RecordName(app)},
		"Lease":                   {app},
	} {
		for _, name := range names {
			refs = append(refs, c.app.ObjectRef(kind, name))
		}
	}
	for _, at := range color.Both() {
		for _, kind := range []string{"Deployment", "Service", "PodDisruptionBudget"} {
			refs = append(refs, c.app.ObjectRef(kind, c.app.ColorName(at)))
		}
		refs = append(refs, c.app.ObjectRef("Secret", manifest.SecretName(app, at)))
	}
	slices.SortFunc(refs, func(a, b kube.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return refs
}

// checkClaims looks, once, for objects of others under the names that the app
// needs. Each write looks again.
func (c *Checker) checkClaims(ctx context.Context) error {
	if c.claimed.Load() {
		return nil
	}
	refs := c.neededNames()
	found := make([]*kube.Object, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	for i, r := range refs {
		g.Go(func() (err error) {
			if found[i], err = c.app.Kube.GetObject(ctx, r); kube.IsNotFound(err) || kube.IsNoKind(err) {
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
		if o != nil && !c.app.IsOurs(o) {
			others = append(others, o)
		}
	}
	if len(others) > 0 {
		return c.app.ForeignError(others)
	}
	c.claimed.Store(true)
	return nil
}
