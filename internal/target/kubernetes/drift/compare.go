package drift

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/workload"
)

// Comparer compares the cluster with releases.
type Comparer struct {
	app     *objects.App
	images  *workload.Images
	gateway *gateway.Reader
}

// NewComparer returns a comparer that makes no requests before it is used.
func NewComparer(app *objects.App, images *workload.Images, g *gateway.Reader) *Comparer {
	return &Comparer{app, images, g}
}

// FindDifferences compares the cluster with a release, in the color that runs
// it or else in the active one. The API server is asked what it would make of
// each object, so that fields which others own, and values that mean the same,
// are no difference. Nor is the number of instances.
func (c *Comparer) FindDifferences(ctx context.Context, spec deploy.Spec) (all []Difference, err error) {
	at, err := c.findColor(ctx, spec)
	if err != nil {
		return nil, err
	}
	list, err := c.renderWanted(ctx, spec, at)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		found, err := c.compareWanted(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", objects.KindAndName(o), err)
		}
		all = append(all, found...)
	}
	names := []string{manifest.IngressSecretName(c.app.Name)}
	if len(spec.Release.Config.Secrets) > 0 {
		names = append(names, manifest.SecretName(c.app.Name, at))
	}
	for _, name := range names {
		found, err := c.findMissingSecret(ctx, name)
		if err != nil {
			return all, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// renderWanted renders the objects of a release as a deploy would make them
// now.
func (c *Comparer) renderWanted(ctx context.Context, spec deploy.Spec, at color.Color) ([]*kube.Object, error) {
	sleep, err := c.readSleep(ctx, at)
	if err != nil {
		return nil, err
	}
	proxies, err := c.gateway.ProxyNamespaces(ctx)
	if err != nil {
		return nil, err
	}
	return workload.RenderObjects(c.app, c.images, spec, at, workload.RenderOptions{Sleep: sleep, Proxies: proxies})
}

// compareWanted compares one object, if its kind is compared.
func (c *Comparer) compareWanted(ctx context.Context, want *kube.Object) ([]Difference, error) {
	switch {
	case want.GetKind() == "Namespace", want.GetKind() == "ConfigMap":
		return nil, nil // created once and then left alone; holds the history
	case want.GetName() == c.app.PreviewName():
		return c.findMissing(ctx, want) // it leads to wherever the traffic does not
	}
	return c.compareObject(ctx, want)
}

// compareObject says in what a live object differs from the wanted one.
func (c *Comparer) compareObject(ctx context.Context, want *kube.Object) ([]Difference, error) {
	name := want.GetKind() + "/" + want.GetName()
	live, err := c.app.Kube.GetObject(ctx, objects.RefOf(want))
	if kube.IsNotFound(err) {
		return []Difference{{Object: name}}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := adoptLive(want, live); err != nil {
		return nil, err
	}
	made, err := c.app.Kube.DryApply(ctx, want)
	if err != nil {
		return nil, err
	}
	return append(diffValues(name, "", declaredFields(live), declaredFields(made)), addedHosts(name, live, want)...), nil
}

// addedHosts finds host names that somebody has given to a route which should
// take every host. We own no such field, and yet they shut users out.
func addedHosts(name string, live, want *kube.Object) []Difference {
	hosts := manifest.RouteHosts(live)
	if want.GetKind() != "HTTPRoute" || len(hosts) == 0 || len(manifest.RouteHosts(want)) > 0 {
		return nil
	}
	return []Difference{{name, "spec.hostnames", hosts, nil}}
}

// findMissing says only whether an object exists.
func (c *Comparer) findMissing(ctx context.Context, want *kube.Object) ([]Difference, error) {
	_, err := c.app.Kube.GetObject(ctx, objects.RefOf(want))
	if kube.IsNotFound(err) {
		return []Difference{{Object: want.GetKind() + "/" + want.GetName()}}, nil
	}
	return nil, err
}

// findMissingSecret says whether a Secret exists, as far as the caller may
// know.
func (c *Comparer) findMissingSecret(ctx context.Context, name string) ([]Difference, error) {
	secret := &kube.Object{Object: map[string]any{"apiVersion": "v1", "kind": "Secret"}}
	c.app.SetIdentity(secret, name)
	found, err := c.findMissing(ctx, secret)
	if kube.IsForbidden(err) {
		return nil, nil
	}
	return found, err
}

// findColor is the color in which to compare a release.
func (c *Comparer) findColor(ctx context.Context, spec deploy.Spec) (color.Color, error) {
	active, err := c.app.ReadTraffic(ctx)
	if err != nil {
		return color.None, err
	}
	for _, at := range color.Both() {
		d, err := c.app.ReadDeployment(ctx, at)
		if err != nil {
			return color.None, err
		}
		if workload.RunsSpec(d, spec) {
			return at, nil
		}
	}
	if active == color.None {
		return color.Blue, nil
	}
	return active, nil
}

// readSleep is the sleep with which the pods of a color were made. That a
// later measurement asks for another one is no difference.
func (c *Comparer) readSleep(ctx context.Context, at color.Color) (time.Duration, error) {
	d, err := c.app.ReadDeployment(ctx, at)
	if err != nil || d == nil {
		return 0, err
	}
	sleep, err := time.ParseDuration(d.GetAnnotations()[workload.SleepAnnotation])
	if err != nil {
		return 0, nil // the default
	}
	return sleep, nil
}
