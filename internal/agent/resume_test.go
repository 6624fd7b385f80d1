package agent

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/kit/process"
)

// An instance that was started in the place of a stray would write its record
// over the only one of the stray, which nobody could end anymore.
func TestNoInstanceStartsInThePlaceOfAStray(t *testing.T) {
	g := newTestAgent(t)
	g.ports = supervisor.NewPortPool()
	a := openApp("shop", g)
	planned := errors.New("it would be started")
	s := &colorSide{color: color.Blue, want: wantedColor{Key: "new"}, plan: func() (*launch.Plan, error) { return nil, planned }}
	t.Cleanup(func() { a.stopInstances(s, 0, 0) })
	expect := func(when string, instances int, want error) {
		t.Helper()
		if err := a.startInstances(s, 1); !errors.Is(err, want) || len(s.instances) != instances {
			t.Errorf("%s: %d instances, %v, want %v", when, len(s.instances), err, want)
		}
	}
	stray := startStray(t, a.paths)
	expect("while it runs", 0, supervisor.ErrSurvivedKill)
	if err := stray.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = stray.Wait()
	file := filepath.Join(a.paths.runDir(), "blue-1.json")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o700); err != nil { // a folder is not a file
		t.Fatal(err)
	}
	expect("while its record cannot be read", 0, syscall.EISDIR)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	expect("afterwards", 1, planned)
}

// startStray starts a process as an earlier agent would have, and records it.
func startStray(t *testing.T, p appPaths) *process.Child {
	t.Helper()
	if err := p.makeDirs(); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(p.dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c, err := process.Start(process.Command{Argv: []string{"/bin/sleep", "60"}, Dir: "/", Output: out}, func(id process.Identity) error {
		return supervisor.Record{Proc: id}.WriteTo(p.runDir(), "blue-1")
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Signal(syscall.SIGKILL) })
	return c
}
