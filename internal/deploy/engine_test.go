package deploy_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// engineOn returns an engine on f that keeps its events.
func engineOn(f *fakeTarget, events *[]progress.Event) *deploy.Engine {
	return deploy.New(f, "test",
		deploy.WithTransport(http.RoundTripper(f)),
		fakeProbe(f),
		deploy.WithEvents(func(e progress.Event) {
			if events != nil {
				*events = append(*events, e)
			}
		}),
	)
}

func fakeProbe(f *fakeTarget) deploy.Option {
	return deploy.WithProber(func(context.Context, probe.Config) deploy.Prober { return fakeProber{f: f, started: time.Now()} })
}

func mustRun(t *testing.T, f *fakeTarget, k deploy.Kind, v release.Version) {
	t.Helper()
	if _, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: k, Release: releaseOf(v)}); err != nil {
		t.Fatalf("%s %s: %v", k, v, err)
	}
}

// check compares what runs, "v1 active, v2 warm", and that no user noticed.
func check(t *testing.T, f *fakeTarget, active, warm release.Version) {
	t.Helper()
	now, _ := f.ObserveApp(t.Context())
	if got := now.Colors[now.Active].Version; got != active {
		t.Errorf("active is %q, want %q", got, active)
	}
	if got := now.Colors[now.Active.Other()].Version; got != warm {
		t.Errorf("standby is %q, want %q", got, warm)
	}
	for _, m := range slices.Concat(f.mistakes, f.outages) {
		t.Errorf("noticed: %s", m)
	}
	if now.Lock != nil {
		t.Errorf("the lock is still held by %s", now.Lock.Name)
	}
}

func TestOutcomes(t *testing.T) {
	for name, tt := range map[string]struct {
		kind   deploy.Kind
		second behavior // of v2
		want   problem.Kind
		says   string
		active release.Version
		warm   release.Version
	}{
		"deploy":                        {kind: deploy.Plain, active: "v2.0.0"},
		"deploy drains first":           {kind: deploy.Plain, second: behavior{readyAfter: 3 * time.Second}, active: "v2.0.0"},
		"zero-downtime keeps warm":      {kind: deploy.ZeroDowntime, active: "v2.0.0", warm: "v1.0.0"},
		"never ready":                   {kind: deploy.ZeroDowntime, second: behavior{neverReady: true}, want: problem.RolledBack, says: "0 of 2 instances ready", active: "v1.0.0"},
		"never ready, deploy":           {kind: deploy.Plain, second: behavior{neverReady: true}, want: problem.RolledBack, says: "not healthy within 20s", active: "v1.0.0"},
		"flaps":                         {kind: deploy.Plain, second: behavior{flaps: true}, want: problem.RolledBack, says: "not healthy", active: "v1.0.0"},
		"crashes at the start":          {kind: deploy.Plain, second: behavior{crashes: true}, want: problem.RolledBack, says: "green-1 crashed 2 times: exit status 2", active: "v1.0.0"},
		"smoke test fails":              {kind: deploy.ZeroDowntime, second: behavior{smokeStatus: 500}, want: problem.RolledBack, says: "GET /: status 500", active: "v1.0.0"},
		"crashes in bake":               {kind: deploy.ZeroDowntime, second: behavior{crashAfter: 5 * time.Second}, want: problem.RolledBack, says: "crashed", active: "v1.0.0"},
		"fails after the switch":        {kind: deploy.ZeroDowntime, second: behavior{fails: true}, want: problem.RolledBack, says: "requests failed", active: "v1.0.0"},
		"fails after the switch, plain": {kind: deploy.Plain, second: behavior{fails: true}, want: problem.RolledBack, says: "requests failed", active: "v1.0.0"},
		"ten times slower":              {kind: deploy.ZeroDowntime, second: behavior{latency: 100 * time.Millisecond}, want: problem.RolledBack, says: "p10 latency is 100ms (was 10ms)", active: "v1.0.0"},
		"twice as slow is no fault":     {kind: deploy.ZeroDowntime, second: behavior{latency: 20 * time.Millisecond}, active: "v2.0.0", warm: "v1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {drainsAfter: 8 * time.Second}, "v2.0.0": tt.second})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: tt.kind, Release: releaseOf("v2.0.0")})
				if got := problem.KindOf(err); got != tt.want {
					t.Errorf("kind %d, want %d: %v", got, tt.want, err)
				}
				if tt.want != 0 && !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%q does not say %q", err, tt.says)
				}
				check(t, f, tt.active, tt.warm)
			})
		})
	}
}

func TestFailureShowsLastWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v2.0.0": {crashes: true}})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		var events []progress.Event
		_, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")})
		p, _ := errors.AsType[*problem.Problem](err)
		if p == nil || !slices.Equal(p.Lines, []string{"green-1 | last output"}) {
			t.Errorf("evidence of %v: %+v", err, p)
		}
		failed := slices.IndexFunc(events, func(e progress.Event) bool { return e.Status == progress.StatusFailed })
		if failed < 0 || len(events[failed].Lines) == 0 {
			t.Error("the event of the failed step has no log lines")
		}
	})
}

func TestWarmRollbackIsOnlyASwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		var events []progress.Event
		began := time.Now()
		if _, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Rollback, Release: releaseOf("v1.0.0")}); err != nil {
			t.Fatal(err)
		}
		check(t, f, "v1.0.0", "v2.0.0")
		i := slices.IndexFunc(events, func(e progress.Event) bool { return e.Step == "switch" && e.Status == progress.StatusDone })
		if took := events[i].Time.Sub(began); took > 300*time.Millisecond {
			t.Errorf("the switch came after %s", took)
		}
	})
}

