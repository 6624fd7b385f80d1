package programs

import (
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
func source() (string, error) {
	var starts []string
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		starts = append(starts, filepath.Dir(self))
	}
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	for _, start := range starts {
		if dir := search(start); dir != "" {
			return dir, nil
		}
	}
	return "", problem.New(problem.NotFound, "cd into a clone of version-manager and try again",
		"the source of the cluster's programs, the folder cluster/ of version-manager, is neither above %s", strings.Join(starts, " nor above "))
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
