//go:build e2e

package kubernetes

import (
	"testing"
	"time"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// TestAutoscalerFollowsTheTraffic goes with the autoscaler through a deploy.
func TestAutoscalerFollowsTheTraffic(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	target := c.target(t, c.options(t))
	ctx := t.Context()
	lock := func() deploy.Session {
		t.Helper()
		s, err := target.AcquireLock(ctx, "test")
		must(t, err)
		return s
	}
	s := lock()
	scaled := func(v release.Version, lo, hi int) release.Release {
		r := c.release(v, nil)
		r.Config.Autoscale = config.Autoscale{Min: lo, Max: hi, CPU: 50}
		return r
	}
	must(t, s.ApplySpec(ctx, color.Blue, deploy.Spec{Release: scaled("v1.0.0", 1, 4), Replicas: 2}))
	expectScaler(t, target, nil)
	turn(t, target, s, color.Blue)
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Blue, Min: 2, Max: 4})
	must(t, s.ReleaseLock(ctx))
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Blue, Min: 1, Max: 4})

	s = lock()
	o, err := target.ObserveApp(ctx)
	must(t, err)
	idle := o.Colors[color.Blue].Want // two, or one if the autoscaler was quick
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Blue, Min: idle, Max: 4})
	must(t, s.ApplySpec(ctx, color.Blue, deploy.Spec{Release: scaled("v1.0.0", 1, 4), Replicas: 3}))
	must(t, s.ReleaseLock(ctx))
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Blue, Min: 3, Max: 4})

	s = lock()
	must(t, s.ApplySpec(ctx, color.Green, deploy.Spec{Release: scaled("v1.1.0", 2, 5), Replicas: 3}))
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Blue, Min: 3, Max: 4})
	turn(t, target, s, color.Green)
	expectScaler(t, target, &clusterstatus.Scaler{Color: color.Green, Min: 3, Max: 5})
	must(t, s.RemoveApp(ctx))
	expectScaler(t, target, nil)
	must(t, s.ReleaseLock(ctx))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// turn switches to a color as soon as it has all its instances.
func turn(t *testing.T, target *Target, s deploy.Session, c color.Color) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		o, err := target.ObserveApp(t.Context())
		must(t, err)
		if side := o.Colors[c]; side.Want > 0 && side.Ready() == side.Want {
			must(t, s.SwitchRoute(t.Context(), c, o.Revision))
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not become ready: %+v", c, o.Colors[c])
		}
	}
}

// expectScaler looks at color and bounds only.
func expectScaler(t *testing.T, target *Target, want *clusterstatus.Scaler) {
	t.Helper()
	seen, err := target.DescribeCluster(t.Context())
	must(t, err)
	got := seen.Scaler
	if got == nil || want == nil {
		if got != want {
			t.Errorf("autoscaler %+v, want %+v", got, want)
		}
		return
	}
	if got.Color != want.Color || got.Min != want.Min || got.Max != want.Max {
		t.Errorf("autoscaler %+v, want %+v", got, want)
	}
}
