//go:build e2e

package kubernetes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/targettest"
)

// TestSwitchesAreQuick switches between two warm colors under traffic at both
// entrances. Nobody fails, and nobody gets an answer by the old color once a
// switch is confirmed.
func TestSwitchesAreQuick(t *testing.T) {
	const switches, bar = 12, 3 * time.Second
	h := newCluster(t).harness(t)
	ctx, target := t.Context(), h.Target
	s, err := target.AcquireLock(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	versions := map[color.Color]string{color.Blue: "v1.0.0", color.Green: "v1.1.0"}
	for _, c := range color.Both() {
		apply(t, h, s, c, versions[c])
	}
	move := func(c color.Color) (switched, confirmed time.Duration) {
		t.Helper()
		now, err := target.ObserveApp(ctx)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := s.SwitchRoute(ctx, c, now.Revision); err != nil {
			t.Fatal(err)
		}
		switched = time.Since(began)
		if err := s.ConfirmRoute(ctx, c); err != nil {
			t.Fatal(err)
		}
		return switched, time.Since(began)
	}
	move(color.Blue)
	now, err := target.ObserveApp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	traffic := targettest.Pester(t, h.Client, now.Entrances.Public[0]+"/version", now.Entrances.Public[1]+"/version")
	var switched, confirmed []time.Duration
	for i := range switches {
		a, b := move(color.Both()[(i+1)%2])
		switched, confirmed = append(switched, a), append(confirmed, b)
	}
	sent, failed := traffic.Stop()
	slices.Sort(switched)
	slices.Sort(confirmed)
	t.Logf("%d switches: written p50 %v max %v, confirmed p50 %v max %v; %d requests, %d failed",
		switches, switched[switches/2], switched[switches-1], confirmed[switches/2], confirmed[switches-1], sent, len(failed))
	if len(failed) > 0 || confirmed[switches-1] > bar {
		t.Errorf("failed %q, slowest %v", failed[:min(3, len(failed))], confirmed[switches-1])
	}
	anchor, err := fenced.ReadAnchor(ctx, s.(*session).app)
	kept := fenced.AnchorValue(anchor, "propagation")
	if err != nil || len(strings.Split(kept, ",")) != 10 {
		t.Errorf("propagation %q, %v", kept, err)
	}
	t.Logf("propagation %s ms", kept)
	if err := s.RemoveApp(ctx); err != nil {
		t.Error(err)
	}
}

// apply brings a version up in a color and waits until it is ready.
func apply(t *testing.T, h targettest.Harness, s deploy.Session, c color.Color, version string) {
	t.Helper()
	if err := s.ApplySpec(t.Context(), c, deploy.Spec{Release: h.Release(release.Version(version), nil), Replicas: 2}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(h.Patience); ; time.Sleep(50 * time.Millisecond) {
		o, err := h.Target.ObserveApp(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o.Colors[c].Ready() == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not get ready: %+v", c, o.Colors[c])
		}
	}
}
