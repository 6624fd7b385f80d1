// Package command runs other programs so that none of them can hold us up
// forever, and none of their children stays behind.
package command

import (
	"context"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/kit/problem"
)

// outputDelay is how long the output of a program that was killed is read.
const outputDelay = 5 * time.Second

// Isolate gives cmd a process group of its own, which is killed as a whole
// when cmd's context ends. Ctrl-C in the terminal then reaches only us, and
// we end the context.
func Isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = outputDelay
}

// Within returns a context that ends after limit. Its cause then is a problem
// that names the program, with hint as the way on.
func Within(ctx context.Context, limit time.Duration, hint, name string) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, problem.New(problem.Failed, hint, "%s did not finish within %s", name, limit))
}

// Err is the error of a program that ended with err: the reason why its
// context ended, if it did.
func Err(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Progress ends a context when nothing is heard of for too long.
type Progress struct {
	limit  time.Duration
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
}

// Watch returns a context that ends once limit has passed without a call of
// Step. Its cause then is a problem that names the program.
func Watch(ctx context.Context, limit time.Duration, hint, name string) (context.Context, *Progress) {
	ctx, cancel := context.WithCancelCause(ctx)
	stalled := problem.New(problem.Failed, hint, "%s made no progress for %s", name, limit)
	return ctx, &Progress{limit: limit, cancel: cancel, timer: time.AfterFunc(limit, func() { cancel(stalled) })}
}

// Step says that there was progress.
func (p *Progress) Step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Reset(p.limit)
}

// Write counts output as progress.
func (p *Progress) Write(b []byte) (int, error) {
	p.Step()
	return len(b), nil
}

// Stop releases what Watch took.
func (p *Progress) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
	p.cancel(context.Canceled)
}
