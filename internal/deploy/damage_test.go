package deploy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// A journal that cannot be read must not lock everybody out: the target knows
// what runs.
func TestDamagedJournalDoesNotBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeTarget(t, map[release.Version]behavior{})
		mustRun(t, f, deploy.Plain, "v1.0.0")
		f.dir.records[0][5].Body = json.RawMessage(`{"on":"nonsense"}`)
		f.dir.records[0][5].Type = "phase"

		_, err := engineOn(f, nil).Resume(t.Context(), "", nil)
		if problem.KindOf(err) != problem.NotFound && problem.KindOf(err) != problem.NeedsPerson {
			t.Errorf("resume: %v", err)
		}
		var events []progress.Event
		if _, err := engineOn(f, &events).Run(t.Context(), deploy.Request{Kind: deploy.Plain, Release: releaseOf("v2.0.0")}); err != nil {
			t.Fatal(err)
		}
		if events[0].Kind != progress.EventNote || !strings.Contains(events[0].Detail, "history is damaged: deploy 1, record 6") {
			t.Errorf("the damage is not named: %+v", events[0])
		}
		check(t, f, "v2.0.0", "")
	})
}
