// Package statedir knows where the state of an app is kept, and whose it is.
//
// A state folder names programs that are started again, so it counts only
// where it was made: a record in it, the [Binding], names the machine, the user
// and the path. A folder that was copied, unpacked or cloned from elsewhere is
// refused until a person adopts it. What is in a state folder is the business
// of those who keep it there: packages agent, journal and release.
package statedir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"version-manager/internal/kit/ownership"
)

// InTree is the name of the state folder that earlier versions kept beside
// version-manager.yaml. It is used where there is no folder to keep state in.
const InTree = ".version-manager"

// ErrNoBase says that the user has no folder in which state could be kept.
var ErrNoBase = errors.New("there is no home folder that this user may write to")

// BaseFolder is the folder of one user with the state of all apps: version-manager
// in $XDG_STATE_HOME or ~/.local/state, on macOS too. It need not exist yet.
// Root by sudo, at work in a project of the user who called it, shares that
// user's.
func BaseFolder(getenv func(string) string, project string) (string, error) {
	trust := ownership.Of(getenv)
	base := ""
	if xdg := getenv("XDG_STATE_HOME"); filepath.IsAbs(xdg) { // as the specification says, others do not count
		base = filepath.Join(xdg, "version-manager")
	} else if home := homeFor(getenv, trust, project); filepath.IsAbs(home) {
		base = filepath.Join(home, ".local", "state", "version-manager")
	}
	if base == "" || !isWritable(base) {
		return "", ErrNoBase
	}
	return base, trust.Path(base)
}

func homeFor(getenv func(string) string, trust ownership.Trust, project string) string {
	owner := ownership.OwnerOf(project)
	if os.Geteuid() == 0 && owner > 0 && trust.Includes(owner) {
		return homeOf(owner)
	}
	if home := getenv("HOME"); home != "" {
		return home
	}
	return homeOf(os.Geteuid())
}

func homeOf(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return ""
	}
	return u.HomeDir
}

// isWritable reports whether dir, or the nearest folder above it that exists,
// can be written to.
func isWritable(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		err := unix.Access(dir, unix.W_OK|unix.X_OK)
		if !errors.Is(err, unix.ENOENT) {
			return err == nil
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

// DefaultFolder is the state folder of an app in a project folder. Two clones have
// two, and so have two machines that share a home.
func DefaultFolder(base, app, project string) string {
	sum := sha256.Sum256([]byte(machineFor(base) + "\x00" + RealPath(project)))
	return filepath.Join(base, app+"-"+hex.EncodeToString(sum[:4]))
}

// RealPath is path without symbolic links, as far as it exists.
func RealPath(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir := filepath.Dir(path); dir != path {
		return filepath.Join(RealPath(dir), filepath.Base(path))
	}
	return path
}

// IsEmpty reports whether there is nothing in the folder that counts as state.
func IsEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	for _, e := range entries {
		if name := e.Name(); name != ".gitignore" && name != bindingFile {
			return false
		}
	}
	return true
}

// FolderSize adds up the bytes of all files below dir.
func FolderSize(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return ignoreGone(err)
		}
		info, err := e.Info()
		if err == nil {
			bytes += info.Size()
		}
		return ignoreGone(err)
	})
	if err != nil {
		err = fmt.Errorf("measure the state folder: %w", err)
	}
	return bytes, err
}

func ignoreGone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
