package release

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/problem"
)

// goKept are the settings of the go command that say where tools and modules
// come from. They may be set in the environment or by go env -w.
var goKept = [...]string{
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE",
	"GOTOOLCHAIN", "GOAUTH", "GOTMPDIR",
}

// goSystem are the other variables that a build gets from our environment.
var goSystem = [...]string{
	"PATH", "HOME", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC", "SSH_AUTH_SOCK", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
}

// maxLines bounds the compiler output that is shown.
const maxLines = 100

// compile builds a Go program of the module in dir. The result depends on the
// sources, the platform and the Go version, and on no other setting of this
// machine.
func compile(ctx context.Context, dir string, b config.Build, out string) error {
	if _, err := exec.LookPath("go"); err != nil {
		return problem.New(problem.Failed, "install Go from https://go.dev/dl", "the go command is not installed")
	}
	env, err := goEnviron(ctx, dir)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", out, "--", b.Package)
	goos, goarch := platformOf(b)
	env = append(env, "GOOS="+goos, "GOARCH="+goarch)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &said, &said
	ownGroup(cmd)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return problem.Wrap(err, problem.Failed, "go build "+b.Package, "go build %s failed", b.Package).With(tail(said.String(), maxLines)...)
	}
	return nil
}

// goEnviron is the environment of a build: what is kept, and what is pinned.
func goEnviron(ctx context.Context, dir string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, goKept[:]...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		var said string
		if ee, ok := errors.AsType[*exec.ExitError](err); ok {
			said = string(ee.Stderr)
		}
		return nil, problem.Wrap(err, problem.Failed, "go version", "go env failed").With(tail(said, maxLines)...)
	}
	var kept map[string]string
	if err := json.Unmarshal(out, &kept); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	env := pick(goSystem[:])
	for _, name := range goKept {
		if kept[name] != "" {
			env = append(env, name+"="+kept[name])
		}
	}
	return append(env, "GOENV=off", "GO111MODULE=on", "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=",
		"GOAMD64=v1", "GOARM64=v8.0", "LC_ALL=C"), nil
}

// platformOf is what a package is built for, in the words of Go and of OCI,
// which here are the same.
func platformOf(b config.Build) (goos, goarch string) {
	goos, goarch, ok := strings.Cut(b.Platform, "/")
	if !ok {
		return runtime.GOOS, runtime.GOARCH
	}
	return goos, goarch
}

// inspect returns the Go version and the modules of a compiled program.
func inspect(binary string) (goVersion string, sbom []Module, err error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", nil, problem.New(problem.Failed, "", "the package is a library, not a program: package main is needed")
	}
	for _, m := range info.Deps {
		if r := m.Replace; r != nil && !strings.HasPrefix(r.Path, ".") && !filepath.IsAbs(r.Path) {
			m = r // another module; a folder is only another place of the same
		}
		sbom = append(sbom, Module{Path: m.Path, Version: m.Version, Sum: m.Sum})
	}
	return info.GoVersion, sbom, nil
}

// tail returns the last n lines of s.
func tail(s string, n int) []string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[max(0, len(lines)-n):]
}
