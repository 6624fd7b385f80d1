package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/statedir"
)

// FinishMove completes the move of a state folder: what root's instances keep
// outside of it follows. It may be repeated, and every agent calls it before it
// starts anything.
func FinishMove(dir string) error {
	b, err := statedir.ReadBinding(dir)
	if err != nil || b.From == "" || b.Path != statedir.RealPath(dir) {
		return nil // nothing was moved
	}
	if err := moveFiles(NewFiles(b.From), NewFiles(b.Path)); err != nil {
		return err
	}
	return statedir.SettledFolder(dir)
}

func moveFiles(from, to *Files) error {
	if _, err := os.Lstat(from.outside); err != nil || os.Geteuid() != 0 {
		return nil
	}
	if to.root() == to.outside {
		err := errors.Join(os.RemoveAll(filepath.Join(to.outside, "rootfs")), os.Rename(from.outside, to.outside))
		return moveFailure(err, from.outside, to.outside)
	}
	apps, err := os.ReadDir(filepath.Join(from.outside, "data"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("find the app's data: %w", err)
	}
	for _, app := range apps {
		old, next := filepath.Join(from.outside, "data", app.Name()), to.dataDir(app.Name())
		if err := errors.Join(os.MkdirAll(filepath.Dir(next), 0o700), os.Rename(old, next)); err != nil {
			return moveFailure(err, old, next)
		}
	}
	return os.RemoveAll(from.outside)
}
