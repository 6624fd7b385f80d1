package agent

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"version-manager/internal/color"
)

// An instance that was started in the place of a stray would write its record
// over the only one of the stray, which nobody could end any more.
func TestNobodyIsStartedInThePlaceOfAStray(t *testing.T) {
	g := newTestAgent(t)
	g.ports = newPortPool()
	a := openApp("shop", g)
	planned := errors.New("it would be started")
	s := &colorSide{paths: a.paths, color: color.Blue, want: wantedColor{Key: "new"}, plan: func() (*launchPlan, error) { return nil, planned }}
	t.Cleanup(func() { a.stopInstances(s, 0, 0) })
	expect := func(when string, instances int, want error) {
		t.Helper()
		if err := a.startInstances(s, 1); !errors.Is(err, want) || len(s.instances) != instances {
			t.Errorf("%s: %d instances, %v, want %v", when, len(s.instances), err, want)
		}
	}
	c := startStray(t, a.paths)
	expect("while it runs", 0, errSurvivedKill)
	if err := endStray(processRecord{Proc: c.Identity}, "blue-1"); err != nil {
		t.Fatal(err)
	}
	file := a.paths.runFile("blue-1.json")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o700); err != nil { // a folder is no file
		t.Fatal(err)
	}
	expect("while its record cannot be read", 0, syscall.EISDIR)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	expect("afterwards", 1, planned)
}
