package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
)

// Mend implements [deploy.Session]: what others deleted is made again, and what
// they changed is put right, of all that belongs to the app as a whole and of
// what stands around the instances of a color.
func (s *session) Mend(ctx context.Context, c color.Color, spec deploy.Spec) (made []string, err error) {
	list, err := s.surroundings(ctx, c, spec)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		_, err := s.app.Kube.Get(ctx, objects.RefOf(o))
		missing := kube.IsNotFound(err)
		if _, err := s.apply(ctx, o); err != nil {
			return made, err
		}
		if missing {
			made = append(made, o.GetKind()+"/"+o.GetName())
		}
	}
	secret, err := s.mendIngressSecret(ctx)
	if made = append(made, secret...); err != nil {
		return made, err
	}
	more, err := s.mendRoutes(ctx, c)
	return append(made, more...), err
}

// surroundings are the objects of a color but for its instances and routes.
func (s *session) surroundings(ctx context.Context, c color.Color, spec deploy.Spec) ([]*kube.Object, error) {
	a := s.manifest(spec.Release, c)
	var err error
	if a.Proxies, err = s.proxyNamespaces(ctx); err != nil {
		return nil, err
	}
	if spec.Secrets != nil { // never over those that are there
		have, err := s.secretsOf(ctx, c, nil)
		if err != nil {
			return nil, err
		}
		if have == nil {
			a.Secrets = spec.Secrets
		}
	}
	list, err := manifest.Color(a)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(append(manifest.Base(a), list...), func(o *kube.Object) bool {
		return o.GetKind() == "ConfigMap" || o.GetKind() == "Deployment"
	}), nil
}

// mendRoutes makes the preview's route and the autoscaler again. Who has the
// traffic is for Switch to say, which makes the public route again.
func (s *session) mendRoutes(ctx context.Context, c color.Color) (made []string, err error) {
	o, err := s.readLive(ctx, "HTTPRoute", s.app.PreviewName())
	if err != nil {
		return nil, fmt.Errorf("look at the preview's route: %w", err)
	}
	if o == nil {
		if err := s.ensurePreview(ctx); err != nil {
			return nil, err
		}
		made = append(made, "HTTPRoute/"+s.app.PreviewName())
	}
	active, err := s.app.ReadTraffic(ctx)
	if err != nil {
		return made, err
	}
	if active != c {
		return made, s.previewStandby(ctx, c)
	}
	scaler, err := s.app.ReadScaler(ctx)
	if err != nil {
		return made, err
	}
	if err := s.handOver(ctx, c); err != nil {
		return made, err
	}
	if again, err := s.app.ReadScaler(ctx); err == nil && scaler == nil && again != nil {
		made = append(made, "HorizontalPodAutoscaler/"+s.app.Name)
	}
	return made, s.previewStandby(ctx, c.Other())
}

// missing names objects without which requests cannot arrive, as far as the
// mirror knows. Before the first deploy nothing is missing.
func (t *Target) missing(ctx context.Context, colors map[color.Color]cache.ColorState) (names []string, err error) {
	if len(colors) == 0 {
		return nil, nil
	}
	want := map[string][]string{
		"HTTPRoute": {t.app.Name, t.app.PreviewName()},
		"Service":   {t.app.ColorName(color.None)},
	}
	for c := range colors {
		want["Service"] = append(want["Service"], t.app.ColorName(c))
	}
	found, err := t.cache.FindObjects(ctx, want)
	for kind, list := range found {
		for i, o := range list {
			if name := want[kind][i]; o == nil || kind == "Service" && strays(o, t.app.Name, name) {
				names = append(names, kind+"/"+name)
			}
		}
	}
	slices.Sort(names)
	return names, err
}

// strays reports whether a Service selects other pods than it should.
func strays(o *kube.Object, app, name string) bool {
	s, err := kube.As[corev1.Service](o)
	if err != nil {
		return false
	}
	for _, c := range color.Both() {
		if name == manifest.Side(app, c) {
			return s.Spec.Selector[manifest.NameLabel] != app || s.Spec.Selector[manifest.ColorLabel] != string(c)
		}
	}
	return false
}

// editor says who else changed what the pods of a Deployment run, and when.
func editor(d *appsv1.Deployment) string {
	for _, f := range d.ManagedFields {
		if f.Manager == kube.Manager || f.Subresource != "" || f.FieldsV1 == nil || f.Time == nil {
			continue
		}
		var fields struct {
			Spec struct {
				Template struct {
					Spec map[string]any `json:"f:spec"`
				} `json:"f:template"`
			} `json:"f:spec"`
		}
		raw, err := json.Marshal(f.FieldsV1)
		if err == nil && json.Unmarshal(raw, &fields) == nil && len(fields.Spec.Template.Spec) > 0 {
			return fmt.Sprintf("Deployment %s was changed by %s at %s", d.Name, f.Manager, f.Time.UTC().Format("15:04:05 UTC"))
		}
	}
	return ""
}
