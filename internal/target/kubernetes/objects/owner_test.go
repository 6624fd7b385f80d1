package objects

import (
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// TestIsOurs: without our labels an object is ours if we wrote it and
// nobody else claims it.
func TestIsOurs(t *testing.T) {
	app := NewApp(nil, "shop", config.Kubernetes{Namespace: "shop"})
	for name, tt := range map[string]struct {
		labels  map[string]any
		manager string
		want    bool
	}{
		"ours":                  {map[string]any{manifest.ManagedLabel: kube.FieldManager, manifest.NameLabel: "shop"}, "kubectl", true},
		"stripped":              {nil, kube.FieldManager, true},
		"half stripped":         {map[string]any{manifest.NameLabel: "shop"}, kube.FieldManager, true},
		"of another app":        {map[string]any{manifest.ManagedLabel: kube.FieldManager, manifest.NameLabel: "blog"}, kube.FieldManager, false},
		"claimed by others":     {map[string]any{manifest.ManagedLabel: "Helm", manifest.NameLabel: "shop"}, kube.FieldManager, false},
		"somebody else's":       {nil, "kubectl", false},
		"somebody else's label": {map[string]any{manifest.NameLabel: "shop"}, "argocd-controller", false},
	} {
		o := &kube.Object{Object: map[string]any{"metadata": map[string]any{
			"labels": tt.labels, "managedFields": []any{map[string]any{"manager": tt.manager, "operation": "Update"}}}}}
		if tt.labels == nil {
			delete(o.Object["metadata"].(map[string]any), "labels")
		}
		if got := app.IsOurs(o); got != tt.want {
			t.Errorf("%s: ours = %t", name, got)
		}
	}
}
