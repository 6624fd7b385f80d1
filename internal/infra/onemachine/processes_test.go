package onemachine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/process"
)

// begin starts a process that sleeps, unless argv says what it does.
func begin(t *testing.T, argv ...string) *process.Child {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if len(argv) == 0 {
		argv = []string{"/bin/sleep", "60"}
	}
	c, err := process.Start(process.Command{Argv: argv, Dir: "/", Output: out}, func(process.Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Signal(syscall.SIGKILL) })
	go c.Wait()
	return c
}

func TestEnd(t *testing.T) {
	c := begin(t)
	for _, when := range []string{"while it runs", "again"} {
		if err := end(t.Context(), c.Identity); err != nil || c.Alive() {
			t.Errorf("%s: %v, alive: %t", when, err, c.Alive())
		}
	}
}

// TestEndInterrupted: who was asked is not killed because nobody waits.
func TestEndInterrupted(t *testing.T) {
	deaf := filepath.Join(t.TempDir(), "deaf")
	c := begin(t, "/bin/sh", "-c", "trap '' TERM; : > "+deaf+"; exec sleep 60")
	if err := await(t.Context(), 10*time.Second, "the trap", func(context.Context) bool { _, err := os.Stat(deaf); return err == nil }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := end(ctx, c.Identity); !errors.Is(err, context.DeadlineExceeded) || !c.Alive() {
		t.Errorf("end = %v, alive: %t", err, c.Alive())
	}
}

// TestEndOfWhoCannotBeSeen: a supervisor that was not asked to end would bring
// back all that ends after it.
func TestEndOfWhoCannotBeSeen(t *testing.T) {
	c := begin(t)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	err := end(t.Context(), c.Identity)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.EMFILE) || !c.Alive() {
		t.Errorf("end = %v, alive: %t", err, c.Alive())
	}
}

// TestEndSupervisor: a record that makes no sense names nobody, one that
// cannot be read may name somebody.
func TestEndSupervisor(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(file string) error
		want    error
	}{
		"no record":  {func(string) error { return nil }, nil},
		"damaged":    {func(file string) error { return os.WriteFile(file, []byte("{"), 0o600) }, nil},
		"unreadable": {func(file string) error { return os.Mkdir(file, 0o700) }, syscall.EISDIR},
	} {
		dir := layout(t.TempDir())
		if err := os.MkdirAll(filepath.Dir(dir.supervisor()), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := tt.prepare(dir.supervisor()); err != nil {
			t.Fatal(err)
		}
		if err := dir.endSupervisor(t.Context()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}
