package supervisor

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/process"
)

// Stopping an instance blocks all other changes until it has ended.
func TestTerminateContinuesUntilASignalIsSent(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c, err := process.Start(process.Command{Argv: []string{"/bin/sleep", "10"}, Dir: "/", Output: out},
		func(process.Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		i := &Instance{config: Config{ID: "blue-1"}, run: Record{Proc: c.Identity}, done: make(chan struct{})}
		go func() {
			defer close(i.done)
			time.Sleep(5 * terminateGrace / 2) // two signals are not sent
			if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
				t.Error(err)
			}
			time.Sleep(terminateGrace)
			if how := c.Wait(); how != "signal: killed" {
				t.Errorf("it ended by itself: %s", how)
			}
		}()
		i.terminateProcess()
	})
}
