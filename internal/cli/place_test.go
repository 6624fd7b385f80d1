package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// TestHolderHasAName also where the environment does not say who it is.
func TestHolderHasAName(t *testing.T) {
	a, _, _ := testApp()
	a.getenv = func(string) string { return "" }
	if by := a.holder(); strings.HasPrefix(by, "somebody@") || strings.HasPrefix(by, "@") {
		t.Errorf("the target is locked by %q", by)
	}
	a.getenv = func(name string) string { return map[string]string{"USER": "ada"}[name] }
	if by := a.holder(); !strings.HasPrefix(by, "ada@") {
		t.Errorf("the target is locked by %q, not by ada", by)
	}
}

// TestStateOfAnotherUser: the folder that sudo has made is the usual one.
func TestStateOfAnotherUser(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := place{folder: folder{state: filepath.Join(dir, "state")}}.prepare()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !strings.HasPrefix(p.Hint, "sudo chown -R ") {
		t.Errorf("got %v, want a problem with a way out", err)
	}
}

// TestStateInTheWorkTreeIsSaid: git clean deletes it there, so nobody shall find
// out only then.
func TestStateInTheWorkTreeIsSaid(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{open, t.TempDir()} {
		a, _, said := testApp()
		a.getenv = func(name string) string { return map[string]string{"XDG_STATE_HOME": base}[name] }
		f, err := a.locate(t.TempDir(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		a.advise(place{folder: f})
		if want := base == open; strings.Contains(said.String(), "git clean -fdx deletes it: everybody can write to "+open) != want || (f.source == inTree) != want {
			t.Errorf("%s: %+v, and said %q", base, f, said)
		}
	}
}

// TestDeployedOfAnotherMachine: who has only the cluster can still go back to
// what ran in it.
func TestDeployedOfAnotherMachine(t *testing.T) {
	p := place{folder: folder{state: t.TempDir()}, app: config.App{Name: "shop"}}
	run := func(v release.Version, image string) deploy.Run {
		return deploy.Run{Plan: deploy.Plan{Release: release.Release{App: "shop", Version: v, Image: image}}}
	}
	runs := backward([]deploy.Run{run("v1.0.0", "sha256:old"), run("v1.0.0", "sha256:new"), run("v1.1.0", "sha256:next")})
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

// TestSmallestIsEnough: what a beginner is told to write is taken.
func TestSmallestIsEnough(t *testing.T) {
	if _, err := config.Parse([]byte(strings.Join(smallest(), "\n") + "\n")); err != nil {
		t.Error(err)
	}
}
