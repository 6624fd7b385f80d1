package cli

import (
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/problem"
	"version-manager/internal/release"
)

// TestDeployedOfAnotherMachine: who has only the cluster can still go back to
// what ran in it.
func TestDeployedOfAnotherMachine(t *testing.T) {
	p := place{state: t.TempDir(), app: config.App{Name: "shop"}}
	run := func(v release.Version, image string) deploy.Run {
		return deploy.Run{Plan: deploy.Plan{Release: release.Release{App: "shop", Version: v, Image: image}}}
	}
	runs := []deploy.Run{run("v1.0.0", "sha256:old"), run("v1.0.0", "sha256:new"), run("v1.1.0", "sha256:next")}
	rel, err := p.deployed("v1.0.0", runs)
	if err != nil || rel.Image != "sha256:new" {
		t.Errorf("got %+v, %v", rel, err)
	}
	if _, err := p.deployed("v9.0.0", runs); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a version that never ran: %v", err)
	}
	if _, err := p.deployed("nonsense", runs); problem.KindOf(err) != problem.Usage {
		t.Errorf("what is no version: %v", err)
	}
}
