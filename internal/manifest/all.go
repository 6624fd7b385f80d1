package manifest

import (
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
)

// AllObjects is everything that runs the release in its color and sends the traffic
// there, in the order in which it can be applied. Secrets are not among it
// unless there are values for them.
func AllObjects(a App) ([]*kube.Object, error) {
	a.Replicas = a.replicaCount()
	side, err := ColorObjects(a)
	if err != nil {
		return nil, err
	}
	list := append([]*kube.Object{NewNamespace(a)}, BaseObjects(a)...)
	list = append(list, side...)
	auto := a.appConfig().Autoscale
	if s := NewScaler(a, a.Color, max(auto.Min, 1), max(auto.Max, auto.Min, 1)); s != nil {
		list = append(list, s)
	}
	return append(list, NewRoute(a, a.Color), NewPreview(a, a.Color.Other())), nil
}

// WriteYAML prints objects as YAML documents.
func WriteYAML(w io.Writer, list []*kube.Object) error {
	for _, o := range list {
		b, err := yaml.Marshal(o.Object)
		if err != nil {
			return fmt.Errorf("write %s %s: %w", o.GetKind(), o.GetName(), err)
		}
		if _, err := fmt.Fprintf(w, "---\n%s", b); err != nil {
			return fmt.Errorf("write %s %s: %w", o.GetKind(), o.GetName(), err)
		}
	}
	return nil
}
