package programs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	limit "version-manager/internal/kit/command"
	"version-manager/internal/kit/problem"
)

const (
	reportInterval = time.Second      // between two progress reports
	goTimeout      = 2 * time.Hour    // for one go command; the slowest takes a quarter of an hour on two cores
	maxErrorLines  = 60               // of a failed command's output that are shown
	goStopTimeout  = 10 * time.Second // between SIGINT and SIGKILL
)

// goCommand runs go in the module. The environment keeps the settings that say
// where modules come from. Flags and workspaces of the user's other work would
// change the programs, so they are turned off. Empty variables would not do that:
// go would then use the values that go env -w has stored.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=none", "GO111MODULE=on", "GOAMD64=v1", "LC_ALL=C")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = goStopTimeout
	// In a process group of its own, go gets Ctrl-C once, from us, not from the
	// terminal as well.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// goToolchain returns the version of Go that builds the module, and the platform.
func goToolchain(ctx context.Context, dir string) (string, error) {
	ctx, cancel := limit.Within(ctx, time.Minute, "go version", "go env")
	defer cancel()
	cmd := goCommand(ctx, dir, "env", "GOVERSION", "GOOS", "GOARCH")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", problem.New(problem.Failed, installGoHint(os.Getenv("SUDO_USER")), "the cluster's programs must be compiled, and there is no go command on the path; Go is at https://go.dev/dl")
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", problem.Wrap(err, problem.Failed, "go version", "read the version of the go command").With(lastLines(stderr.String())...)
	}
	return strings.Join(strings.Fields(string(out)), " "), nil
}

// installGoHint returns the command to run if sudo finds no go command: by default
// it does not search the folder in which Go is usually installed.
func installGoHint(sudoUser string) string {
	if sudoUser != "" {
		return `sudo env "PATH=$PATH:/usr/sbin:/sbin" version-manager cluster up`
	}
	return ""
}

// runGo runs a go command and calls tell once a second. It returns what the
// command writes to its error output, and to its standard output unless the
// caller has redirected that.
func runGo(ctx context.Context, cmd *exec.Cmd, tell func(note string)) (*output, error) {
	out := &output{}
	cmd.Stderr = out
	if cmd.Stdout == nil {
		cmd.Stdout = out
	}
	if err := cmd.Start(); err != nil {
		return out, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(reportInterval)
	defer ticker.Stop()
	timeout := time.AfterFunc(goTimeout, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timeout.Stop()
	for {
		select {
		case <-ticker.C:
			tell(out.downloadNote())
		case err := <-done:
			if ctx.Err() != nil {
				err = ctx.Err()
			} else if err != nil && !timeout.Stop() {
				err = fmt.Errorf("go %s did not finish within %s", cmd.Args[1], goTimeout)
			}
			return out, err
		}
	}
}

// output collects what a go command writes. It may be read while the command
// runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) lastLines() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return lastLines(o.text.String())
}

// downloadNote returns the last line if it says what is being downloaded:
// "downloading k8s.io/api v0.34.4".
func (o *output) downloadNote() string {
	lines := o.lastLines()
	if len(lines) == 0 {
		return ""
	}
	note, _ := strings.CutPrefix(lines[len(lines)-1], "go: ")
	if !strings.HasPrefix(note, "downloading ") {
		return ""
	}
	return note
}

// lastLines returns the last lines of a command's output.
func lastLines(s string) []string {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	return lines[max(0, len(lines)-maxErrorLines):]
}
