package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// moduleLine is the line of go.mod by which the source code is recognized.
const moduleLine = "module version-manager/cluster"

// findSource returns the folder of the module: cluster/ in the folder of the
// running command or above it, or else in the working directory or above it. So
// a command in bin/ of a clone finds its own clone from everywhere, and an
// installed one finds the clone in which it is called.
//
// The programs run as root, so the folder must belong to someone who could
// become root anyway. The owner of the running command is one of them if the
// command runs as root.
func findSource() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the running command: %w", err)
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	trust := ownership.Of(os.Getenv)
	if owner := ownership.OwnerOf(self); owner >= 0 {
		trust = trust.With(owner)
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	return findSourceAbove(os.Geteuid(), trust, filepath.Dir(self), wd)
}

// findSourceAbove returns the first folder that it finds, or an error if that one
// cannot be trusted: taking another one would be a surprise.
func findSourceAbove(uid int, trust ownership.Trust, starts ...string) (string, error) {
	for _, start := range starts {
		if dir := searchUpward(start); dir != "" {
			return dir, checkSource(dir, uid, trust)
		}
	}
	return "", problem.New(problem.NotFound, "cd CLONE && version-manager cluster up",
		"the source code of the cluster's programs, the folder cluster/ of a clone of version-manager, was not found in or above %s", strings.Join(starts, " or "))
}

// checkSource refuses to build as root what someone else could have written.
func checkSource(dir string, uid int, trust ownership.Trust) error {
	if uid != 0 {
		return nil
	}
	if err := trust.Path(filepath.Join(dir, "go.mod")); err != nil {
		return problem.Wrap(err, problem.Failed, "sudo chown -R root "+filepath.Dir(dir),
			"the programs built from %s would run as root, and another user could have written the source code", dir)
	}
	return nil
}

// checkCache refuses programs that someone else could have put into the cache,
// which with sudo -E belongs to the user who called sudo. The folders above the
// cache are not checked: that user can change them anyway.
func checkCache(cache string, s Set, uid int, trust ownership.Trust) error {
	if uid != 0 || !s.isComplete() {
		return nil
	}
	for _, dir := range []string{cache, filepath.Join(cache, "version-manager"), filepath.Dir(s.Dir), s.Dir} {
		if err := trust.Closed(dir); err != nil {
			return problem.Wrap(err, problem.Failed, "rm -r '"+s.Dir+"' && version-manager cluster up",
				"the programs in %s would run as root, and another user could have written them", s.Dir)
		}
	}
	return nil
}

// searchUpward looks for the module in dir and in every folder above it.
func searchUpward(dir string) string {
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
