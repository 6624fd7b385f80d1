package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/report"
)

// way is what a person can do about a failed version that cannot be rolled
// back, with what must have the traffic then, and what is warm.
type way struct {
	do           func(context.Context, *deploy.Engine) error
	cured        bool // the version is well again by itself
	want         problem.Kind
	active, warm release.Version
}

func resume(ctx context.Context, e *deploy.Engine) error { return errorOf(e.Resume(ctx, "", nil)) }
func undo(ctx context.Context, e *deploy.Engine) error   { return errorOf(e.Undo(ctx, "", nil)) }
func mend(ctx context.Context, e *deploy.Engine) error {
	return errorOf(e.Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v3.0.0")}))
}

func errorOf(_ report.Report, err error) error { return err }

func (w way) try(t *testing.T, f *fakeTarget, fails release.Version) {
	t.Helper()
	if w.cured {
		f.versions[fails] = behavior{}
	}
	if err := w.do(t.Context(), engineOn(f, nil)); problem.KindOf(err) != w.want {
		t.Errorf("got %v, want kind %d", err, w.want)
	}
	check(t, f, w.active, w.warm)
	runs, err := deploy.ReadHistory(t.Context(), &f.dir)
	if open := runs[len(runs)-1].IsOpen(); open != (w.want == problem.NeedsPerson) || err != nil {
		t.Errorf("left open: %t, %v", open, err)
	}
}

func TestFirstDeployThatFailsHasWaysOut(t *testing.T) {
	for name, w := range map[string]way{
		"watched again, and fails": {do: resume, want: problem.NeedsPerson, active: "v1.0.0"},
		"watched again, and well":  {do: resume, cured: true, active: "v1.0.0"},
		"rolled back":              {do: undo},
		"mended":                   {do: mend, active: "v3.0.0", warm: "v1.0.0"},
		"removed":                  {do: func(ctx context.Context, e *deploy.Engine) error { return e.Remove(ctx) }},
		"scaled": {do: func(ctx context.Context, e *deploy.Engine) error {
			return errors.Join(e.Scale(ctx, releaseOf("v1.0.0"), 5), resume(ctx, e))
		}, cured: true, active: "v1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {fails: true}})
				_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v1.0.0")})
				if problem.KindOf(err) != problem.NeedsPerson {
					t.Errorf("want a person to be asked, got %v", err)
				}
				check(t, f, "v1.0.0", "")
				w.try(t, f, "v1.0.0")
			})
		})
	}
}

func TestRollbackToWhatFailsHasWaysOut(t *testing.T) {
	for name, w := range map[string]way{
		"watched again, and fails": {do: resume, want: problem.NeedsPerson, active: "v1.0.0", warm: "v2.0.0"},
		"watched again, and well":  {do: resume, cured: true, active: "v1.0.0", warm: "v2.0.0"},
		"rolled back":              {do: undo, active: "v2.0.0", warm: "v1.0.0"},
		"mended":                   {do: mend, active: "v3.0.0", warm: "v1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
				f.versions["v1.0.0"] = behavior{fails: true}
				_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.Rollback, Release: releaseOf("v1.0.0")})
				if problem.KindOf(err) != problem.NeedsPerson {
					t.Errorf("want a person to be asked, got %v", err)
				}
				check(t, f, "v1.0.0", "v2.0.0")
				w.try(t, f, "v1.0.0")
			})
		})
	}
}

// Ctrl-C takes a deploy back, to nothing if there was nothing.
func TestInterruptedFirstDeploy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		ctx, ctrlC := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, ctrlC) // in the bake
		_, err := engineOn(f, nil).Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v1.0.0")})
		if problem.KindOf(err) != problem.Interrupted {
			t.Errorf("got %v", err)
		}
		check(t, f, "", "")
		mustRun(t, f, deploy.Plain, "v1.0.0")
	})
}

// What was left half done has ended when the app was removed, and the next
// deploy is a first one.
func TestCleanupEndsWhatACrashLeft(t *testing.T) {
	for _, kind := range []deploy.Kind{deploy.Plain, deploy.ZeroDowntime, deploy.Rollback} {
		seq := 1
		for ; removeAfterCrash(t, kind, seq); seq++ {
		}
		if seq < 10 {
			t.Errorf("%s ended after %d records, which is not a deploy", kind, seq)
		}
	}
}

func removeAfterCrash(t *testing.T, kind deploy.Kind, seq int) (reached bool) {
	t.Run(fmt.Sprintf("%s/%d", kind, seq), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFakeTarget(t, nil)
			mustRun(t, f, deploy.Plain, "v1.0.0")
			f.kill = func(s int, before bool) bool { reached = reached || s == seq; return s == seq && !before }
			_, _ = engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: kind, Release: releaseOf("v2.0.0")})
			f.kill = func(int, bool) bool { return false }
			time.Sleep(deploy.LockExpiry)
			if err := engineOn(f, nil).Remove(t.Context()); err != nil {
				t.Fatal(err)
			}
			mustRun(t, f, deploy.ZeroDowntime, "v1.0.0")
			check(t, f, "v1.0.0", "")
		})
	})
	return reached
}

// A deploy whose image cannot be brought leaves the version alone that it
// would have evicted: a rollback to it is still possible.
func TestWarmVersionOutlivesADeployThatDidNotComeToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v3.0.0": {lost: true}})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v3.0.0")})
		if problem.KindOf(err) != problem.RolledBack {
			t.Errorf("got %v", err)
		}
		check(t, f, "v2.0.0", "v1.0.0")
	})
}

// A process that died before it came to anything has evicted nothing either.
func TestWarmVersionOutlivesADeployThatBeganNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, nil)
		mustRun(t, f, deploy.Plain, "v1.0.0")
		mustRun(t, f, deploy.ZeroDowntime, "v2.0.0")
		f.kill = func(seq int, _ bool) bool { return seq == 2 }
		_, _ = engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: releaseOf("v3.0.0")})
		f.kill = func(int, bool) bool { return false }
		time.Sleep(deploy.LockExpiry)
		if err := undo(t.Context(), engineOn(f, nil)); err != nil {
			t.Error(err)
		}
		check(t, f, "v2.0.0", "v1.0.0")
	})
}
