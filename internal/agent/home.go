package agent

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

// systemFilesDir is where instances have their files when root's state folder is
// in a place that other users cannot enter, such as /root.
const systemFilesDir = "/var/lib/version-manager-apps"

// instanceFiles is where instances have their files: unpacked images and their data.
// It is the state folder, unless instances run as a user who cannot get there.
type instanceFiles struct {
	state   string
	outside string // for those who cannot enter state
	root    func() string
}

func newInstanceFiles(state string) *instanceFiles {
	h := &instanceFiles{state: state, outside: filepath.Join(systemFilesDir, fmt.Sprintf("%x", sha256.Sum256([]byte(state)))[:16])}
	h.root = sync.OnceValue(h.chooseRoot)
	return h
}

// chooseRoot depends only on who we are and where the state folder is, so that
// every agent finds what the one before it has made.
func (h *instanceFiles) chooseRoot() string {
	if os.Geteuid() != 0 || isOpenToAll(filepath.Dir(h.state)) {
		return h.state
	}
	return h.outside
}

// isOpenToAll reports whether everybody may pass through a folder and all above it.
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

// imageDir is where the image with that digest is unpacked.
func (h *instanceFiles) imageDir(digest string) string {
	return filepath.Join(h.root(), "rootfs", strings.ReplaceAll(digest, ":", "-"))
}

func (h *instanceFiles) dataDir(app string) string { return filepath.Join(h.root(), "data", app) }

// makeDirs makes the folders on the way, through which another user may pass but
// in which only we can look around.
func (h *instanceFiles) makeDirs(u *process.User) error {
	dir := h.root()
	ways := []string{filepath.Join(dir, "rootfs"), filepath.Join(dir, "data")}
	if dir == h.outside {
		ways = append([]string{systemFilesDir, dir}, ways...)
	} else {
		ways = append([]string{dir}, ways...)
	}
	for _, way := range ways {
		if err := os.MkdirAll(way, 0o700); err != nil {
			return fmt.Errorf("make a folder for instances: %w", err)
		}
		if u == nil {
			continue
		}
		if err := makePassable(way); err != nil {
			return fmt.Errorf("make a folder for instances: %w", err)
		}
	}
	return nil
}

// makePassable lets others pass through a folder of ours.
func makePassable(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New("it is not a folder of this user")}
	}
	if info.Mode().Perm()&0o011 == 0o011 {
		return nil
	}
	return os.Chmod(dir, info.Mode().Perm()|0o011)
}

// makeDataDir makes the folder of an app's data, which belongs to the user of its
// instances.
func (h *instanceFiles) makeDataDir(app string, u *process.User) (dir string, err error) {
	dir = h.dataDir(app)
	if err := h.moveOldData(app, dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make data folder: %w", err)
	}
	if u == nil {
		return dir, nil
	}
	return dir, handOverData(dir, *u)
}

// moveOldData brings along what an earlier version of this program kept in the
// state folder.
func (h *instanceFiles) moveOldData(app, dir string) error {
	old := filepath.Join(h.state, "data", app)
	if old == dir {
		return nil
	}
	if _, err := os.Lstat(old); err != nil {
		return nil
	}
	if _, err := os.Lstat(dir); err == nil {
		return nil
	}
	if err := os.Rename(old, dir); err != nil {
		return problem.Wrap(err, problem.Failed, fmt.Sprintf("cp -a '%s' '%s' && rm -r '%s'", old, dir, old),
			"move the app's data to where its user can reach it")
	}
	return nil
}

// removeOutside removes what lies outside a state folder that is gone.
func (h *instanceFiles) removeOutside() {
	if dir := h.root(); dir != h.state {
		if err := os.RemoveAll(dir); err != nil {
			slog.Error("remove the files of instances", "error", err)
		}
	}
}
