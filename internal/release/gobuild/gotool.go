package gobuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/kit/command"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
)

const (
	goTimeout      = 10 * time.Minute // for a command that may download modules
	goStallTimeout = 15 * time.Minute // in which a build has to finish a package
)

// goKept are the settings of the go command that say where tools and modules
// come from. They may be set in the environment or by go env -w.
var goKept = [...]string{
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE",
	"GOTOOLCHAIN", "GOAUTH",
}

// goSystem are the other variables that a build gets from our environment.
var goSystem = [...]string{
	"PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC", "SSH_AUTH_SOCK", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
}

// goTool is the go command with the environment of a build.
type goTool struct{ env []string }

// newGoTool finds out what is kept of the user's settings, and pins the rest.
func newGoTool(ctx context.Context, w *Workspace) (goTool, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return goTool{}, MissingGoError()
	}
	temp, err := w.MakeFolder("tmp")
	if err != nil {
		return goTool{}, err
	}
	// The others of a person's settings count for nothing, not even if they are
	// wrong.
	asked := goTool{append(os.Environ(), "GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=", "GOOS=", "GOARCH=", "GOWORK=off", "TMPDIR="+temp, "GOTMPDIR="+temp)}
	out, err := asked.runGo(ctx, w.Dir, append([]string{"env", "-json"}, goKept[:]...)...)
	if err != nil {
		return goTool{}, err
	}
	var kept map[string]string
	if err := json.Unmarshal(out, &kept); err != nil {
		return goTool{}, fmt.Errorf("go env: %w", err)
	}
	w.ownCaches(kept)
	g := goTool{append(command.PickVariables(goSystem[:]), "GOENV=off", "GO111MODULE=on", "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GODEBUG=",
		"GOAMD64=v1", "GOARM64=v8.0", "LC_ALL=C", "GOWORK=off", "TMPDIR="+temp, "GOTMPDIR="+temp)}
	for _, name := range goKept {
		if kept[name] != "" {
			g = g.withEnv(name + "=" + kept[name])
		}
	}
	return g, nil
}

func MissingGoError() error {
	return problem.New(problem.Failed, "install Go from https://go.dev/dl", "the go command is not installed")
}

// ownCaches replaces the caches of the go command that cannot be used, as
// those of an account without a home.
func (w *Workspace) ownCaches(kept map[string]string) {
	for name, folder := range map[string]string{"GOCACHE": "go-build", "GOMODCACHE": "go-mod", "GOPATH": "go"} {
		if !isUsableFolder(kept[name]) {
			kept[name] = filepath.Join(w.cache, folder)
		}
	}
}

// isUsableFolder tells whether files can be made in a folder, which need not exist.
func isUsableFolder(dir string) bool {
	if !filepath.IsAbs(dir) { // also a list of folders, as GOPATH can be, is fine
		return false
	}
	dir = filepath.SplitList(dir)[0]
	for at := dir; ; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil {
			return info.IsDir() && syscall.Access(at, 7) == nil // read, write, search
		} else if at == filepath.Dir(at) {
			return false
		}
	}
}

// withEnv is g with more variables in its environment.
func (g goTool) withEnv(env ...string) goTool {
	return goTool{append(g.env[:len(g.env):len(g.env)], env...)}
}

// lookupEnv returns a variable of that environment.
func (g goTool) lookupEnv(name string) (value string) {
	for _, e := range g.env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// runGo returns what a short go command prints.
func (g goTool) runGo(ctx context.Context, dir string, args ...string) ([]byte, error) {
	name := "go " + strings.Join(args[:min(2, len(args))], " ")
	ctx, cancel := command.Within(ctx, goTimeout, "go env GOPROXY", name)
	defer cancel()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, g.env, &out, &said
	command.Isolate(cmd)
	err := command.Err(ctx, cmd.Run())
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return nil, problem.Wrap(err, problem.Failed, "go version", "%s failed", name).With(lastLines(said.String(), maxOutputLines)...)
	}
	return out.Bytes(), err
}

// checkMain fails early, before anything is compiled, unless a pattern names
// exactly one program.
func (g goTool) checkMain(ctx context.Context, src Sources, pattern string) error {
	out, err := g.runGo(ctx, src.AppDir(), "list", "-find", "-f", "{{.Name}} {{.ImportPath}}", "--", pattern)
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Lines != nil {
		return problem.New(problem.Failed, "go list "+shell.QuoteWord(pattern), "build.package %s cannot be built", pattern).With(p.Lines...)
	} else if err != nil {
		return err
	}
	found := strings.Split(strings.TrimSpace(string(out)), "\n")
	switch {
	case len(found) != 1 || found[0] == "":
		return problem.New(problem.Failed, "set build.package in version-manager.yaml to one of them", "build.package %s names %d packages, and a version is one program", pattern, len(found)).With(found...)
	case !strings.HasPrefix(found[0], "main "):
		return errLibrary()
	}
	return nil
}

func errLibrary() error {
	return problem.New(problem.Failed, "", "the package is a library, not a program: package main is needed")
}

// buildProgram compiles a package. It names each package that it finished, which
// tells slow from stuck.
func (g goTool) buildProgram(ctx context.Context, dir, pkg, out string) error {
	ctx, progress := command.Watch(ctx, goStallTimeout, "go build -v "+pkg, "go build "+pkg)
	defer progress.Stop()
	said := &packageLog{Progress: progress}
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", out, "--", pkg)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, g.env, said, said
	command.Isolate(cmd)
	err := command.Err(ctx, cmd.Run())
	if err == nil || ctx.Err() != nil {
		return err
	}
	return problem.Wrap(err, problem.Failed, "go build "+pkg, "go build %s failed", pkg).With(said.errorLines()...)
}

// packageLog keeps what a build complained about.
type packageLog struct {
	*command.Progress
	text bytes.Buffer
}

// maxLogBytes bounds what is kept of the output of a build.
const maxLogBytes = 1 << 20

func (l *packageLog) Write(b []byte) (int, error) {
	l.Step()
	if l.text.Len()+len(b) > maxLogBytes {
		l.text.Next(l.text.Len())
	}
	return l.text.Write(b[max(0, len(b)-maxLogBytes):])
}

// errorLines leaves out the names of finished packages, which stand alone.
func (l *packageLog) errorLines() []string {
	var lines []string
	for line := range strings.Lines(l.text.String()) {
		if strings.ContainsAny(strings.TrimSuffix(line, "\n"), " \t:") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return lines[max(0, len(lines)-maxOutputLines):]
}

// lastLines returns the last n lines of s.
func lastLines(s string, n int) []string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[max(0, len(lines)-n):]
}
