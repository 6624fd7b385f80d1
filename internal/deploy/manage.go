package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/release"
)

// lookLimit is how long a removal looks at what it removes.
const lookLimit = 3 * time.Second

// Scale brings the active color, which runs release rel, to n instances and
// returns when all of them are ready.
func (e *Engine) Scale(ctx context.Context, rel release.Release, n int) error {
	if err := bounds(rel, n); err != nil {
		return err
	}
	return e.settled(ctx, func(h *hold, now Observed) error {
		if now.Active == color.None {
			return problem.New(problem.NotFound, "version-manager deploy "+string(rel.Version), "scale: nothing is deployed")
		}
		is := errand{app: now.App, title: "scale", step: "scale", done: instances(n)}
		is.look = func(now Observed) string { return scaled(now.Colors[now.Active], n) }
		return e.perform(ctx, is, func() error {
			if err := h.Apply(ctx, now.Active, Spec{Release: rel, Replicas: n}); err != nil {
				return fmt.Errorf("scale %s: %w", now.Active, err)
			}
			return e.ready(ctx, now.Active, n, rel.Config.Gate.Timeout.Duration)
		})
	})
}

// scaled says how far a color is from having n instances.
func scaled(side Side, n int) string {
	if surplus := len(side.Instances) - n; surplus > 0 {
		return instances(surplus) + " still to stop"
	}
	return fmt.Sprintf("%d/%d ready%s", side.Ready(), n, side.reason())
}

// bounds keeps a number of instances within what the release allows.
func bounds(rel release.Release, n int) error {
	a := rel.Config.Autoscale
	low, high := max(1, a.Min), a.Max
	if n >= low && (high == 0 || n <= high) {
		return nil
	}
	hint := fmt.Sprintf("version-manager scale %d", low)
	if n > low {
		hint = fmt.Sprintf("version-manager scale %d    (or raise autoscale.max in version-manager.yaml and create a version)", high)
	}
	limits := fmt.Sprintf("from %d to %d", low, high)
	if high == 0 {
		limits = fmt.Sprintf("at least %d", low)
	}
	return problem.New(problem.Usage, hint, "scale to %d: %s allows %s instances", n, rel.Version, limits)
}

// ready returns when color c has n instances and all of them are ready.
func (e *Engine) ready(ctx context.Context, c color.Color, n int, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not ready within %s", limit))
	defer cancel()
	for {
		now, err := e.target.Observe(ctx)
		side := now.Colors[c]
		if err == nil && side.Ready() == n && len(side.Instances) == n {
			return nil
		}
		if wait.SleepContext(ctx, poll) != nil {
			return both(fmt.Errorf("%w: %d of %d instances ready%s", context.Cause(ctx), side.Ready(), n, side.reason()), err)
		}
	}
}

// RetireStandby stops the color that has no traffic and returns which version
// that was, empty if there was none.
func (e *Engine) RetireStandby(ctx context.Context) (release.Version, error) {
	var gone release.Version
	err := e.settled(ctx, func(h *hold, now Observed) error {
		standby := now.Active.Other()
		gone = now.Colors[standby].Version
		if gone == "" {
			return nil
		}
		return e.perform(ctx, cleanup(now, standby), func() error { return h.Retire(ctx, standby) })
	})
	return gone, err
}

// Remove takes the app off the target. Its journals stay, and a deploy that was
// left half done has ended with it. A target that cannot be looked at is
// removed as well, only with less to tell.
func (e *Engine) Remove(ctx context.Context) error {
	return e.locked(ctx, func(h *hold) error {
		brief, cancel := context.WithTimeout(ctx, lookLimit)
		now, _ := e.target.Observe(brief)
		cancel()
		return e.perform(ctx, cleanup(now, color.Both()...), func() error {
			if err := h.Remove(ctx); err != nil {
				return err
			}
			return e.dropUnfinished(ctx, h)
		})
	})
}

// cleanup ends the instances of colors.
func cleanup(before Observed, colors ...color.Color) errand {
	is := errand{app: before.App, title: "cleanup", step: "stop"}
	if n := before.count(colors); n > 0 {
		is.done = instances(n)
	}
	is.look = func(now Observed) string { return ending(before, now, colors...) }
	return is
}
