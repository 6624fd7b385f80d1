package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"version-manager/internal/progress"
	"version-manager/test/rig"
)

// FollowEvents runs the command line and calls on for every event of the deploy at
// the moment at which it happens, so that a fault can be timed by it.
func (l *Lab) FollowEvents(ctx context.Context, env []string, on func(progress.Event), args ...string) (rig.Result, error) {
	c := exec.CommandContext(ctx, l.CLI, append(args, "-o", "json", "--progress", "json")...)
	var out, errs bytes.Buffer
	c.Dir, c.Stdout = l.ProjectDir(), &out
	c.Env = append(append(os.Environ(), l.Env...), env...)
	progress, err := c.StderrPipe()
	if err != nil {
		return rig.Result{}, err
	}
	res := rig.Result{Began: time.Now()}
	if err := c.Start(); err != nil {
		return res, err
	}
	eachEvent(io.TeeReader(progress, &errs), on)
	err = c.Wait()
	res.Took, res.Out, res.Err = time.Since(res.Began), out.String(), errs.String()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		res.Code, err = exit.ExitCode(), nil
	}
	return res, err
}

// eachEvent reads events until the end; other lines are not for us.
func eachEvent(lines io.Reader, on func(progress.Event)) {
	s := bufio.NewScanner(lines)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var e progress.Event
		if json.Unmarshal(s.Bytes(), &e) == nil && on != nil {
			on(e)
		}
	}
	_, _ = io.Copy(io.Discard, lines) // after a line without end
}

// StepBegins reports that a step of the deploy has just begun.
func StepBegins(e progress.Event, step string) bool {
	return e.Kind == progress.EventStep && e.Step == step && e.Status == progress.StatusRunning
}
