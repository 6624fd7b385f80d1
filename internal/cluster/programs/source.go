package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/problem"
)

// moduleLine is how the source of the programs is recognized.
const moduleLine = "module version-manager/cluster"

// source finds the folder of the module: cluster/ in the folder of the
// running command or one above it, or else in the working directory or one
// above that. A command in bin/ of a clone so finds its own clone from
// anywhere, and an installed one finds the clone in which it is called.
//
// What is built there runs as root, and the working directory can be anywhere:
// it counts only if whoever owns it could have become root anyway.
func source() (string, error) {
	var starts []string
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		starts = append(starts, filepath.Dir(self))
		if dir := search(starts[0]); dir != "" {
			return dir, nil
		}
	}
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
		if dir := search(wd); dir != "" {
			return dir, trusted(dir, os.Geteuid(), os.Getenv("SUDO_UID"))
		}
	}
	return "", problem.New(problem.NotFound, "cd into a clone of version-manager and try again",
		"the source of the cluster's programs, the folder cluster/ of version-manager, is neither above %s", strings.Join(starts, " nor above "))
}

// trusted refuses to build as root what another user can have written.
func trusted(dir string, uid int, sudo string) error {
	if uid != 0 {
		return nil
	}
	for _, path := range []string{filepath.Dir(dir), dir, filepath.Join(dir, "go.mod")} {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("look at the source of the cluster's programs: %w", err)
		}
		owner := ownerOf(info)
		if (owner != "0" && owner != sudo) || info.Mode().Perm()&0o002 != 0 {
			return problem.New(problem.Failed, "call the version-manager in bin/ of your own clone, or make the clone yours: chown -R root "+filepath.Dir(dir),
				"%s belongs to another user or can be written by everybody, and what is built there would run as root", path)
		}
	}
	return nil
}

// search looks into cluster/ of dir and of every folder above it.
func search(dir string) string {
	for {
		candidate := filepath.Join(dir, "cluster")
		if isModule(candidate) {
			return candidate
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

func isModule(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(b)) {
		if strings.TrimSpace(line) == moduleLine {
			return true
		}
	}
	return false
}
