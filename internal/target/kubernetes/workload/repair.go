package workload

import (
	"context"
	"slices"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// RepairColor creates again what others deleted, and corrects what they
// changed, of everything that belongs to the app as a whole and of what
// surrounds the instances of a color. It returns the names of what was
// missing.
func (d *Deployer) RepairColor(ctx context.Context, c color.Color, spec deploy.Spec) (created []string, err error) {
	list, err := d.surroundingObjects(ctx, c, spec)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		_, err := d.app.Kube.GetObject(ctx, objects.RefOf(o))
		missing := kube.IsNotFound(err)
		if _, err := d.out.ApplyObject(ctx, o); err != nil {
			return created, err
		}
		if missing {
			created = append(created, o.GetKind()+"/"+o.GetName())
		}
	}
	secrets, err := d.secret.RecreateMissing(ctx, d.out)
	if created = append(created, secrets...); err != nil {
		return created, err
	}
	more, err := d.routes.RepairRoutes(ctx, c)
	return append(created, more...), err
}

// surroundingObjects are the objects of a color except for its instances and
// routes.
func (d *Deployer) surroundingObjects(ctx context.Context, c color.Color, spec deploy.Spec) ([]*kube.Object, error) {
	a := newManifest(d.app, spec.Release, c)
	var err error
	if a.Proxies, err = d.gateway.ProxyNamespaces(ctx); err != nil {
		return nil, err
	}
	if spec.Secrets != nil { // never replace existing ones
		have, err := d.readSecret(ctx, c)
		if err != nil {
			return nil, err
		}
		if have == nil {
			a.Secrets = spec.Secrets
		}
	}
	list, err := manifest.ColorObjects(a)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(append(manifest.BaseObjects(a), list...), func(o *kube.Object) bool {
		return o.GetKind() == "ConfigMap" || o.GetKind() == "Deployment"
	}), nil
}
