// Package rig sets up what the benches and crash tests work on: the real
// command line, built from this checkout, and a git repository of its own
// with the fixture app, in a temporary folder and on free ports.
package rig

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/report"
)

// Rig is one app in one state folder. Close it.
type Rig struct {
	Dir  string // everything is below it
	CLI  string // the binary
	Port int    // of the app
	Env  []string
}

// Config is the part of version-manager.yaml that a version may change.
type Config struct {
	Name     string // of the app; "fixture" where empty
	Env      map[string]string
	Bake     time.Duration
	Drain    time.Duration
	Replicas int
	Extra    string // further lines
}

// NewRig builds the command line, with build tags if there are any, and an empty
// project.
func NewRig(ctx context.Context, tags string) (r *Rig, err error) {
	dir, err := os.MkdirTemp("", "version-manager-")
	if err != nil {
		return nil, err
	}
	r = &Rig{Dir: dir, CLI: filepath.Join(dir, "version-manager")}
	r.Env = []string{"VERSION_MANAGER_STATE=" + r.StateDir(), "XDG_STATE_HOME=" + filepath.Join(dir, "states")}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	if err := r.runProgram(ctx, "", "go", "build", "-trimpath", "-tags", tags, "-o", r.CLI, "version-manager/cmd/version-manager"); err != nil {
		return nil, err
	}
	if r.Port, err = freePort(); err != nil {
		return nil, err
	}
	return r, r.makeProject(ctx)
}

// makeProject makes a repository with the source of the fixture app.
func (r *Rig) makeProject(ctx context.Context) error {
	app := filepath.Join(r.ProjectDir(), "app")
	if err := os.MkdirAll(app, 0o700); err != nil {
		return err
	}
	source, err := outputOf(ctx, "go", "list", "-f", "{{.Dir}}{{range .GoFiles}} {{.}}{{end}}", "version-manager/test/app")
	if err != nil {
		return err
	}
	files := strings.Fields(source)
	for _, name := range files[1:] {
		if err := copyFile(filepath.Join(files[0], name), filepath.Join(app, name)); err != nil {
			return err
		}
	}
	websocket, err := outputOf(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "github.com/coder/websocket")
	if err != nil {
		return err
	}
	mod := fmt.Sprintf("module fixture\n\ngo 1.26\n\nrequire %s\n", websocket)
	if err := os.WriteFile(filepath.Join(r.ProjectDir(), "go.mod"), []byte(mod), 0o600); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(files[0], "../../go.sum"), filepath.Join(r.ProjectDir(), "go.sum")); err != nil {
		return err
	}
	return r.runProgram(ctx, r.ProjectDir(), "git", "init", "--quiet")
}

// ProjectDir is the folder of the repository.
func (r *Rig) ProjectDir() string { return filepath.Join(r.Dir, "project") }

// CreateVersion commits a configuration and makes a version of it.
func (r *Rig) CreateVersion(ctx context.Context, version string, c Config) error {
	ingress, err := freePort()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\nbuild: {package: ./app}\nhealth: /readyz\nreplicas: %d\nbake: %s\ndrain: %s\n", cmp.Or(c.Name, "fixture"), max(1, c.Replicas), c.Bake, c.Drain)
	fmt.Fprintf(&b, "local: {app: %d, ingress: [%d]}\n%s\nenv:\n  REVISION: %q\n", r.Port, ingress, c.Extra, version)
	for k, v := range c.Env {
		fmt.Fprintf(&b, "  %s: %q\n", k, v)
	}
	if err := os.WriteFile(filepath.Join(r.ProjectDir(), "version-manager.yaml"), []byte(b.String()), 0o600); err != nil {
		return err
	}
	if err := r.runProgram(ctx, r.ProjectDir(), "git", "add", "-A"); err != nil {
		return err
	}
	if err := r.runProgram(ctx, r.ProjectDir(), "git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "-m", version); err != nil {
		return err
	}
	return r.MustRun(ctx, "create", version)
}

// Result is what one call of the command line did.
type Result struct {
	Out, Err string
	Code     int // -1: killed
	Began    time.Time
	Took     time.Duration
}

// ParseReport is the report that a deploy printed with -o json.
func (res Result) ParseReport() (report.Report, error) {
	var report report.Report
	err := json.Unmarshal([]byte(res.Out), &report)
	return report, err
}

// RunCommand calls the command line in the project.
func (r *Rig) RunCommand(ctx context.Context, env []string, args ...string) (Result, error) {
	var out, errs bytes.Buffer
	c := exec.CommandContext(ctx, r.CLI, args...)
	c.Dir, c.Stdout, c.Stderr = r.ProjectDir(), &out, &errs
	c.Env = append(append(os.Environ(), r.Env...), env...)
	res := Result{Began: time.Now()}
	err := c.Run()
	res.Took, res.Out, res.Err = time.Since(res.Began), out.String(), errs.String()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		res.Code = exit.ExitCode()
		return res, nil
	}
	return res, err
}

// MustRun is Run where anything but success is an error.
func (r *Rig) MustRun(ctx context.Context, args ...string) error {
	res, err := r.RunCommand(ctx, nil, args...)
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("exit code %d: %s", res.Code, res.Err)
	}
	if err != nil {
		return fmt.Errorf("version-manager %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// ReadStatus asks what runs.
func (r *Rig) ReadStatus(ctx context.Context) (deploy.Observed, error) {
	var now deploy.Observed
	res, err := r.RunCommand(ctx, nil, "status", "-o", "json")
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("status: exit code %d: %s", res.Code, res.Err)
	}
	if err != nil {
		return now, err
	}
	return now, json.Unmarshal([]byte(res.Out), &now)
}

// BaseURL is where the app answers.
func (r *Rig) BaseURL() string { return fmt.Sprintf("http://127.0.0.1:%d", r.Port) }

// StateDir is the state folder.
func (r *Rig) StateDir() string { return filepath.Join(r.Dir, "state") }

// Close stops what runs and removes everything.
func (r *Rig) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.MustRun(ctx, "cleanup", "--yes"); err != nil {
		fmt.Fprintln(os.Stderr, "clean up:", err)
	}
	os.RemoveAll(r.Dir)
}

func (r *Rig) runProgram(ctx context.Context, dir, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func outputOf(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
