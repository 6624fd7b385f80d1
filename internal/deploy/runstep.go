package deploy

import (
	"context"
	"errors"
	"slices"
	"time"

	"version-manager/internal/progress"
)

// runPhase runs the steps of the current phase. From Retiring on, and on the
// way back, an interrupt does not count: stopping there would leave a mess.
func (r *runner) runPhase(ctx context.Context) error {
	list := steps(r.run.Plan.Kind, r.run.Plan.Old)
	if r.run.Phase == Retiring || r.run.Phase == Reverting {
		if during := r.run.Phase; ctx.Err() == nil {
			defer context.AfterFunc(ctx, func() { r.interrupted(during) })()
		}
		ctx, list = r.hold.life, append(list, wayBack()...)
	}
	ctx, cancel := withLife(ctx, r.hold.life)
	defer cancel()
	for _, s := range list {
		if s.phase != r.run.Phase {
			continue
		}
		if err := r.runStep(ctx, s); err != nil {
			return err
		}
	}
	return r.stillOwned(ctx)
}

// stillOwned lets no phase after the switch succeed while somebody else has
// given the traffic away: good answers alone may be those of another version.
func (r *runner) stillOwned(ctx context.Context) error {
	keeps := &custody{r: r, color: r.run.Plan.New}
	switch r.run.Phase {
	case Draining:
		if err := r.watchAgain(ctx, "drain"); err != nil {
			return err
		}
		fallthrough
	case Retiring:
		_, err := r.alone(ctx, keeps)
		return err
	case Baking:
		if _, err := r.keptFor(ctx, keeps); err != nil {
			return err
		}
		r.mendQuietly(ctx, r.run.Plan.New)
	}
	return nil
}

// withLife ends ctx also when the lock is lost.
func withLife(ctx, life context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(life, func() { cancel(context.Cause(life)) })
	return ctx, func() { stop(); cancel(nil) }
}

func (r *runner) runStep(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.began[s.name] = time.Now()
	if err := r.append(stepRecord, stepBody{Step: s.name, Status: progress.StatusRunning}); err != nil {
		return err
	}
	r.progress.StartStep(s.name)
	detail, err := s.do(r, ctx)
	result := progress.ResultOf(err)
	switch {
	case result.Status == progress.StatusStopped && r.hold.life.Err() != nil:
		result = progress.Result{Status: progress.StatusFailed, Detail: err.Error()} // the lock is lost, and nobody asked for it
	case result.Status == progress.StatusDone, result.Status == progress.StatusSkipped:
		result.Detail, err = detail, nil
	}
	if result.Status == progress.StatusFailed {
		result.Lines = r.lastWords()
		err = &stepError{step: s.name, err: err, lines: result.Lines}
	}
	r.progress.EndStep(result)
	return errors.Join(err, r.append(stepRecord, stepBody{Step: s.name, Status: result.Status, Detail: result.Detail}))
}

// stepError is the failure of one step, with the evidence.
type stepError struct {
	step  string
	err   error
	lines []string
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

func evidence(err error) []string {
	if e, ok := errors.AsType[*stepError](err); ok {
		return slices.Clone(e.lines)
	}
	return nil
}
