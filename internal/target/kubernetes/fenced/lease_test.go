package fenced

import (
	"context"
	"testing"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/clustertest"
)

func TestLeaseSurvivesItsObject(t *testing.T) {
	w := clustertest.NewWorld(t)
	acquired := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	want := lease{holder: "ada #token", process: "p", term: 7, acquired: acquired, renewed: acquired.Add(time.Minute), version: "5"}
	o := newLeaseObject(w.OpenApp(), want)
	got, err := parseLease(o)
	got.acquired, got.renewed = got.acquired.UTC(), got.renewed.UTC()
	if err != nil || got != want {
		t.Errorf("parsed %+v, want %+v: %v", got, want, err)
	}
	if spec := o.Object["spec"].(map[string]any); spec["leaseDurationSeconds"] != int64(15) {
		t.Errorf("the lease lasts %v s", spec["leaseDurationSeconds"])
	}
	empty, err := parseLease(&kube.Object{Object: map[string]any{}})
	if err != nil || empty != (lease{}) {
		t.Errorf("an empty object is %+v, %v", empty, err)
	}
}

func TestNextHolder(t *testing.T) {
	now := time.Now()
	l := lease{holder: "ada #1", term: 4, version: "9"}.nextHolder("bob #2", now)
	if l.term != 5 || l.holder != "bob #2" || l.version != "9" || !l.acquired.Equal(now) || !l.renewed.Equal(now) {
		t.Errorf("next holder: %+v", l)
	}
}

func TestHolderName(t *testing.T) {
	for holder, want := range map[string]string{"ada #x": "ada", "ada #1 #x": "ada #1", " #x": "", "kubectl": "kubectl", "": ""} {
		if got := (lease{holder: holder}).holderName(); got != want {
			t.Errorf("name of %q: %q, want %q", holder, got, want)
		}
	}
}

func TestDescribeHolder(t *testing.T) {
	renewed := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC) // by a clock that is wrong
	for name, tt := range map[string]struct {
		acquired        time.Time
		age, seen, held time.Duration
	}{
		"renewed a moment ago":    {renewed.Add(-time.Minute), 3 * time.Second, 3 * time.Second, time.Minute + 3*time.Second},
		"written in the future":   {renewed.Add(-time.Minute), -3 * time.Second, 0, time.Minute},
		"renewed before acquired": {renewed.Add(time.Minute), time.Second, time.Second, time.Second},
	} {
		h := lease{holder: "ada #x", acquired: tt.acquired, renewed: renewed}.describeHolder(tt.age)
		about := func(at time.Time, ago time.Duration) bool {
			d := time.Since(at) - ago
			return d >= 0 && d < 2*time.Second
		}
		if h.Name != "ada" || !about(h.Seen, tt.seen) || !about(h.Since, tt.held) {
			t.Errorf("%s: seen %v ago, since %v", name, time.Since(h.Seen), time.Since(h.Since))
		}
	}
}

// counting counts the dry runs.
type counting struct {
	kube.Cluster
	dryRuns int
}

func (c *counting) DryApply(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	c.dryRuns++
	return c.Cluster.DryApply(ctx, o)
}

func TestClockIsComparedOnceAMinute(t *testing.T) {
	w := clustertest.NewWorld(t)
	app := w.OpenApp()
	k := &counting{Cluster: app.Kube}
	app.Kube = k
	clock := serverClock{app: app}
	w.Server.AdvanceClock(time.Hour)
	for i, tt := range []struct {
		age   time.Duration // of the last comparison; 0: there was none
		calls int
	}{{0, 1}, {clockMaxAge - 5*time.Second, 1}, {clockMaxAge, 2}, {clockMaxAge + time.Second, 3}} {
		if tt.age > 0 {
			clock.compared = time.Now().Add(-tt.age)
		}
		ahead := time.Until(clock.estimateNow(t.Context()))
		if k.dryRuns != tt.calls || ahead < time.Hour-2*time.Second || ahead > time.Hour+2*time.Second {
			t.Errorf("read %d: %d comparisons, %v ahead", i, k.dryRuns, ahead)
		}
	}
	// A caller that gave up must not decide for the others.
	clock.compared = time.Time{}
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	clock.estimateNow(gaveUp)
	if !clock.compared.IsZero() {
		t.Error("a comparison that was given up counts")
	}
}

func TestLastWritten(t *testing.T) {
	entry := func(manager, operation, at string) any {
		return map[string]any{"manager": manager, "operation": operation, "time": at}
	}
	o := &kube.Object{Object: map[string]any{"metadata": map[string]any{"managedFields": []any{
		entry(kube.FieldManager, "Update", "2026-01-01T00:00:05Z"),
		entry(kube.FieldManager, "Update", "2026-01-01T00:00:03Z"),
		entry(kube.FieldManager, "Apply", "2026-01-01T00:00:07Z"),
		entry("kubectl", "Update", "2026-01-01T00:00:09Z"),
		map[string]any{"manager": kube.FieldManager, "operation": "Update"},
	}}}}
	for operation, want := range map[string]int{"Update": 5, "Apply": 7} {
		if got := lastWritten(o, operation); got.Second() != want {
			t.Errorf("last %s at %v", operation, got)
		}
	}
	if at := lastWritten(o, "Patch"); !at.IsZero() {
		t.Errorf("never written, and yet at %v", at)
	}
}
