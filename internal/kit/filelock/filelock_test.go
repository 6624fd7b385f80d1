package filelock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func openLocked(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := OpenLocked(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOpenLockedMakesFolderAndFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "lock")
	openLocked(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the lock file is %v, %v, want mode 0600", info, err)
	}
}

func TestTryOpenLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := openLocked(t, path)
	if _, err := TryOpenLocked(path); !errors.Is(err, ErrLocked) {
		t.Fatalf("a second lock: %v, want ErrLocked", err)
	}
	first.Close()
	second, err := TryOpenLocked(path)
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	second.Close()
}

func TestOpenLockedWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := openLocked(t, path)
	got := make(chan error, 1)
	go func() {
		f, err := OpenLocked(path)
		if err == nil {
			err = f.Close()
		}
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("did not wait for the lock: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	if err := waittest.Receive(t, got); err != nil {
		t.Error(err)
	}
}

func TestOpenLockedContextWaitsUntilUnlocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := openLocked(t, path)
	waits := 0
	f, err := OpenLockedContext(t.Context(), path, func() {
		waits++
		time.AfterFunc(3*pollInterval, func() { first.Close() })
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if waits != 1 {
		t.Errorf("onWait was called %d times, want 1", waits)
	}
}

func TestOpenLockedContextEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	openLocked(t, path)
	cause := errors.New("canceled by the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := OpenLockedContext(ctx, path, func() { cancel(cause) })
	if !errors.Is(err, cause) {
		t.Errorf("error %v, want the context's cause", err)
	}
}

func TestOpenLockedContextDoesNotCallOnWaitWithoutAWait(t *testing.T) {
	f, err := OpenLockedContext(t.Context(), filepath.Join(t.TempDir(), "lock"), func() { t.Error("onWait was called") })
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func TestIsLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := openLocked(t, path)
	observer, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer observer.Close()
	if !IsLocked(observer) {
		t.Error("a locked file is reported as free")
	}
	first.Close()
	if IsLocked(observer) {
		t.Error("a free file is reported as locked")
	}
	third, err := TryOpenLocked(path) // the question left no lock behind
	if err != nil {
		t.Fatal(err)
	}
	third.Close()
}

func TestFolderCanBeLocked(t *testing.T) {
	dir := t.TempDir()
	first, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := WaitLock(first); err != nil {
		t.Fatal(err)
	}
	if err := TryLock(second); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock of the folder: %v, want ErrLocked", err)
	}
}

func TestSymbolicLinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "lock")); err != nil {
		t.Fatal(err)
	}
	if f, err := OpenLocked(filepath.Join(dir, "lock")); err == nil {
		f.Close()
		t.Error("locked through a symbolic link")
	}
}
