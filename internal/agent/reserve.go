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

// diskReserve is disk space that is kept for the way back. A disk that is full in
// the middle of a deploy must not leave a bad version with the traffic for
// want of a few lines in a journal: what has to be written then, is written
// where the reserve was.
type diskReserve struct {
	mu   sync.Mutex
	path string
}

func newDiskReserve(dir string) *diskReserve {
	return &diskReserve{path: filepath.Join(dir, "reserve")}
}

// fillReserve makes the reserve whole. A deploy does not begin without it.
func (r *diskReserve) fillReserve() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() == diskReserveBytes {
		return nil
	}
	// Not zeros, for which some file systems keep no space.
	content := bytes.Repeat([]byte("kept for the way back\n"), diskReserveBytes/22+1)[:diskReserveBytes]
	if err := atomicfile.WriteFile(r.path, content, 0o600); err != nil {
		return problem.Wrap(err, problem.Failed, "df -h "+filepath.Dir(r.path), "keep %d KiB of disk for the way back", diskReserveBytes>>10)
	}
	return nil
}

// withReserve runs write, and once more without the reserve if the disk is full.
func (r *diskReserve) withReserve(write func() error) error {
	err := write()
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if rmErr := os.Remove(r.path); rmErr != nil {
		return fmt.Errorf("%w (and the reserve is spent)", err)
	}
	return write()
}
