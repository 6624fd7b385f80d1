package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// FindDrift returns what differs between the cluster and a release, in the color
// that runs it or else in the active one. The API server is asked what it
// would make of each object, so that fields which others have set on purpose,
// and values that mean the same, are no difference. How many instances there
// are is nobody's drift.
func (t *Target) FindDrift(ctx context.Context, spec deploy.Spec) ([]string, error) {
	list, err := t.Differences(ctx, spec)
	var texts []string
	for _, d := range list {
		texts = append(texts, d.String())
	}
	return texts, err
}

// Differences is Drift for programs.
func (t *Target) Differences(ctx context.Context, spec deploy.Spec) (all []Difference, err error) {
	c, err := t.colorOf(ctx, spec)
	if err != nil {
		return nil, err
	}
	sleep, err := t.sleepOf(ctx, c)
	if err != nil {
		return nil, err
	}
	proxies, err := t.proxyNamespaces(ctx)
	if err != nil {
		return nil, err
	}
	list, err := t.render(spec, c, sleep, proxies)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if o.GetKind() == "Namespace" || o.GetKind() == "ConfigMap" {
			continue // made once and left to whoever cares; has the history in it
		}
		compare := t.compare
		if o.GetName() == t.app.PreviewName() {
			compare = t.lacks // it leads to where the traffic is not
		}
		found, err := compare(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", objects.KindAndName(o), err)
		}
		all = append(all, found...)
	}
	names := []string{manifest.IngressSecretName(t.app.Name)}
	if len(spec.Release.Config.Secrets) > 0 {
		names = append(names, manifest.SecretName(t.app.Name, c))
	}
	for _, name := range names {
		found, err := t.lacksSecret(ctx, name)
		if err != nil {
			return all, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// lacksSecret says whether a Secret is there, to whoever may know.
func (t *Target) lacksSecret(ctx context.Context, name string) ([]Difference, error) {
	secret := &kube.Object{Object: map[string]any{"apiVersion": "v1", "kind": "Secret"}}
	t.app.SetIdentity(secret, name)
	found, err := t.lacks(ctx, secret)
	if kube.IsForbidden(err) {
		return nil, nil
	}
	return found, err
}

// lacks says only whether an object is there.
func (t *Target) lacks(ctx context.Context, want *kube.Object) ([]Difference, error) {
	_, err := t.app.Kube.Get(ctx, objects.RefOf(want))
	if kube.IsNotFound(err) {
		return []Difference{{Object: want.GetKind() + "/" + want.GetName()}}, nil
	}
	return nil, err
}

// colorOf is where to look for a release.
func (t *Target) colorOf(ctx context.Context, spec deploy.Spec) (color.Color, error) {
	active, err := t.app.ReadTraffic(ctx)
	if err != nil {
		return color.None, err
	}
	for _, c := range color.Both() {
		d, err := t.app.ReadDeployment(ctx, c)
		if err != nil {
			return color.None, err
		}
		if runs(d, spec) {
			return c, nil
		}
	}
	if active == color.None {
		return color.Blue, nil
	}
	return active, nil
}

// sleepOf is the farewell for which the pods of a color were made. A later
// measurement is no reason to call them different.
func (t *Target) sleepOf(ctx context.Context, c color.Color) (time.Duration, error) {
	d, err := t.app.ReadDeployment(ctx, c)
	if err != nil || d == nil {
		return 0, err
	}
	sleep, err := time.ParseDuration(d.GetAnnotations()[sleepNote])
	if err != nil {
		return 0, nil // as it comes
	}
	return sleep, nil
}

// compare says in what a live object differs from the wanted one.
func (t *Target) compare(ctx context.Context, want *kube.Object) ([]Difference, error) {
	name := want.GetKind() + "/" + want.GetName()
	live, err := t.app.Kube.Get(ctx, objects.RefOf(want))
	if kube.IsNotFound(err) {
		return []Difference{{Object: name}}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := adopt(want, live); err != nil {
		return nil, err
	}
	made, err := t.app.Kube.DryApply(ctx, want)
	if err != nil {
		return nil, err
	}
	return append(diff(name, "", declared(live), declared(made)), narrowed(name, live, want)...), nil
}

// narrowed finds host names that somebody has given to a route which should
// take every host. They are nobody's field of ours, and yet shut users out.
func narrowed(name string, live, want *kube.Object) []Difference {
	hosts := hostnames(live)
	if want.GetKind() != "HTTPRoute" || len(hosts) == 0 || len(hostnames(want)) > 0 {
		return nil
	}
	return []Difference{{name, "spec.hostnames", hosts, nil}}
}
