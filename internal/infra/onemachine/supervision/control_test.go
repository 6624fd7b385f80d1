package supervision

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

// startSleep starts a process that sleeps, unless argv says otherwise.
func startSleep(t *testing.T, argv ...string) *process.Child {
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

func TestStopProcess(t *testing.T) {
	c := startSleep(t)
	for _, when := range []string{"running", "ended"} {
		if err := stopProcess(t.Context(), c.Identity); err != nil || c.Alive() {
			t.Errorf("%s: %v, alive: %t", when, err, c.Alive())
		}
	}
}

// TestInterruptedStopDoesNotKill: a process that was asked to end gets the
// time that it needs, even if nothing waits for it.
func TestInterruptedStopDoesNotKill(t *testing.T) {
	trapped := filepath.Join(t.TempDir(), "trapped")
	c := startSleep(t, "/bin/sh", "-c", "trap '' TERM; : > "+trapped+"; exec sleep 60")
	waitForFile(t, trapped)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := stopProcess(ctx, c.Identity); !errors.Is(err, context.DeadlineExceeded) || !c.Alive() {
		t.Errorf("stopProcess = %v, alive: %t", err, c.Alive())
	}
}

func waitForFile(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := wait.PollUntil(ctx, 5*time.Millisecond, func(context.Context) (bool, error) {
		_, err := os.Stat(path)
		return err == nil, nil
	})
	if err != nil {
		t.Fatalf("wait for %s: %v", path, err)
	}
}

// TestStopFailsIfTheProcessCannotBeSeen: a supervisor that still runs would
// start again whatever is stopped after it.
func TestStopFailsIfTheProcessCannotBeSeen(t *testing.T) {
	c := startSleep(t)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	err := stopProcess(t.Context(), c.Identity)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.EMFILE) || !c.Alive() {
		t.Errorf("stopProcess = %v, alive: %t", err, c.Alive())
	}
}

// TestStopSupervisor: a damaged record names no process; one that cannot be
// read may name a running one.
func TestStopSupervisor(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(file string) error
		want    error
	}{
		"no record":  {func(string) error { return nil }, nil},
		"damaged":    {func(file string) error { return os.WriteFile(file, []byte("{"), 0o600) }, nil},
		"unreadable": {func(file string) error { return os.Mkdir(file, 0o700) }, syscall.EISDIR},
	} {
		dir := clusterdir.Dir(t.TempDir())
		if err := os.MkdirAll(dir.RunPath(), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := tt.prepare(dir.SupervisorFile()); err != nil {
			t.Fatal(err)
		}
		if err := StopSupervisor(t.Context(), dir); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// TestStopPrograms: only the named programs end.
func TestStopPrograms(t *testing.T) {
	etcd, kubelet := startSleep(t), startSleep(t)
	records := []Record{{Identity: etcd.Identity, Name: "etcd"}, {Identity: kubelet.Identity, Name: "kubelet"}}
	StopPrograms(t.Context(), records, "kubelet")
	if !etcd.Alive() || kubelet.Alive() {
		t.Errorf("etcd runs: %t, kubelet runs: %t", etcd.Alive(), kubelet.Alive())
	}
}