// A failed request rolls a deploy back. A rollback cannot be rolled back,
// and is only watched for longer.
func TestHiccup(t *testing.T) {
	for kind, want := range map[deploy.Kind]problem.Kind{deploy.Plain: problem.RolledBack, deploy.Rollback: 0} {
		synctest.Test(t, func(t *testing.T) {
			f := newFakeTarget(t, nil)
			mustRun(t, f, deploy.Plain, "v1.0.0")
			mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
			version := release.Version("v1.0.0")
			if kind == deploy.Plain {
				version = "v3.0.0"
			}
			var events []progress.Event
			go func() {
				for f.hiccup.IsZero() {
					time.Sleep(10 * time.Millisecond)
					f.mu.Lock()
					if side := f.colors[f.active]; side.spec.Release.Version == version {
						f.hiccup = time.Now().Add(time.Second)
					}
					f.mu.Unlock()
				}
			}()
			_, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: kind, Release: releaseOf(version)})
			if got := problem.KindOf(err); got != want {
				t.Errorf("%s ends with %d, want %d: %v", kind, got, want, err)
			}
			if i := slices.IndexFunc(events, func(e progress.Event) bool { return e.Step == "watch" && e.Status == progress.StatusDone }); kind == deploy.Rollback &&
				(i < 0 || events[i].Elapsed < 3*time.Second) {
				t.Error("it was not watched for longer")
			}
		})
	}
}

func TestCapacityFollowsTheActiveColor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		if err := engineOn(f, nil).Scale(t.Context(), releaseOf("v1.0.0"), 7); err != nil {
			t.Fatal(err)
		}
		mustRun(t, f, deploy.Plain, "v2.0.0")
		now, _ := f.ObserveApp(t.Context())
		if got := now.Colors[color.Green].Ready(); got != 7 {
			t.Errorf("%d instances, want 7", got)
		}
	})
}

func TestScaleKeepsWithinBounds(t *testing.T) {
	rel := releaseOf("v1.0.0")
	rel.Config.Autoscale.Min, rel.Config.Autoscale.Max = 2, 5
	for _, n := range []int{-1, 0, 1, 6} {
		err := deploy.New(newFakeTarget(t, nil), "test").Scale(t.Context(), rel, n)
		if problem.KindOf(err) != problem.Usage {
			t.Errorf("scale %d: %v", n, err)
		}
	}
}

func TestSameVersionAgainDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v1.0.0")})
		if !errors.Is(err, deploy.ErrAlreadyActive) {
			t.Errorf("got %v", err)
		}
		if ids, _ := f.dir.ListDeploys(t.Context()); len(ids) != 1 {
			t.Errorf("journals %v, want one", ids)
		}
	})
}

func TestSecondDeployIsToldWhoDeploys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		session, err := f.AcquireLock(t.Context(), "ada@laptop")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		_, err = engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v1.0.0")})
		if problem.KindOf(err) != problem.LockHeld || !strings.Contains(err.Error(), "held by ada@laptop for 3s") {
			t.Errorf("got %v", err)
		}
		session.ReleaseLock(t.Context())
	})
}

// A holder that slept through its expiry must not change anything, not
// even clean up: another holder is at work.
func TestLostLockStopsTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		var stolen bool
		e := deploy.New(f, "sleeper", deploy.WithTransport(f), deploy.WithEvents(func(ev progress.Event) {
			if ev.Step == "gate" && !stolen {
				stolen = true
				f.mu.Lock()
				f.token++
				f.mu.Unlock()
			}
		}), fakeProbe(f))
		_, err := e.Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")})
		if !errors.Is(err, deploy.ErrFenced) || problem.KindOf(err) != problem.Failed {
			t.Errorf("got %v", err)
		}
		now, _ := f.ObserveApp(t.Context())
		if now.Colors[now.Active].Version != "v1.0.0" {
			t.Error("switched without the lock")
		}
	})
}

// An interrupted start may finish only after the rollback has checked
// what is running.
func TestInterruptedStartLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.slow = true
		ctx, ctrlC := context.WithCancel(t.Context())
		defer ctrlC()
		e := deploy.New(f, "test", deploy.WithTransport(f), deploy.WithEvents(func(ev progress.Event) {
			if ev.Step == "start" && ev.Status == progress.StatusRunning {
				ctrlC()
			}
		}), fakeProbe(f))
		if _, err := e.Run(ctx, deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")}); problem.KindOf(err) != problem.Interrupted {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		f.finish()
		check(t, f, "v1.0.0", "")
	})
}

func TestInterrupt(t *testing.T) {
	for step, want := range map[string]struct{ active, warm release.Version }{
		"start":  {"v1.0.0", ""},
		"gate":   {"v1.0.0", ""},
		"switch": {"v1.0.0", ""},
		"watch":  {"v1.0.0", ""},
		"drain":  {"v2.0.0", "v1.0.0"},
		"retire": {"v2.0.0", ""},
	} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {drainsAfter: 5 * time.Second}})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				ctx, ctrlC := context.WithCancel(t.Context())
				defer ctrlC()
				var notes []string
				e := deploy.New(f, "test", deploy.WithTransport(f), deploy.WithEvents(func(ev progress.Event) {
					if ev.Step == step && ev.Status == progress.StatusRunning {
						ctrlC()
					}
					if ev.Kind == progress.EventNote {
						notes = append(notes, ev.Detail)
					}
				}), fakeProbe(f))
				_, err := e.Run(ctx, deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")})
				if step != "retire" && problem.KindOf(err) != problem.Interrupted {
					t.Errorf("got %v", err)
				}
				synctest.Wait()
				if len(notes) != 1 || !strings.HasPrefix(notes[0], "interrupted: ") {
					t.Errorf("notes %q", notes)
				}
				check(t, f, want.active, want.warm)
			})
		})
	}
}
