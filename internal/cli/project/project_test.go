package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
)

// TestStateOfAnotherUser: the folder that sudo has made is the usual one.
func TestStateOfAnotherUser(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := Project{State: StateFolder{Path: filepath.Join(dir, "state")}}.PrepareState()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !strings.HasPrefix(p.Hint, "sudo chown -R ") {
		t.Errorf("got %v, want a problem with a way out", err)
	}
}

// TestStateInTheWorkTreeIsSaid: git clean deletes it there, so it is said
// before.
func TestStateInTheWorkTreeIsSaid(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{open, t.TempDir()} {
		inv, _, said := commandtest.NewInvocation()
		inv.Getenv = func(name string) string { return map[string]string{"XDG_STATE_HOME": base}[name] }
		f, err := locateState(inv.Getenv, "", t.TempDir(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		Project{State: f}.AdviseState(inv)
		if want := base == open; strings.Contains(said.String(), "git clean -fdx deletes it: everybody can write to "+open) != want || (f.Source == WorkTree) != want {
			t.Errorf("%s: %+v, and said %q", base, f, said)
		}
	}
}

// TestSmallestIsEnough: what a beginner is told to write is taken.
func TestSmallestIsEnough(t *testing.T) {
	if _, err := config.ParseYAML([]byte(strings.Join(smallestConfig(), "\n") + "\n")); err != nil {
		t.Error(err)
	}
}
