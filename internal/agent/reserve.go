package agent

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
)

// diskReserveBytes is more than the journal and the state of any deploy need.
const diskReserveBytes = 1 << 20

// diskReserve is disk space that is kept for a rollback. A disk that becomes
// full in the middle of a deploy must not leave a bad version active because a
// few lines of a journal cannot be written: they take the place of the reserve.
type diskReserve struct {
	mu   sync.Mutex
	path string
}

func newDiskReserve(dir string) *diskReserve {
	return &diskReserve{path: filepath.Join(dir, "reserve")}
}

// fillReserve restores the reserve. A deploy does not begin without it.
func (r *diskReserve) fillReserve() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() == diskReserveBytes {
		return nil
	}
	// Not zeros, for which some file systems keep no space.
	content := bytes.Repeat([]byte("reserved for rollback\n"), diskReserveBytes/22+1)[:diskReserveBytes]
	if err := atomicfile.WriteFile(r.path, content, 0o600); err != nil {
		return problem.Wrap(err, problem.Failed, "df -h "+filepath.Dir(r.path), "reserve %d KiB of disk space for a rollback", diskReserveBytes>>10)
	}
	return nil
}

// withReserve calls write, and calls it again without the reserve if the disk is
// full.
func (r *diskReserve) withReserve(write func() error) error {
	err := write()
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if rmErr := os.Remove(r.path); rmErr != nil {
		return fmt.Errorf("%w (and the disk reserve is used up)", err)
	}
	return write()
}
