// Package filelock locks files and folders between processes. The kernel drops
// a lock when the last process that has the file open closes it or dies, so a
// crash never leaves one behind. Locks are advisory: they stop only those who
// ask for them.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/wait"
)

// ErrLocked means that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// pollInterval is the time between two tries where the wait has to end with a
// context. The kernel could wake us, but not when the context ends.
const pollInterval = 100 * time.Millisecond

// OpenLocked opens the file at path, makes it and its folder if they do not
// exist, and waits for the lock. Closing the file unlocks it.
func OpenLocked(path string) (*os.File, error) { return openWith(path, WaitLock) }

// TryOpenLocked is OpenLocked without the wait: it returns ErrLocked if another
// process holds the lock.
func TryOpenLocked(path string) (*os.File, error) { return openWith(path, TryLock) }

// OpenLockedContext is OpenLocked with a wait that ends with ctx. If it has to
// wait, it calls onWait once.
func OpenLockedContext(ctx context.Context, path string, onWait func()) (*os.File, error) {
	return openWith(path, func(f *os.File) error { return waitLockContext(ctx, f, onWait) })
}

func openWith(path string, lock func(*os.File) error) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := atomicfile.OpenRegular(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// WaitLock waits until this process holds the lock of f, a file or a folder.
func WaitLock(f *os.File) error { return lockFile(f, unix.LOCK_EX) }

// TryLock takes the lock of f, a file or a folder, or returns ErrLocked.
func TryLock(f *os.File) error { return lockFile(f, unix.LOCK_EX|unix.LOCK_NB) }

// IsLocked reports whether another process holds the lock of f. For an instant
// it holds a shared lock itself, which a concurrent TryLock may run into.
func IsLocked(f *os.File) bool {
	err := lockFile(f, unix.LOCK_SH|unix.LOCK_NB)
	if err == nil {
		_ = unix.Flock(int(f.Fd()), unix.LOCK_UN)
	}
	return errors.Is(err, ErrLocked)
}

func waitLockContext(ctx context.Context, f *os.File, onWait func()) error {
	for waited := false; ; waited = true {
		if err := TryLock(f); !errors.Is(err, ErrLocked) {
			return err
		}
		if !waited {
			onWait()
		}
		if err := wait.SleepContext(ctx, pollInterval); err != nil {
			return err
		}
	}
}

func lockFile(f *os.File, how int) error {
	for {
		switch err := unix.Flock(int(f.Fd()), how); {
		case err == nil:
			return nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return fmt.Errorf("%s: %w", f.Name(), ErrLocked)
		case !errors.Is(err, unix.EINTR):
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}
