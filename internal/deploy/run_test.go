package deploy_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// three returns journals of three deploys, of which the second is damaged.
func three(t *testing.T) *memory {
	t.Helper()
	f := newFakeTarget(t, nil)
	for _, v := range []release.Version{"v1.0.0", "v2.0.0", "v3.0.0"} {
		mustRun(t, f, deploy.Plain, v)
	}
	f.dir.records[1][5].Type, f.dir.records[1][5].Body = "phase", json.RawMessage(`{"on":"nonsense"}`)
	f.dir.read = nil
	return &f.dir
}

func TestBackwardReadsWhatIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := three(t)
		past, err := deploy.NewestFirst(t.Context(), dir)
		if err != nil || len(dir.read) > 0 {
			t.Fatalf("read %v before anything was asked for: %v", dir.read, err)
		}
		for run, err := range past {
			if run.ID == "3" && err == nil {
				continue
			}
			if run.ID != "2" || err == nil || !run.Damaged {
				t.Errorf("deploy %s: %v", run.ID, err)
			}
			break
		}
		if want := []string{"3", "2"}; !slices.Equal(dir.read, want) {
			t.Errorf("read %v, want %v", dir.read, want)
		}
	})
}

func TestHistoryIsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, err := deploy.ReadHistory(t.Context(), three(t))
		if err == nil {
			t.Error("the damage is not named")
		}
		var ids []string
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
		if want := []string{"1", "2", "3"}; !slices.Equal(ids, want) {
			t.Errorf("deploys %v, want %v", ids, want)
		}
	})
}
