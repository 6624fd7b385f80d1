package deploy_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// scaleAfter is an autoscaler that makes the active color larger once.
func (f *fakeTarget) scaleAfter(d time.Duration, n int) {
	go func() {
		time.Sleep(d)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.colors[f.active].spec.Replicas = n
	}()
}

func TestNewColorFollowsTheAutoscaler(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"while it starts": time.Second,
		"in the gate":     3500 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{"v2.0.0": {readyAfter: 3 * time.Second}})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				f.scaleAfter(after, 5)
				mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
				check(t, f, "v2.0.0", "v1.0.0")
				now, _ := f.ObserveApp(t.Context())
				if got := now.Colors[now.Active].Want; got != 5 {
					t.Errorf("the new color has %d instances, want 5", got)
				}
			})
		})
	}
}

// TestRollbackDoesNotWaitForWhatTheAutoscalerAdded: the new version is scaled
// from 2 to 6 in the bake, then one of its instances crashes. The other five
// are ready, and the old color needs no more than the 2 with which it gave the
// traffic away.
func TestRollbackDoesNotWaitForWhatTheAutoscalerAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v2.0.0": {crashOne: 8 * time.Second}})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.scaleAfter(5*time.Second, 6) // in the bake
		readyBefore := 0
		e := deploy.New(f, "test", deploy.WithTransport(f), fakeProbe(f), deploy.WithEvents(func(e progress.Event) {
			if e.Step == "start back" && e.Status == progress.StatusRunning {
				now, _ := f.ObserveApp(t.Context())
				readyBefore = now.Colors[now.Active].Ready()
			}
		}))
		began := time.Now()
		_, err := e.Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v2.0.0")})
		if got := problem.KindOf(err); got != problem.RolledBack {
			t.Errorf("kind %d, want %d: %v", got, problem.RolledBack, err)
		}
		if readyBefore != 5 {
			t.Fatalf("the new color had %d ready instances before the rollback, so the test shows nothing", readyBefore)
		}
		now, _ := f.ObserveApp(t.Context())
		if side := now.Colors[now.Active]; side.Version != "v1.0.0" || side.Want != 2 || side.Ready() != 2 {
			t.Errorf("active is %s with %d of %d instances ready, want 2 of 2", side.Version, side.Ready(), side.Want)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("the deploy took %s", took)
		}
		if slices.Contains(f.mistakes, "retired the active color") {
			t.Error(f.mistakes)
		}
	})
}
