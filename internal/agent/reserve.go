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

// reserveSize is more than the journal and the state of any deploy need.
const reserveSize = 1 << 20

// reserve is disk space that is kept for the way back. A disk that is full in
// the middle of a deploy must not leave a bad version with the traffic for
// want of a few lines in a journal: what has to be written then, is written
// where the reserve was.
type reserve struct {
	mu   sync.Mutex
	path string
}

func newReserve(dir string) *reserve { return &reserve{path: filepath.Join(dir, "reserve")} }

// fill makes the reserve whole. A deploy does not begin without it.
func (r *reserve) fill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() == reserveSize {
		return nil
	}
	// Not zeros, for which some file systems keep no space.
	content := bytes.Repeat([]byte("kept for the way back\n"), reserveSize/22+1)[:reserveSize]
	if err := atomicfile.Write(r.path, content, 0o600); err != nil {
		return problem.Wrap(err, problem.Failed, "df -h "+filepath.Dir(r.path), "keep %d KiB of disk for the way back", reserveSize>>10)
	}
	return nil
}

// spend runs write, and once more without the reserve if the disk is full.
func (r *reserve) spend(write func() error) error {
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
