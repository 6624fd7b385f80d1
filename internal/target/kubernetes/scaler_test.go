package kubernetes

import (
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/objects"
)

func scaled(v release.Version, least, most int) release.Release {
	r := shop(v)
	r.Config.Autoscale = config.Autoscale{Min: least, Max: most, CPU: 60}
	return r
}

// bounds of the autoscaler, and what it looks at.
func (w world) bounds() (at string, least int) {
	w.Helper()
	o := w.GetObject("HorizontalPodAutoscaler", "shop")
	if o == nil {
		return "", 0
	}
	return objects.TextField(o, "spec", "scaleTargetRef", "name"), autoscale.MinReplicas(o)
}

func (w world) expectBounds(when, at string, least int) {
	w.Helper()
	if gotAt, got := w.bounds(); gotAt != at || got != least {
		w.Errorf("%s: the autoscaler looks at %q and keeps %d, want %q and %d", when, gotAt, got, at, least)
	}
}

func TestScalerIsPinnedAndHandedOver(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.Must(s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: scaled("v1.0.0", 1, 8), Replicas: 2}))
	w.expectBounds("before the first switch", "", 0)
	w.Must(s.scaler.FollowTraffic(t.Context(), color.Blue))
	w.expectBounds("after it", "shop-blue", 2)
	w.Must(s.scaler.ReleaseMinimum(t.Context()))
	w.expectBounds("without a lock", "shop-blue", 1)

	w.Must(s.deployer.ResizeColor(t.Context(), false, color.Blue, deploy.Spec{Release: scaled("v1.0.0", 1, 8), Replicas: 6})) // as the autoscaler does under load
	w.Must(s.scaler.HoldMinimum(t.Context()))
	w.expectBounds("in the next session", "shop-blue", 6)
	w.Must(s.ApplySpec(t.Context(), color.Green, deploy.Spec{Release: scaled("v1.1.0", 2, 4), Replicas: 6}))
	w.expectBounds("with a standby color", "shop-blue", 6)
	w.Must(s.scaler.FollowTraffic(t.Context(), color.Green))
	w.expectBounds("with bounds that are narrower", "shop-green", 4)
	w.Must(s.scaler.ReleaseMinimum(t.Context()))
	w.expectBounds("at the end", "shop-green", 2)

	w.Must(s.ApplySpec(t.Context(), color.Green, deploy.Spec{Release: shop("v1.2.0"), Replicas: 1}))
	w.Must(s.scaler.FollowTraffic(t.Context(), color.Green))
	w.expectBounds("of a release that wants none", "", 0)
}

// TestScalingByHandIsAFloor: the autoscaler would take the number back in minutes.
func TestScalingByHandIsAFloor(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: scaled("v1.0.0", 1, 8), Replicas: 2}
	w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
	w.Must(s.scaler.FollowTraffic(t.Context(), color.Blue))
	spec.Replicas = 5
	w.Must(s.deployer.ResizeColor(t.Context(), true, color.Blue, spec))
	w.Must(s.scaler.ReleaseMinimum(t.Context()))
	w.expectBounds("scaled to 5 by hand", "shop-blue", 5)

	w.Must(s.ApplySpec(t.Context(), color.Green, deploy.Spec{Release: scaled("v1.1.0", 1, 8), Replicas: 5}))
	w.Must(s.scaler.FollowTraffic(t.Context(), color.Green))
	w.Must(s.scaler.ReleaseMinimum(t.Context()))
	w.expectBounds("after the next deploy", "shop-green", 5)

	w.Must(s.deployer.ResizeColor(t.Context(), true, color.Green, deploy.Spec{Replicas: 1}))
	w.Must(s.scaler.ReleaseMinimum(t.Context()))
	w.expectBounds("scaled back", "shop-green", 1)
}
