package cli

import (
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestWithInterrupts sends real signals to this process.
func TestWithInterrupts(t *testing.T) {
	ctx, second, stop := withInterrupts(t.Context())
	defer stop()
	press := func() {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	press()
	waittest.Receive(t, ctx.Done())
	pressed := time.Now()
	press() // a wrapper that passes the signal on
	select {
	case <-second:
		if time.Since(pressed) < samePressWindow {
			t.Error("an echo of the first Ctrl-C counts as the second")
		}
	case <-time.After(2 * samePressWindow):
	}
	press()
	select {
	case <-second:
	case <-time.After(10 * time.Second):
		t.Error("the second Ctrl-C does nothing")
	}
}
