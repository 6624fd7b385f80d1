package onemachine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"version-manager/internal/progress"
)

// step is one part of starting a cluster. It can be repeated: on a running
// cluster, all steps run again and change nothing.
type step struct {
	Name    string
	Do      func(context.Context) error
	Undo    func(context.Context) error // nil: nothing to undo
	Lasting bool                        // only TearDown undoes it, ShutDown does not
	Blocks  bool                        // while its Undo fails, the steps before it must stay
}

// forwardSteps returns the steps as a reporter runs them.
func forwardSteps(steps []step) []progress.Step {
	list := make([]progress.Step, len(steps))
	for i, s := range steps {
		list[i] = progress.Step{Name: s.Name, Run: s.Do}
	}
	return list
}

// undoSteps undoes the steps, the last one first. It continues after an error,
// to remove as much as possible, unless the step blocks those before it. It
// stops when ctx ends.
func undoSteps(ctx context.Context, steps []step, lasting bool, report *progress.Reporter) error {
	var errs []error
	for _, s := range slices.Backward(steps) {
		if s.Undo == nil || s.Lasting && !lasting {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		err := report.RunStep(ctx, s.Name, s.Undo)
		if err != nil {
			errs = append(errs, fmt.Errorf("undo %s: %w", s.Name, err))
		}
		if err != nil && s.Blocks {
			break
		}
	}
	return errors.Join(errs...)
}

// forEach calls f for every item, up to the first error.
func forEach[T any](ctx context.Context, list []T, f func(context.Context, T) error) error {
	for _, item := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(ctx, item); err != nil {
			return fmt.Errorf("%v: %w", item, err)
		}
	}
	return nil
}
