package progress

import (
	"context"
	"errors"
	"fmt"
)

// Step is one part of a long command.
type Step struct {
	Name string
	Run  func(context.Context) error
}

// StepNames returns the names of steps, for [Operation].
func StepNames(steps []Step) []string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.Name
	}
	return names
}

// ErrNothingToDo is returned by a step that has nothing to do: it is reported
// as skipped and is no failure.
var ErrNothingToDo = errors.New("nothing to do")

// Interrupted is the detail of a step that was stopped by Ctrl-C.
const Interrupted = "interrupted by Ctrl-C"

// Result is how a step ended.
type Result struct {
	Status Status
	Detail string
	Lines  []string // last log lines of a failed instance
}

// ResultOf returns the result of a step that returned err.
func ResultOf(err error) Result {
	switch {
	case err == nil:
		return Result{Status: StatusDone}
	case errors.Is(err, ErrNothingToDo):
		return Result{Status: StatusSkipped}
	case errors.Is(err, context.Canceled):
		return Result{Status: StatusStopped, Detail: Interrupted}
	}
	return Result{Status: StatusFailed, Detail: err.Error()}
}

// RunSteps runs the steps in order, up to the first that fails or the end of
// ctx. The error names the step.
func (r *Reporter) RunSteps(ctx context.Context, steps []Step) error {
	for _, s := range steps {
		if err := r.RunStep(ctx, s.Name, s.Run); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// RunStep runs one step and reports its begin and its result. It does not
// begin the step once ctx has ended.
func (r *Reporter) RunStep(ctx context.Context, name string, run func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.StartStep(name)
	err := run(ctx)
	r.EndStep(ResultOf(err))
	if errors.Is(err, ErrNothingToDo) {
		return nil
	}
	return err
}

// StartStep reports that a step begins. The step before it, if it is still
// running, is done.
func (r *Reporter) StartStep(name string) {
	if r == nil {
		return
	}
	r.EndStep(Result{Status: StatusDone})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step, r.began = name, r.now()
	r.sendLocked(Event{Kind: EventStep, Step: name, Status: StatusRunning})
}

// EndStep reports how the running step ended. Without a running step it does
// nothing.
func (r *Reporter) EndStep(result Result) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.step == "" {
		return
	}
	r.sendLocked(Event{Kind: EventStep, Step: r.step, Status: result.Status, Elapsed: r.elapsedLocked(), Detail: result.Detail, Lines: result.Lines})
	r.step = ""
}
