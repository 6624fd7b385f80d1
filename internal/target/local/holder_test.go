package local

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func TestDeadHolderLosesTheLockAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldTheLock$")
	cmd.Env = append(os.Environ(), "HOLD_IN="+p.state)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.waitUntil("the lock to be held", func() bool { return observeTarget(t, target).Lock != nil })
	if _, err := target.AcquireLock(t.Context(), "bob"); err == nil {
		t.Error("the lock was had although its holder lives")
	}
	killProcess(t, cmd.Process.Pid)
	_ = cmd.Wait() // it was killed
	began := time.Now()
	s, err := target.AcquireLock(t.Context(), "bob")
	if err != nil || time.Since(began) > 2*time.Second {
		t.Fatalf("Lock after %v = %v", time.Since(began), err)
	}
	if err := s.ReleaseLock(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestHoldTheLock is the other process of the test above.
func TestHoldTheLock(t *testing.T) {
	state := os.Getenv("HOLD_IN")
	if state == "" {
		t.Skip("only as a child process")
	}
	target, err := NewTarget(Options{App: "shop", State: state, Agent: []string{os.Args[0]}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.AcquireLock(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	waittest.Receive(t, t.Context().Done()) // until it is killed
}
