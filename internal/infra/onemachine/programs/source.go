package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// moduleLine is how the source of the programs is recognized.
const moduleLine = "module version-manager/cluster"

// source finds the folder of the module: cluster/ in the folder of the
// running command or one above it, or else in the working directory or one
// above that. A command in bin/ of a clone so finds its own clone from
// anywhere, and an installed one finds the clone in which it is called.
//
// What is built there runs as root, and both can be anywhere: a folder counts
// only if whoever owns it could have become root anyway, as one whose command
// is running with root's rights could.
func source() (string, error) {
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
	return sourceAbove(os.Geteuid(), trust, filepath.Dir(self), wd)
}

// sourceAbove takes the first folder there is, and none if that is not to be
// trusted: another one would be a surprise.
func sourceAbove(uid int, trust ownership.Trust, starts ...string) (string, error) {
	for _, start := range starts {
		if dir := search(start); dir != "" {
			return dir, trusted(dir, uid, trust)
		}
	}
	return "", problem.New(problem.NotFound, "cd into a clone of version-manager and try again",
		"the source of the cluster's programs, the folder cluster/ of version-manager, is neither above %s", strings.Join(starts, " nor above "))
}

// trusted refuses to build as root what anybody but the owners can have written.
func trusted(dir string, uid int, trust ownership.Trust) error {
	if uid != 0 {
		return nil
	}
	if err := trust.Path(filepath.Join(dir, "go.mod")); err != nil {
		return problem.Wrap(err, problem.Failed, "call the version-manager in bin/ of your own clone, or make the clone yours: chown -R root "+filepath.Dir(dir),
			"what is built in %s would run as root, and another user could have written it", dir)
	}
	return nil
}

// trustedCache refuses programs that somebody else can have put into the
// cache, which with sudo -E is that of the person who called sudo. What is
// above that folder is not looked at: that person can change it anyway.
func trustedCache(cache string, s Set, uid int, trust ownership.Trust) error {
	if uid != 0 || !s.complete() {
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
