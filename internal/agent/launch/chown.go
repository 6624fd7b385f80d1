package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
)

// handOverData gives root's data folder, and all of root's files in it, to the
// user of the instances. Files of other users stay theirs: an earlier version
// may still run as one of them.
func handOverData(dir string, u process.User) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("create data folder: %w", err)
	}
	owner := ownership.Owner(info)
	if owner == u.UID {
		return nil
	}
	if owner != 0 {
		return problem.New(problem.Failed, fmt.Sprintf("chown -R %d:%d '%s'", u.UID, u.GID, dir),
			"the app's data belongs to user %d, but this version's image runs as user %d; stop the app before you change the owner", owner, u.UID)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("create data folder: %w", err)
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		return handOverFile(root, name, u)
	})
	if err != nil {
		return fmt.Errorf("hand over the app's data: %w", err)
	}
	return root.Lchown(".", u.UID, u.GID) // last: a folder that was handed over is complete
}

func handOverFile(root *os.Root, name string, u process.User) error {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Uid != 0 || !info.IsDir() && st.Nlink > 1 {
		return nil // it has another name, perhaps outside
	}
	return root.Lchown(name, u.UID, u.GID)
}
