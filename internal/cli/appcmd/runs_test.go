package appcmd

import (
	"testing"

	"version-manager/internal/cli/project"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// TestFindDeployedOfAnotherMachine: with nothing but the cluster, one can still
// roll back to what ran in it.
func TestFindDeployedOfAnotherMachine(t *testing.T) {
	p := project.Project{State: project.StateFolder{Path: t.TempDir()}, App: config.App{Name: "shop"}}
	run := func(v release.Version, image string) deploy.Run {
		return deploy.Run{Plan: deploy.Plan{Release: release.Release{App: "shop", Version: v, Image: image}}}
	}
	runs := newestFirst([]deploy.Run{run("v1.0.0", "sha256:old"), run("v1.0.0", "sha256:new"), run("v1.1.0", "sha256:next")})
	rel, err := findDeployed(p, "v1.0.0", runs)
	if err != nil || rel.Image != "sha256:new" {
		t.Errorf("got %+v, %v", rel, err)
	}
	if _, err := findDeployed(p, "v9.0.0", runs); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a version that never ran: %v", err)
	}
	if _, err := findDeployed(p, "nonsense", runs); problem.KindOf(err) != problem.Usage {
		t.Errorf("what is not a version: %v", err)
	}
}
