package statedir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"version-manager/internal/kit/atomicfile"
)

const copying = ".moving" // the end of the name of a copy that is not whole

// MoveFolder makes the folder at from, which nobody serves, the state folder at to,
// which is missing or empty, and binds it to the project. A crash at any moment
// leaves it whole at one of the two places. Its binding goes on naming the
// place before, until Bind.
func MoveFolder(from, to, base, project string) error {
	if !IsEmpty(to) {
		return fmt.Errorf("move the state folder: %s is not empty", to)
	}
	if err := atomicfile.MakeDir(filepath.Dir(to)); err != nil {
		return fmt.Errorf("move the state folder: %w", err)
	}
	next := Binding{Machine: makeMachine(base), UID: os.Geteuid(), Path: RealPath(to), Project: project, From: RealPath(from)}
	if err := write(from, next); err != nil { // good for both places
		return err
	}
	if err := renameFolder(from, to); err != nil {
		return fmt.Errorf("move the state folder: %w", err)
	}
	return nil
}

// renameFolder renames the folder, and copies it where that cannot be done.
func renameFolder(from, to string) error {
	if err := os.RemoveAll(to); err != nil { // of which Empty has seen that nothing is in it
		return err
	}
	err := os.Rename(from, to)
	if !errors.Is(err, syscall.EXDEV) {
		return errors.Join(err, atomicfile.SyncDir(filepath.Dir(to)), atomicfile.SyncDir(filepath.Dir(from)))
	}
	temp := to + copying
	if err := os.RemoveAll(temp); err != nil { // of an earlier try
		return err
	}
	if err := copyTree(from, temp); err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	if err := errors.Join(os.Rename(temp, to), atomicfile.SyncDir(filepath.Dir(to))); err != nil {
		return err
	}
	return os.RemoveAll(from)
}

// copyTree copies files, folders and links, durably. Sockets and pipes are
// recreated by the agent.
func copyTree(from, to string) error {
	var dirs []string // get their permissions last, as those may keep us out
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case e.IsDir():
			dirs = append(dirs, rel)
			return os.Mkdir(target, 0o700)
		case e.Type()&fs.ModeSymlink != 0:
			return copyLink(path, target)
		case e.Type().IsRegular():
			return copyFile(path, target)
		}
		return nil
	})
	for i := len(dirs) - 1; err == nil && i >= 0; i-- {
		err = finishMove(filepath.Join(from, dirs[i]), filepath.Join(to, dirs[i]))
	}
	return err
}

func copyLink(from, to string) error {
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	return os.Symlink(target, to)
}

func copyFile(from, to string) (err error) {
	in, err := atomicfile.OpenRegular(from, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := atomicfile.OpenRegular(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	return errors.Join(ownFolder(to, info), out.Chmod(info.Mode().Perm()), out.Sync(), os.Chtimes(to, info.ModTime(), info.ModTime()))
}

func finishMove(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return errors.Join(atomicfile.SyncDir(to), ownFolder(to, info), os.Chmod(to, info.Mode().Perm()), os.Chtimes(to, info.ModTime(), info.ModTime()))
}

// ownFolder keeps the owner of what root moves for another.
func ownFolder(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Lchown(path, int(st.Uid), int(st.Gid))
}
