package deploy_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// keeper is a fakeTarget that keeps secrets where a color is deleted.
type keeper struct {
	*fakeTarget
	kept []string
}

func (k keeper) AcquireLock(ctx context.Context, holder string) (deploy.Session, error) {
	s, err := k.fakeTarget.AcquireLock(ctx, holder)
	return keeperSession{s, k.kept}, err
}

type keeperSession struct {
	deploy.Session
	kept []string
}

func (k keeperSession) KeptSecrets(context.Context, color.Color, []string) ([]string, error) {
	return k.kept, nil
}

// A version that was stopped and is started again for a rollback does not
// silently run without its secrets.
func TestLostSecretsAreNoted(t *testing.T) {
	for name, tt := range map[string]struct {
		kept  []string // by the target; nil: nothing
		given map[string]string
		lost  string // empty: nothing is said
	}{
		"neither kept nor given": {lost: "KEY, TOKEN"},
		"one is given":           {given: map[string]string{"KEY": "k"}, lost: "TOKEN"},
		"both are given":         {given: map[string]string{"KEY": "k", "TOKEN": "t"}},
		"both are kept":          {kept: []string{"KEY", "TOKEN"}},
		"one is kept, and what is given does not count": {kept: []string{"KEY"}, given: map[string]string{"TOKEN": "t"}, lost: "TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, nil)
				old := releaseOf("v1.0.0")
				old.Config.Secrets = []string{"KEY", "TOKEN"}
				e := func(on func(progress.Event)) *deploy.Engine {
					return deploy.New(keeper{f, tt.kept}, "test", deploy.WithTransport(f), fakeProbe(f), deploy.WithEvents(on))
				}
				if _, err := e(func(progress.Event) {}).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: old}); err != nil {
					t.Fatal(err)
				}
				leaveRetired(t, f)
				var notes []string
				report, err := e(func(e progress.Event) {
					if e.Kind == progress.EventNote {
						notes = append(notes, e.Detail)
					}
				}).Undo(t.Context(), "", tt.given)
				if err != nil {
					t.Fatal(err)
				}
				check(t, f, "v1.0.0", "")
				for where, texts := range map[string][]string{"the terminal": notes, "the report": report.Notes} {
					i := slices.IndexFunc(texts, func(n string) bool { return strings.HasPrefix(n, "blue (v1.0.0) is started without ") })
					if (i >= 0) != (tt.lost != "") || i >= 0 && !strings.HasPrefix(texts[i], "blue (v1.0.0) is started without "+tt.lost+":") {
						t.Errorf("%s says %q, want %q", where, texts, tt.lost)
					}
				}
			})
		})
	}
}

// leaveRetired leaves a deploy of v2.0.0 whose process died once it had stopped
// the old color.
func leaveRetired(t *testing.T, f *fakeTarget) {
	t.Helper()
	f.kill = func(int, bool) bool { _, runs := f.colors[color.Blue]; return !runs }
	_, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf(release.Version("v2.0.0"))})
	if err == nil || f.colors[color.Blue] != nil {
		t.Fatalf("not killed: %v", err)
	}
	f.kill = func(int, bool) bool { return false }
	time.Sleep(deploy.LockExpiry)
}
