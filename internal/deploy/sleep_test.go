package deploy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
)

// onBake calls f once, in the middle of the bake.
func onBake(f *fakeTarget, do func()) *deploy.Engine {
	done := false
	return deploy.New(f, "sleeper", deploy.WithTransport(f),
		deploy.WithProber(func(context.Context, probe.Config) deploy.Prober { return fakeProber{f: f, started: time.Now()} }),
		deploy.WithEvents(func(e progress.Event) {
			if e.Step == "bake" && e.Kind == progress.EventProgress && !done {
				done = true
				f.mu.Lock()
				defer f.mu.Unlock()
				do()
			}
		}))
}

// A lock that expired while the target could not be reached is reacquired,
// unless somebody else took it meanwhile.
func TestAnExpiredLockIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		e := onBake(f, func() { f.deaf, f.freeze = time.Now().Add(25*time.Second), 40*time.Second })
		if _, err := e.Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v2.0.0")}); err != nil {
			t.Fatal(err)
		}
		check(t, f, "v2.0.0", "v1.0.0")
	})
}

func TestALockThatNobodyCanBeAskedAboutEndsTheDeploy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		e := onBake(f, func() { f.deaf, f.freeze = time.Now().Add(time.Hour), 10*time.Minute })
		_, err := e.Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v2.0.0")})
		if err == nil || errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "could not be reached for") {
			t.Errorf("got %v", err)
		}
	})
}

// What the machine slept is no time in which the new version was watched.
func TestSleepIsNoBake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		e := onBake(f, func() { f.freeze = 9 * time.Second })
		began := time.Now()
		r, err := e.Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v2.0.0")})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Steps {
			if s.Name == "bake" && s.Ended.Sub(s.Started) < 18*time.Second {
				t.Errorf("a bake of 10s with 9s of sleep in it took %s (%s after the beginning)", s.Ended.Sub(s.Started), s.Ended.Sub(began))
			}
		}
	})
}
