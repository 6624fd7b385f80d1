package agent

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
		return fmt.Errorf("make data folder: %w", err)
	}
	at := ownership.Owner(info)
	if at == u.UID {
		return nil
	}
	if at != 0 {
		return problem.New(problem.Failed, fmt.Sprintf("chown -R %d:%d '%s', when nothing of the app runs any more", u.UID, u.GID, dir),
			"the app's data belongs to user %d, and this version's image runs as user %d", at, u.UID)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
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
	})
	if err != nil {
		return fmt.Errorf("hand over the app's data: %w", err)
	}
	return root.Lchown(".", u.UID, u.GID) // last: whoever finds it done, finds all of it done
}
