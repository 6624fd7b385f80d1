package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// observeTimeout is how long a removal may observe what it removes.
const observeTimeout = 3 * time.Second

// operation is a change of the target that is not a deploy: it has one step and
// no journal, and reports as a deploy does.
type operation struct {
	app      string
	title    string                // "cleanup"
	step     string                // "stop"
	done     string                // what was done, once it is: "2 instances"; may be empty
	describe func(Observed) string // how far it is; an empty text is not reported
}

// runOperation runs change and reports its progress.
func (e *Engine) runOperation(ctx context.Context, op operation, change func() error) error {
	e.report.BeginOperation(progress.Operation{Name: op.title, App: op.app, Steps: []string{op.step}})
	e.report.StartStep(op.step)
	err := whileObserving(ctx, e.target, func(now Observed) {
		if detail := op.describe(now); detail != "" {
			e.report.ReportDetail("%s", detail)
		}
	}, change)
	result := progress.ResultOf(err)
	if err == nil {
		result.Detail = op.done
	}
	e.report.EndStep(result)
	return err
}

// Scale brings the active color, which runs release rel, to n instances and
// returns when all of them are ready.
func (e *Engine) Scale(ctx context.Context, rel release.Release, n int) error {
	if err := checkBounds(rel, n); err != nil {
		return err
	}
	return e.withSettledTarget(ctx, func(lock *heldLock, now Observed) error {
		if now.Active == color.None {
			return problem.New(problem.NotFound, "version-manager deploy "+string(rel.Version), "scale: nothing is deployed")
		}
		op := operation{app: now.App, title: "scale", step: "scale", done: instances(n)}
		op.describe = func(now Observed) string { return describeScaling(now.Colors[now.Active], n) }
		return e.runOperation(ctx, op, func() error {
			if err := lock.ApplySpec(ctx, now.Active, Spec{Release: rel, Replicas: n}); err != nil {
				return fmt.Errorf("scale %s: %w", now.Active, err)
			}
			return e.awaitReplicas(ctx, now.Active, n, rel.Config.Gate.Timeout.Duration)
		})
	})
}

// describeScaling says how far a color is from having n instances.
func describeScaling(side Side, n int) string {
	if surplus := len(side.Instances) - n; surplus > 0 {
		return instances(surplus) + " left to stop"
	}
	return fmt.Sprintf("%d/%d ready%s", side.Ready(), n, side.notReadyReason())
}

// checkBounds keeps a number of instances within what the release allows.
func checkBounds(rel release.Release, n int) error {
	a := rel.Config.Autoscale
	low, high := max(1, a.Min), a.Max
	if n >= low && (high == 0 || n <= high) {
		return nil
	}
	hint := fmt.Sprintf("version-manager scale %d", low)
	if n > low {
		hint = fmt.Sprintf("version-manager scale %d", high)
	}
	limits := fmt.Sprintf("from %d to %d", low, high)
	if high == 0 {
		limits = fmt.Sprintf("at least %d", low)
	}
	return problem.New(problem.Usage, hint, "scale to %d: %s allows %s instances", n, rel.Version, limits)
}

// awaitReplicas returns when color c has n instances and all of them are ready.
func (e *Engine) awaitReplicas(ctx context.Context, c color.Color, n int, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not ready within %s", limit))
	defer cancel()
	for {
		now, err := e.target.ObserveApp(ctx)
		side := now.Colors[c]
		if err == nil && side.Ready() == n && len(side.Instances) == n {
			return nil
		}
		if wait.SleepContext(ctx, pollInterval) != nil {
			return joinErrors(fmt.Errorf("%w: %d of %d instances ready%s", context.Cause(ctx), side.Ready(), n, side.notReadyReason()), err)
		}
	}
}

// RetireStandby stops the color that has no traffic and returns which version
// that was, empty if there was none.
func (e *Engine) RetireStandby(ctx context.Context) (release.Version, error) {
	var gone release.Version
	err := e.withSettledTarget(ctx, func(lock *heldLock, now Observed) error {
		standby := now.Active.Other()
		gone = now.Colors[standby].Version
		if gone == "" {
			return nil
		}
		return e.runOperation(ctx, cleanupOperation(now, standby), func() error { return lock.RetireColor(ctx, standby) })
	})
	return gone, err
}

// Remove takes the app off the target. Its journals stay, and a deploy that was
// left half done has ended with it. A target that cannot be looked at is
// removed as well, only with less to tell.
func (e *Engine) Remove(ctx context.Context) error {
	return e.withLock(ctx, func(lock *heldLock) error {
		brief, cancel := context.WithTimeout(ctx, observeTimeout)
		now, _ := e.target.ObserveApp(brief)
		cancel()
		return e.runOperation(ctx, cleanupOperation(now, color.Both()...), func() error {
			if err := lock.RemoveApp(ctx); err != nil {
				return err
			}
			return e.dropUnfinished(ctx, lock)
		})
	})
}

// cleanupOperation stops the instances of colors.
func cleanupOperation(before Observed, colors ...color.Color) operation {
	op := operation{app: before.App, title: "cleanup", step: "stop"}
	if n := before.countInstances(colors); n > 0 {
		op.done = instances(n)
	}
	op.describe = func(now Observed) string { return describeRemaining(before, now, colors...) }
	return op
}
