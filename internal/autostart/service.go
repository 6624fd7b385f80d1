// Package autostart makes this machine start an agent after a reboot.
//
// A [Service] describes the agent to start. A [Manager] writes it as a systemd
// unit or a launchd property list, for one user or, as root, for the system. It
// also removes the service and reports its status.
package autostart

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// Service is an agent that starts with the machine.
type Service struct {
	App     string   // a DNS label, for people
	Program string   // absolute path of version-manager
	State   string   // absolute path of the state folder
	Env     []string // NAME=value; see [KeepEnv]
}

// StartCommand returns the command that runs the agent in the foreground. It
// waits while another agent serves the folder, and keeps running without work.
func (s Service) StartCommand() []string {
	return []string{s.Program, "agent", "--stay", "--state", s.State}
}

// UnitName returns a name that is unique to the state folder.
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
			return problem.New(problem.Failed, "move it to a folder with a plain name", "%q cannot be written to a service file", path)
		}
	}
	if strings.Contains(s.Program, "/go-build") {
		return problem.New(problem.Failed, "build the program with make build and use that", "%s is a temporary program of go run", s.Program)
	}
	return nil
}

// KeepEnv returns the part of an environment that the agent also gets after a
// reboot: how to find programs, the time zone, and how to reach the network. A
// value that contains a password is not written to a file that others may read.
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
