package deploy_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// The engine dies before or after every single record of its journal, and
// another one goes on or goes back. Both must come to a clean end, and no
// user may notice. The same is done with real processes and kill -9 by
// make crash-test.
func TestCrashAtEveryRecord(t *testing.T) {
	for _, kind := range []deploy.Kind{deploy.Plain, deploy.ZeroDowntime, deploy.Rollback} {
		for name, second := range map[string]behavior{
			"good": {}, "fails": {fails: true}, "never ready": {neverReady: true},
		} {
			for _, before := range []bool{true, false} {
				for _, back := range []bool{true, false} {
					t.Run(fmt.Sprintf("%s/%s/before=%t/back=%t", kind, name, before, back), func(t *testing.T) {
						seq := 1
						for ; crashAt(t, kind, second, seq, before, back); seq++ {
						}
						if seq < 10 {
							t.Errorf("the deploy ended after %d records, which is not a deploy", seq)
						}
					})
				}
			}
		}
	}
}

// crashAt reports whether the deploy got as far as record seq.
func crashAt(t *testing.T, kind deploy.Kind, second behavior, seq int, before, back bool) (reached bool) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {drainsAfter: 3 * time.Second}, "v2.0.0": second})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.kill = func(s int, b bool) bool {
			hit := s == seq && b == before
			reached = reached || hit
			return hit
		}
		_, _ = engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: kind, Release: releaseOf("v2.0.0")})
		if !reached {
			return
		}
		f.kill = func(int, bool) bool { return false }
		time.Sleep(deploy.LockExpiry) // the dead holder's lock

		finish := func() error {
			if back {
				_, err := engineOn(f, nil).Undo(t.Context(), "", nil)
				return err
			}
			_, err := engineOn(f, nil).Resume(t.Context(), "", nil)
			return err
		}
		err := finish()
		settled(t, f, kind, second, seq, err)
	})
	return reached
}

// settled checks how things stand after the second engine has finished.
func settled(t *testing.T, f *fakeTarget, kind deploy.Kind, second behavior, seq int, err error) {
	t.Helper()
	switch problem.KindOf(err) {
	case 0, problem.RolledBack, problem.NotFound: // NotFound: the first engine had nothing left to do, or had done nothing
	case problem.NeedsPerson:
		if kind != deploy.Rollback || !second.fails {
			t.Errorf("record %d: stuck: %v", seq, err)
		}
		return
	default:
		t.Errorf("record %d: %v", seq, err)
	}
	runs, err := deploy.ReadHistory(t.Context(), &f.dir)
	if run := runs[len(runs)-1]; run.IsOpen() || err != nil {
		t.Errorf("record %d: deploy %s is left %s, %v", seq, run.ID, run.Phase, err)
	}
	now, _ := f.ObserveApp(t.Context())
	active := now.Colors[now.Active]
	if active.Ready() < 2 {
		t.Errorf("record %d: %s is active with %d ready", seq, active.Version, active.Ready())
	}
	if (second.fails || second.neverReady) && active.Version != "v1.0.0" {
		t.Errorf("record %d: the bad version is active", seq)
	}
	for _, m := range append(f.mistakes, f.outages...) {
		t.Errorf("record %d: noticed: %s", seq, m)
	}
}
