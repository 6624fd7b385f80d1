package cli

import (
	"testing"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

func TestPrevious(t *testing.T) {
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
		{"there and back", []deploy.Run{first, second, run("v1.1.0", "v1.0.0", deploy.Done)}, "v1.0.0", "v1.1.0"},
	} {
		if got := previous(tt.runs, tt.active); got != tt.want {
			t.Errorf("%s: previous = %q, want %q", tt.name, got, tt.want)
		}
	}
}
