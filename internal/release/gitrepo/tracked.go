package gitrepo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// IsTracked reports whether git tracks the file or folder at path, or something
// in it: then it came here with a repository. Letter case does not matter, as
// it does not on every file system.
func IsTracked(ctx context.Context, path string) (bool, error) {
	dir, name := filepath.Split(filepath.Clean(path))
	dir = filepath.Clean(dir)
	if !underGit(dir) {
		return false, nil
	}
	out, err := git{dir: dir}.runGit(ctx, "ls-files", "-z", "--", ":(icase,literal)"+name)
	if errors.Is(err, exec.ErrNotFound) {
		return false, nil // and who has no git has no clone either
	}
	return out != "", err
}

// underGit reports whether dir can be in a work tree, which saves starting git
// where it is not.
func underGit(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}
