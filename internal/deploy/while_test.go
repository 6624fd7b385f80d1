package deploy_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// slow is so long that a person looks three times, and never at the very
// moment at which something changes.
const slow = 1800 * time.Millisecond

// said are the details of the progress of a step, and must all come while it
// runs.
func said(t *testing.T, events []progress.Event, step string) (details []string) {
	t.Helper()
	running := false
	for _, e := range events {
		switch {
		case e.Step != step:
		case e.Kind == progress.EventStep:
			running = e.Status == progress.StatusRunning
		case !running:
			t.Errorf("%s: %q comes when it does not run", step, e.Detail)
		default:
			details = append(details, e.Detail)
		}
	}
	return details
}

func wantSaid(t *testing.T, events []progress.Event, step string, want ...string) {
	t.Helper()
	if got := said(t, events, step); !slices.Equal(got, want) {
		t.Errorf("%s said %q, want %q", step, got, want)
	}
}

func TestSlowStepsSayHowFarTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v2.0.0": {readyAfter: 300 * time.Millisecond}})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		var events []progress.Event
		if _, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")}); err != nil {
			t.Fatal(err)
		}
		wantSaid(t, events, "start", "nothing is running in green yet", "0/2 ready", "2/2 ready")
		wantSaid(t, events, "retire", "2 of 2 instances left to stop", "waiting for the end of 2 instances", "waiting for the end of 2 instances")
		check(t, f, "v2.0.0", "")
	})
}

func TestStartSaysWhoIsInTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.ZeroDowntime, "v1.0.0")
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		f.takes = slow
		var events []progress.Event
		if _, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v3.0.0")}); err != nil {
			t.Fatal(err)
		}
		wantSaid(t, events, "start", "v1.0.0 is still in blue", "2/2 ready", "2/2 ready")
	})
}

func TestFailureSaysHowFarTheWayBackIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v2.0.0": {neverReady: true}})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		var events []progress.Event
		_, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")})
		if problem.KindOf(err) != problem.RolledBack {
			t.Errorf("got %v", err)
		}
		wantSaid(t, events, "discard", "2 of 2 instances left to stop", "waiting for the end of 2 instances", "waiting for the end of 2 instances")
		check(t, f, "v1.0.0", "")
	})
}

func TestQuickStepsSayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		var events []progress.Event
		if _, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")}); err != nil {
			t.Fatal(err)
		}
		wantSaid(t, events, "start")
		wantSaid(t, events, "retire")
	})
}

// stuck is a target at which nobody sees anything while a step runs, and who
// gives up is let go after a moment.
type stuck struct {
	*fakeTarget
	now   bool
	looks atomic.Int32 // that have not ended
}

const letGo = 10 * time.Millisecond

func (s *stuck) ObserveApp(ctx context.Context) (deploy.Observed, error) {
	if s.now {
		s.looks.Add(1)
		defer s.looks.Add(-1)
		<-ctx.Done()
		time.Sleep(letGo)
		return deploy.Observed{}, ctx.Err()
	}
	return s.fakeTarget.ObserveApp(ctx)
}

func TestWhoSeesNothingHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		f.takes = slow
		s := &stuck{fakeTarget: f}
		var took time.Duration
		e := deploy.New(s, "test", deploy.WithTransport(f), deploy.WithEvents(func(e progress.Event) {
			if e.Kind == progress.EventStep && e.Step == "start" {
				s.now, took = e.Status == progress.StatusRunning, e.Elapsed
				if n := s.looks.Load(); n > 0 {
					t.Errorf("%d still look while the step is %s", n, e.Status)
				}
			}
		}), deploy.WithProber(func(context.Context, probe.Config) deploy.Prober { return fakeProber{f: f, started: time.Now()} }))
		_, err := e.Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v1.0.0")})
		if err != nil {
			t.Error(err)
		}
		if want := slow + letGo; took != want {
			t.Errorf("start took %s, want %s", took, want)
		}
	})
}

func TestInterruptedSlowStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		ctx, ctrlC := context.WithCancel(t.Context())
		time.AfterFunc(slow/3, ctrlC)
		var events []progress.Event
		_, err := engineOn(f, &events).Run(ctx, deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")})
		if problem.KindOf(err) != problem.Interrupted {
			t.Errorf("got %v", err)
		}
		wantSaid(t, events, "start", "nothing is running in green yet")
		check(t, f, "v1.0.0", "")
	})
}

func TestCleanupSaysHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.ZeroDowntime, "v1.0.0")
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		f.takes = slow
		var events []progress.Event
		e := engineOn(f, &events)
		if gone, err := e.RetireStandby(t.Context()); gone != "v1.0.0" || err != nil {
			t.Errorf("retired %q: %v", gone, err)
		}
		wantSaid(t, events, "stop", "2 of 2 instances left to stop", "waiting for the end of 2 instances", "waiting for the end of 2 instances")
		wantEnd(t, events, progress.StatusDone, "2 instances")

		mustRun(t, f, deploy.ZeroDowntime, "v3.0.0")
		events = nil
		if err := e.Remove(t.Context()); err != nil {
			t.Error(err)
		}
		wantSaid(t, events, "stop", "4 of 4 instances left to stop", "waiting for the end of 4 instances", "waiting for the end of 4 instances")
		wantEnd(t, events, progress.StatusDone, "4 instances")
		if events[0].Kind != progress.EventBegin || events[0].App != "app" {
			t.Errorf("begins with %+v", events[0])
		}

		events = nil
		if gone, err := e.RetireStandby(t.Context()); gone != "" || err != nil || len(events) > 0 {
			t.Errorf("nothing to retire: %q, %v, %+v", gone, err, events)
		}
	})
}

func wantEnd(t *testing.T, events []progress.Event, want progress.Status, says string) {
	t.Helper()
	if last := events[len(events)-1]; last.Kind != progress.EventStep || last.Status != want || last.Detail != says {
		t.Errorf("ends with %+v, want %s, %q", last, want, says)
	}
}

func TestCleanupOfWhatCannotBeSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		var events []progress.Event
		tell := deploy.WithEvents(func(e progress.Event) { events = append(events, e) })
		if err := deploy.New(&stuck{fakeTarget: f, now: true}, "test", tell).Remove(t.Context()); err != nil {
			t.Error(err)
		}
		wantSaid(t, events, "stop")
		wantEnd(t, events, progress.StatusDone, "")
		check(t, f, "", "")
	})
}

func TestInterruptedCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		ctx, ctrlC := context.WithCancel(t.Context())
		time.AfterFunc(slow/3, ctrlC)
		var events []progress.Event
		if err := engineOn(f, &events).Remove(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		wantSaid(t, events, "stop", "2 of 2 instances left to stop")
		wantEnd(t, events, progress.StatusStopped, "interrupted by Ctrl-C")
	})
}

func TestScaleSaysHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.takes = slow
		var events []progress.Event
		e := engineOn(f, &events)
		if err := e.Scale(t.Context(), releaseOf("v1.0.0"), 4); err != nil {
			t.Error(err)
		}
		wantSaid(t, events, "scale", "2/4 ready", "4/4 ready", "4/4 ready")
		wantEnd(t, events, progress.StatusDone, "4 instances")

		events = nil
		if err := e.Scale(t.Context(), releaseOf("v1.0.0"), 1); err != nil {
			t.Error(err)
		}
		wantSaid(t, events, "scale", "3 instances left to stop", "1/1 ready", "1/1 ready")
		wantEnd(t, events, progress.StatusDone, "1 instance")
	})
}
