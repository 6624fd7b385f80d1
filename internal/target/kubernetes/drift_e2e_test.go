//go:build e2e

package kubernetes

import (
	"slices"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
)

// TestDrift: what was applied is no drift, and what somebody changed is.
func TestDrift(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	target := c.target(t, c.options(t))
	ctx := t.Context()
	r := c.release("v1.0.0", map[string]string{"GREETING": "hello"})
	r.Config.Autoscale = config.Autoscale{Min: 1, Max: 4, CPU: 50}
	spec := deploy.Spec{Release: r, Replicas: 2, Secrets: map[string]string{"TOKEN": "t"}}
	s, err := target.AcquireLock(ctx, "test")
	must(t, err)
	must(t, s.ApplySpec(ctx, color.Blue, spec))
	turn(t, target, s, color.Blue)
	must(t, s.ReleaseLock(ctx))
	found, err := target.FindDrift(ctx, deploy.Spec{Release: r})
	must(t, err)
	if len(found) > 0 {
		t.Errorf("nobody has changed anything, and there is %q", found)
	}

	_, err = target.app.Kube.PatchObject(ctx, target.app.ObjectRef("Service", manifest.ColorName("shop", color.Blue)),
		map[string]any{"spec": map[string]any{"selector": map[string]any{manifest.ColorLabel: "green"}}})
	must(t, err)
	must(t, target.app.Kube.DeleteObject(ctx, target.app.ObjectRef("PodDisruptionBudget", manifest.ColorName("shop", color.Blue))))
	found, err = target.FindDrift(ctx, deploy.Spec{Release: r})
	must(t, err)
	slices.Sort(found)
	want := []string{
		"PodDisruptionBudget/shop-blue is missing",
		"Service/shop-blue spec.selector.version-manager.io/color: green should be blue",
	}
	if !slices.Equal(found, want) {
		t.Errorf("drift is %q, want %q", found, want)
	}
}
