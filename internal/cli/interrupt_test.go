package cli

import (
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestInterruptible sends real signals to this process.
func TestInterruptible(t *testing.T) {
	ctx, second, stop := interruptible(t.Context())
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
		if time.Since(pressed) < onePress {
			t.Error("an echo of the first Ctrl-C counts as the second")
		}
	case <-time.After(2 * onePress):
	}
	press()
	select {
	case <-second:
	case <-time.After(10 * time.Second):
		t.Error("the second Ctrl-C does nothing")
	}
}
