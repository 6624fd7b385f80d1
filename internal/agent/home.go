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

// systemHome is where instances have their files when root's state folder is
// in a place that other users cannot enter, such as /root.
const systemHome = "/var/lib/version-manager-apps"

// home is where instances have their files: unpacked images and their data.
// It is the state folder, unless instances run as a user who cannot get there.
type home struct {
	state string
	spare string // for those who cannot enter state
	pick  func() string
}

func newHome(state string) *home {
	h := &home{state: state, spare: filepath.Join(systemHome, fmt.Sprintf("%x", sha256.Sum256([]byte(state)))[:16])}
	h.pick = sync.OnceValue(h.choose)
	return h
}

// choose depends only on who we are and where the state folder is, so that
// every agent finds what the one before it has made.
func (h *home) choose() string {
	if os.Geteuid() != 0 || open(filepath.Dir(h.state)) {
		return h.state
	}
	return h.spare
}

// open reports whether everybody may pass through a folder and all above it.
func open(dir string) bool {
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

// rootfs is where the image with that digest is unpacked.
func (h *home) rootfs(digest string) string {
	return filepath.Join(h.pick(), "rootfs", strings.ReplaceAll(digest, ":", "-"))
}

func (h *home) data(app string) string { return filepath.Join(h.pick(), "data", app) }

// make makes the folders on the way, through which another user may pass but
// in which only we can look around.
func (h *home) make(u *process.User) error {
	dir := h.pick()
	ways := []string{filepath.Join(dir, "rootfs"), filepath.Join(dir, "data")}
	if dir == h.spare {
		ways = append([]string{systemHome, dir}, ways...)
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
		if err := passable(way); err != nil {
			return fmt.Errorf("make a folder for instances: %w", err)
		}
	}
	return nil
}

// passable lets others pass through a folder of ours.
func passable(dir string) error {
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

// makeData makes the folder of an app's data, which belongs to the user of its
// instances.
func (h *home) makeData(app string, u *process.User) (dir string, err error) {
	dir = h.data(app)
	if err := h.moveData(app, dir); err != nil {
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

// moveData brings along what an earlier version of this program kept in the
// state folder.
func (h *home) moveData(app, dir string) error {
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

// remove removes what lies outside a state folder that is gone.
func (h *home) remove() {
	if dir := h.pick(); dir != h.state {
		if err := os.RemoveAll(dir); err != nil {
			slog.Error("remove the files of instances", "error", err)
		}
	}
}
