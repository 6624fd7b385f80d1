// Package autostart makes this machine start an agent after a reboot.
//
// A [Service] is what is to be started. It is written as a systemd unit or a
// launchd property list, for one user or, as root, for the system, by a
// [Manager], which also removes it and says how it stands.
package autostart

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// Service is an agent that is to be started with the machine.
type Service struct {
	App     string   // a DNS label, for people
	Program string   // absolute path of version-manager
	State   string   // absolute path of the state folder
	Env     []string // NAME=value; see [Keep]
}

// StartCommand starts the agent in the foreground. It waits for its turn where an agent
// runs already, and stays even when it has nothing to do.
func (s Service) StartCommand() []string {
	return []string{s.Program, "agent", "--stay", "--state", s.State}
}

// UnitName is the same for the same state folder, and another one for any other.
func (s Service) UnitName() string {
	sum := sha256.Sum256([]byte(s.State))
	return fmt.Sprintf("version-manager-%s-%x", s.App, sum[:4])
}

func (s Service) checkPaths() error {
	for _, path := range []string{s.Program, s.State} {
		if !filepath.IsAbs(path) {
			return fmt.Errorf("%q is not an absolute path", path)
		}
		if strings.ContainsAny(path, "\n\r\x00") {
			return problem.New(problem.Failed, "move it to a folder with a plain name", "%q cannot be written into a service file", path)
		}
	}
	if strings.Contains(s.Program, "/go-build") {
		return problem.New(problem.Failed, "make build, and call the program that it makes", "%s is a temporary program of go run", s.Program)
	}
	return nil
}

// KeepEnv is the part of an environment that the agent gets after a reboot too:
// how to find programs, what time it is and how to reach the world. A value
// with a password in it is not written into a file that others may read.
func KeepEnv(env []string) (kept []string) {
	names := []string{"PATH", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		secret := strings.Contains(strings.ToLower(name), "_proxy") && strings.Contains(value, "@")
		if slices.Contains(names, name) && !secret && !strings.ContainsAny(value, "\n\r\x00") {
			kept = append(kept, e)
		}
	}
	slices.Sort(kept)
	return kept
}
