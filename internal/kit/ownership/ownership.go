// Package ownership decides whose files may be believed.
//
// What is read from a file can make us run a program, so a file counts only
// if nobody but its user, root, and the person who became root by sudo could
// have written it: every folder from the root down to it must belong to one of
// them and be closed to everybody else. It is the rule of git's
// safe.directory and of sshd's StrictModes, in one place. Start with [Of].
package ownership

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"version-manager/internal/kit/problem"
)

// Variable lists folders that a person vouches for, separated as in PATH. It
// is for file systems that know no owners and for folders that a team shares.
const Variable = "VERSION_MANAGER_SAFE_DIRECTORY"

// maxLinks is how many symbolic links one path may go through.
const maxLinks = 40

// ErrForeign says that somebody else could have written a file.
var ErrForeign = errors.New("not trusted")

// Trust is the set of users whose files count as our own.
type Trust struct {
	users  []int
	safe   []string // folders that are exempt
	mapped bool     // root of this machine has no number here: we are in a user namespace
}

// Of returns the users that this process may trust: itself, root and, where it is
// root by sudo, the user who called sudo.
func Of(getenv func(string) string) Trust {
	t := Trust{users: []int{os.Geteuid(), 0}, mapped: inUserNamespace()}
	if os.Geteuid() == 0 {
		if uid, err := strconv.Atoi(getenv("SUDO_UID")); err == nil && uid > 0 {
			t.users = append(t.users, uid)
		}
	}
	for _, dir := range filepath.SplitList(getenv(Variable)) {
		if filepath.IsAbs(dir) {
			t.safe = append(t.safe, filepath.Clean(dir))
		}
	}
	return t
}

// Users returns the trust in exactly these users, and in no folder.
func Users(uids ...int) Trust { return Trust{users: uids, mapped: inUserNamespace()} }

// With returns a trust in one more user.
func (t Trust) With(uid int) Trust {
	t.users = append(slices.Clone(t.users), uid)
	return t
}

// Includes reports whether the user is one of those trusted.
func (t Trust) Includes(uid int) bool { return slices.Contains(t.users, uid) }

// Path checks every component of path, and of what its symbolic links lead to.
// What does not exist yet can be nobody else's: then its folders are checked.
func (t Trust) Path(path string) error {
	path, err := filepath.Abs(path)
	if err != nil || t.vouched(path) {
		return err
	}
	at, rest, links := "/", split(path), 0
	if err := t.entry(at); err != nil {
		return err
	}
	for len(rest) > 0 {
		at = filepath.Join(at, rest[0]) // ".." of a link's target included
		rest = rest[1:]
		err := t.entry(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		target, err := os.Readlink(at)
		if err != nil {
			continue
		}
		if links++; links > maxLinks {
			return &fs.PathError{Op: "follow", Path: path, Err: syscall.ELOOP}
		}
		if at = filepath.Dir(at); filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(split(target), rest...)
	}
	return nil
}

func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator })
}

func (t Trust) vouched(path string) bool {
	return slices.ContainsFunc(t.safe, func(dir string) bool { return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/") })
}

// Closed checks one folder, and none of those above it, for a search: nobody
// else may put files there, which in /tmp everybody may.
func (t Trust) Closed(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil || t.vouched(dir):
		return err
	case info.Mode().Perm()&0o002 != 0:
		return foreign("", "everybody can write to %s", dir)
	}
	return t.Info(dir, info)
}

func (t Trust) entry(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	return t.Info(path, info)
}

// Info checks one file or folder by what is known of it.
func (t Trust) Info(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("cannot determine the owner of %s on this system: %w", path, ErrForeign)
	}
	owner, mode := Owner(info), info.Mode()
	switch {
	case t.vouched(path):
		return nil
	case !t.Includes(owner) && !(t.mapped && info.IsDir() && owner == overflowUser):
		return foreign(fmt.Sprintf("export %s='%s'", Variable, path),
			"%s belongs to %s; move it to a folder of your own, or declare it safe", path, userName(owner))
	case mode&fs.ModeSymlink != 0 || mode.IsDir() && mode&fs.ModeSticky != 0:
		return nil // a link has no mode; in a sticky folder each file is its owner's
	case mode.Perm()&0o002 != 0:
		return foreign(fmt.Sprintf("chmod go-w '%s'", path), "everybody can write to %s", path)
	case mode.Perm()&0o020 != 0 && !private(owner, int(st.Gid)):
		return foreign(fmt.Sprintf("chmod g-w '%s'", path), "the group %s can write to %s", groupName(int(st.Gid)), path)
	}
	return nil
}

func foreign(hint, format string, args ...any) error {
	p := problem.New(problem.Failed, hint, format, args...)
	p.Cause = ErrForeign
	return p
}

// OwnerOf returns the user who owns path, -1 if that cannot be seen.
func OwnerOf(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return Owner(info)
}

// Owner returns the user who owns a file, -1 if that cannot be seen.
func Owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}
