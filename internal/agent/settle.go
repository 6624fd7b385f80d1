package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/kit/problem"
	"version-manager/internal/statedir"
)

// Settle ends the move of a state folder: what instances of root's keep outside
// of it is brought along. It may be repeated, and every agent does so before it
// starts anything.
func Settle(dir string) error {
	b, err := statedir.Read(dir)
	if err != nil || b.From == "" || b.Path != statedir.Real(dir) {
		return nil // nothing was moved
	}
	if err := moveHome(newHome(b.From), newHome(b.Path)); err != nil {
		return err
	}
	return statedir.Settled(dir)
}

func moveHome(from, to *home) error {
	if _, err := os.Lstat(from.spare); err != nil || os.Geteuid() != 0 {
		return nil
	}
	if to.pick() == to.spare {
		err := errors.Join(os.RemoveAll(filepath.Join(to.spare, "rootfs")), os.Rename(from.spare, to.spare))
		return stranded(err, from.spare, to.spare)
	}
	apps, err := os.ReadDir(filepath.Join(from.spare, "data"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look for the app's data: %w", err)
	}
	for _, app := range apps {
		old, next := filepath.Join(from.spare, "data", app.Name()), to.data(app.Name())
		if err := errors.Join(os.MkdirAll(filepath.Dir(next), 0o700), os.Rename(old, next)); err != nil {
			return stranded(err, old, next)
		}
	}
	return os.RemoveAll(from.spare)
}

func stranded(err error, from, to string) error {
	if err == nil {
		return nil
	}
	return problem.Wrap(err, problem.Failed, fmt.Sprintf("cp -a '%s' '%s' && rm -r '%s'", from, to, from), "bring the app's data along")
}
