package deploy_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// scaleTo is what somebody does by hand to a color; -1 deletes it.
func (f *fakeTarget) scaleTo(c color.Color, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n < 0 {
		delete(f.colors, c)
		return
	}
	f.colors[c].spec.Replicas = n
}

// A rollback is possible immediately, although the old color was stopped during
// the bake and starts slowly.
func TestOldColorIsStartedAgainBeforeItIsNeeded(t *testing.T) {
	for name, replicas := range map[string]int{"scaled to 0": 0, "scaled to 1": 1, "deleted": -1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const slowStart, fails = 3 * time.Second, 9 * time.Second
				f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {readyAfter: slowStart}, "v2.0.0": {crashAfter: fails}})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				began := time.Now()
				time.AfterFunc(5*time.Second, func() { f.scaleTo(color.Blue, replicas) })
				var events []progress.Event
				report, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v2.0.0")})
				if got := problem.KindOf(err); got != problem.RolledBack {
					t.Fatalf("kind %d, want %d: %v", got, problem.RolledBack, err)
				}
				i := slices.IndexFunc(events, func(e progress.Event) bool { return e.Step == "switch back" && e.Status == progress.StatusDone })
				if after := events[i].Time.Sub(began) - fails; after > 500*time.Millisecond {
					t.Errorf("switched back %s after the new color failed", after)
				}
				if !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.Contains(n, "blue (v1.0.0) was "+name) }) {
					t.Errorf("notes are %q", report.Notes)
				}
				check(t, f, "v1.0.0", "")
				if now, _ := f.ObserveApp(t.Context()); now.Colors[color.Blue].Ready() != 2 {
					t.Errorf("blue has %d of 2", now.Colors[color.Blue].Ready())
				}
			})
		})
	}
}

// If somebody stops the old color again and again, that is intended. What cannot be
// started does not fail a healthy deploy, a rollback does not keep what it leaves,
// and one that had been stopped before the deploy stays so.
func TestOldColorIsNotStartedForever(t *testing.T) {
	for name, tt := range map[string]struct {
		kind    deploy.Kind
		old     behavior
		meddle  func(f *fakeTarget)
		replica int // of the old color in the end; -1: none
		notes   int
	}{
		"again and again": {kind: deploy.ZeroDowntime, notes: 3, meddle: func(f *fakeTarget) {
			for range 40 {
				f.scaleTo(color.Blue, 0)
				time.Sleep(200 * time.Millisecond)
			}
		}},
		"cannot be started": {kind: deploy.ZeroDowntime, notes: 6, replica: -1, meddle: func(f *fakeTarget) {
			f.mu.Lock()
			f.versions["v1.0.0"] = behavior{lost: true}
			f.mu.Unlock()
			f.scaleTo(color.Blue, -1)
		}},
		"rollback": {kind: deploy.Rollback, meddle: func(f *fakeTarget) { f.scaleTo(color.Blue, 0) }},
		"retired":  {kind: deploy.Plain, notes: 1, replica: -1, meddle: func(f *fakeTarget) { f.scaleTo(color.Blue, -1) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				f.takes = slow
				begun := false
				var notes []string
				e := deploy.New(f, "test", deploy.WithTransport(f), fakeProbe(f), deploy.WithEvents(func(e progress.Event) {
					if !begun && (e.Step == "bake" || e.Step == "watch") && e.Status == progress.StatusRunning {
						begun = true
						go tt.meddle(f)
					}
					if e.Kind == progress.EventNote {
						notes = append(notes, e.Detail)
					}
				}))
				if _, err := e.Run(t.Context(), deploy.Request{Kind: tt.kind, Release: releaseOf("v2.0.0")}); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if len(notes) != tt.notes {
					t.Errorf("notes: %q, want %d", notes, tt.notes)
				}
				now, _ := f.ObserveApp(t.Context())
				if side, ok := now.Colors[color.Blue]; ok != (tt.replica >= 0) || side.Want != max(tt.replica, 0) {
					t.Errorf("the old color is %+v", side)
				}
				for _, m := range slices.Concat(f.mistakes, f.outages) {
					t.Errorf("noticed: %s", m)
				}
			})
		})
	}
}

// Somebody who had stopped the old color before the deploy did not ask for it.
func TestOldColorThatWasStoppedBeforeStaysStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.scaleTo(color.Blue, 0)
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		if now, _ := f.ObserveApp(t.Context()); now.Colors[color.Blue].Want != 0 {
			t.Errorf("blue has %d instances", now.Colors[color.Blue].Want)
		}
	})
}
