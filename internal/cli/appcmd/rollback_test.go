package appcmd

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// newestFirst yields runs as the journals of a target do.
func newestFirst(runs []deploy.Run) iter.Seq[deploy.Run] {
	return func(yield func(deploy.Run) bool) {
		for _, r := range slices.Backward(runs) {
			if !yield(r) {
				return
			}
		}
	}
}

func TestFirstRunsReadsNoMore(t *testing.T) {
	asked := 0
	runs := func(yield func(deploy.Run) bool) {
		for asked < 3 {
			asked++
			if !yield(deploy.Run{ID: fmt.Sprint(asked)}) {
				return
			}
		}
	}
	if got := firstRuns(runs, 2); len(got) != 2 || got[0].ID != "1" || asked != 2 {
		t.Errorf("%d asked for %+v", asked, got)
	}
	if got := firstRuns(runs, 9); len(got) != 1 {
		t.Errorf("of one that is left: %+v", got)
	}
}

func TestPreviousVersion(t *testing.T) {
	run := func(from, to release.Version, p deploy.Phase) deploy.Run {
		return deploy.Run{Phase: p, Plan: deploy.Plan{From: from, Release: release.Release{Version: to}}}
	}
	first := run("", "v1.0.0", deploy.Done)
	second := run("v1.0.0", "v1.1.0", deploy.Done)
	failed := run("v1.1.0", "v1.2.0", deploy.Reverted)
	for _, tt := range []struct {
		name   string
		runs   []deploy.Run
		active release.Version
		want   release.Version
	}{
		{"nothing", nil, "v1.0.0", ""},
		{"first deploy", []deploy.Run{first}, "v1.0.0", ""},
		{"second", []deploy.Run{first, second}, "v1.1.0", "v1.0.0"},
		{"a failed one does not count", []deploy.Run{first, second, failed}, "v1.1.0", "v1.0.0"},
		{"back and forth", []deploy.Run{first, second, run("v1.1.0", "v1.0.0", deploy.Done)}, "v1.0.0", "v1.1.0"},
	} {
		if got := previousVersion(newestFirst(tt.runs), tt.active); got != tt.want {
			t.Errorf("%s: previousVersion = %q, want %q", tt.name, got, tt.want)
		}
	}
}
