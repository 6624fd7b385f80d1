package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
)

// drain waits until the old color has answered everything that it began,
// while the new one is still watched: the way back is open until retire.
func (r *runner) drain(ctx context.Context) (string, error) {
	return r.drained(ctx, "drain", r.run.Plan.Old)
}

// drained counts what is in flight on a color down to nothing, for as long as
// the configuration allows.
func (r *runner) drained(ctx context.Context, step string, c color.Color) (string, error) {
	limit := r.run.Plan.Release.Config.Drain.Duration
	began := time.Now()
	for {
		now, err := r.target.Observe(ctx)
		if err != nil {
			return "", fmt.Errorf("look at the target: %w", err)
		}
		left := now.Colors[c].InFlight
		if left == 0 {
			return "nothing is in flight on " + string(c), nil
		}
		if time.Since(began) >= limit {
			return fmt.Sprintf("%d still in flight on %s after %s", left, c, limit), nil
		}
		r.progress(step, fmt.Sprintf("%d in flight on %s", left, c), nil)
		if err := wait(ctx, poll); err != nil {
			return "", err
		}
	}
}

// retire stops the old color. What drain could not wait for is closed.
func (r *runner) retire(ctx context.Context) (string, error) {
	p := r.run.Plan
	if err := r.hold.Retire(ctx, p.Old); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) is stopped", p.Old, p.From), nil
}
