package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"version-manager/internal/kit/wait"
)

// lockPoll is how often a waiting build looks whether its turn has come. The
// kernel could wake it, but not when the context ends.
const lockPoll = 200 * time.Millisecond

// lock waits until no other process builds. The kernel unlocks when the
// holder dies, however it dies. waiting is called once if there is a wait.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	told := false
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { f.Close() }, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		case !told:
			waiting()
			told = true
		}
		if err := wait.For(ctx, lockPoll); err != nil {
			f.Close()
			return nil, err
		}
	}
}
