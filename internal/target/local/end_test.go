package local

import (
	"path/filepath"
	"syscall"
	"testing"

	"version-manager/internal/deploy"
)

func TestAgentEndsWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	s := p.deployFirst(t.Context(), target, 1)
	pids := instancePIDs(t, p)
	if err := s.RemoveApp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.ReleaseLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.waitUntil("the end of all processes", func() bool { return len(processesIn(t, p.state)) == 0 })
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("instance %d still runs", pid)
		}
	}
	if o := observeTarget(t, target); o.Active != "" { // and a new agent begins where that one ended
		t.Errorf("active is %s", o.Active)
	}
}

func TestRetireRemovesEverything(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ctx, target := t.Context(), p.newTarget("shop")
	s := p.deployFirst(ctx, target, 1)
	old := observeTarget(t, target)
	program, err := fixtureApp()
	if err != nil {
		t.Fatal(err)
	}
	p.image = p.storeImageFiles(append(program[:len(program):len(program)], 0)) // another digest
	if err := s.ApplySpec(ctx, "green", deploy.Spec{Release: p.makeRelease("shop", "v1.1.0", nil), Replicas: 1}); err != nil {
		t.Fatal(err)
	}
	p.waitUntil("green to be ready", func() bool { return observeTarget(t, target).Colors["green"].Ready() == 1 })
	if err := s.SwitchRoute(ctx, "green", old.Revision); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmRoute(ctx, "green"); err != nil {
		t.Fatal(err)
	}
	if err := s.RetireColor(ctx, "blue"); err != nil {
		t.Fatal(err)
	}
	unpacked, err := filepath.Glob(filepath.Join(p.state, "rootfs", "sha256-*"))
	if err != nil || len(unpacked) != 2 { // a folder and its note
		t.Errorf("unpacked images: %v, %v", unpacked, err)
	}
}
