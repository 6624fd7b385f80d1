package launch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
)

// systemFilesDir is where instances have their files when root's state folder
// is in a place that other users cannot enter, such as /root.
const systemFilesDir = "/var/lib/version-manager-apps"

// Files is where instances have their files: unpacked images and the data of
// apps. They lie in the state folder, unless instances run as a user who cannot
// enter it.
type Files struct {
	state   string
	outside string // for users who cannot enter state
	root    func() string
}

// NewFiles returns the files of the instances of a state folder.
func NewFiles(state string) *Files {
	f := &Files{state: state, outside: filepath.Join(systemFilesDir, fmt.Sprintf("%x", sha256.Sum256([]byte(state)))[:16])}
	f.root = sync.OnceValue(f.chooseRoot)
	return f
}

// chooseRoot depends only on our user and on the state folder's path, so that
// every agent finds what the one before it has made.
func (f *Files) chooseRoot() string {
	if os.Geteuid() != 0 || isOpenToAll(filepath.Dir(f.state)) {
		return f.state
	}
	return f.outside
}

// isOpenToAll reports whether every user may pass through a folder and all
// above it.
func isOpenToAll(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// ImageDir is where the image with that digest is unpacked.
func (f *Files) ImageDir(digest string) string {
	return filepath.Join(f.root(), "rootfs", strings.ReplaceAll(digest, ":", "-"))
}

func (f *Files) dataDir(app string) string { return filepath.Join(f.root(), "data", app) }

// makeDirs makes the folders that lead to the files. Another user may pass
// through them but cannot list them.
func (f *Files) makeDirs(u *process.User) error {
	dir := f.root()
	dirs := []string{dir, filepath.Join(dir, "rootfs"), filepath.Join(dir, "data")}
	if dir == f.outside {
		dirs = append([]string{systemFilesDir}, dirs...)
	}
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make a folder for instances: %w", err)
		}
		if u == nil {
			continue
		}
		if err := makePassable(dir); err != nil {
			return fmt.Errorf("make a folder for instances: %w", err)
		}
	}
	return nil
}

// makePassable lets other users pass through a folder of ours.
func makePassable(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New("it is not a folder, or belongs to another user")}
	}
	if info.Mode().Perm()&0o011 == 0o011 {
		return nil
	}
	return os.Chmod(dir, info.Mode().Perm()|0o011)
}

// makeDataDir makes the folder of an app's data, which belongs to the user of
// its instances.
func (f *Files) makeDataDir(app string, u *process.User) (dir string, err error) {
	dir = f.dataDir(app)
	if err := f.moveOldData(app, dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("create data folder: %w", err)
	}
	if u == nil {
		return dir, nil
	}
	return dir, handOverData(dir, *u)
}

// moveOldData moves the data that an earlier version of this program kept in
// the state folder.
func (f *Files) moveOldData(app, dir string) error {
	old := filepath.Join(f.state, "data", app)
	if old == dir {
		return nil
	}
	if _, err := os.Lstat(old); err != nil {
		return nil
	}
	if _, err := os.Lstat(dir); err == nil {
		return nil
	}
	return moveFailure(os.Rename(old, dir), old, dir)
}

// RemoveOutside removes what lies outside a state folder that is gone.
func (f *Files) RemoveOutside() {
	if dir := f.root(); dir != f.state {
		if err := os.RemoveAll(dir); err != nil {
			slog.Error("remove the files of instances", "error", err)
		}
	}
}

// moveFailure explains how to move data by hand.
func moveFailure(err error, from, to string) error {
	if err == nil {
		return nil
	}
	return problem.Wrap(err, problem.Failed, fmt.Sprintf("cp -a '%s' '%s' && rm -r '%s'", from, to, from), "move the app's data")
}
