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
	tick     = time.Second      // between two calls that tell progress
	goLimit  = 2 * time.Hour    // for one go command; the slowest takes a quarter of an hour on two cores
	maxLines = 60               // of the go command's output shown after a failure
	patience = 10 * time.Second // between asking the go command to stop and killing it
)

// goCommand runs go in the module. The environment keeps what says where
// modules come from; flags and workspaces of the user's other work would
// change the programs and are turned off. An empty variable would not do: go
// then takes what go env -w has written.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=none", "GO111MODULE=on", "GOAMD64=v1", "LC_ALL=C")
	limit.Isolate(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	return cmd
}

// toolchain is the Go that builds the module, with its system.
func toolchain(ctx context.Context, dir string) (string, error) {
	ctx, cancel := limit.Within(ctx, time.Minute, "go version", "go env")
	defer cancel()
	cmd := goCommand(ctx, dir, "env", "GOVERSION", "GOOS", "GOARCH")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", problem.New(problem.Failed, withoutGo(os.Getenv("SUDO_USER")), "the cluster's programs are compiled here, and there is no go command on the path")
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", problem.Wrap(err, problem.Failed, "go version", "ask the go command for its version").With(tail(said.String())...)
	}
	return strings.Join(strings.Fields(string(out)), " "), nil
}

// withoutGo is what to do where there is no go command. By default sudo does
// not look where Go is installed.
func withoutGo(sudoer string) string {
	if sudoer != "" {
		return `sudo env "PATH=$PATH:/usr/sbin:/sbin" version-manager cluster up    (or install Go from https://go.dev/dl)`
	}
	return "install Go from https://go.dev/dl"
}

// run runs a go command and tells every second that it still does. What the
// command says on its error output, and on its standard output unless that
// goes elsewhere, is returned.
func run(ctx context.Context, cmd *exec.Cmd, tell func(note string)) (*output, error) {
	said := &output{}
	cmd.Stderr = said
	if cmd.Stdout == nil {
		cmd.Stdout = said
	}
	if err := cmd.Start(); err != nil {
		return said, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	expired := time.AfterFunc(goLimit, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer expired.Stop()
	for {
		select {
		case <-ticker.C:
			tell(said.note())
		case err := <-done:
			if ctx.Err() != nil {
				err = ctx.Err()
			} else if err != nil && !expired.Stop() {
				err = fmt.Errorf("go %s did not finish within %s", cmd.Args[1], goLimit)
			}
			return said, err
		}
	}
}

// output collects what the go command says and knows its last line.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) lines() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return tail(o.text.String())
}

// note is what goes on beside compiling: "downloading k8s.io/api v0.34.4".
func (o *output) note() string {
	lines := o.lines()
	if len(lines) == 0 {
		return ""
	}
	note, _ := strings.CutPrefix(lines[len(lines)-1], "go: ")
	if !strings.HasPrefix(note, "downloading ") {
		return ""
	}
	return note
}

// tail returns the last lines of s.
func tail(s string) []string {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	return lines[max(0, len(lines)-maxLines):]
}
