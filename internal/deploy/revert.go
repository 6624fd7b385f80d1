package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/pause"
)

// patience is how long the old color may take to be ready again on the way
// back.
const patience = 10 * time.Second

// errNoWayBack: the new color failed, and no other could carry the traffic.
var errNoWayBack = errors.New("there is no color to go back to")

// switchBack gives the traffic back to the color that had it. The only side
// that could carry it is never taken away: where the old color cannot, the
// step fails and a person decides.
func (r *runner) switchBack(ctx context.Context) (string, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	if now.Active != p.New {
		return "", errNothingToDo
	}
	if p.Old == color.None {
		return "", errNoWayBack
	}
	if p.Kind == Rollback && !r.run.Wanted {
		return "", fmt.Errorf("%s fails too, after it was rolled back to: %w", p.To(), errNoWayBack)
	}
	now, err = r.waitFor(ctx, p.Old)
	if err != nil {
		return "", err
	}
	if err := r.hold.Switch(ctx, p.Old, now.Revision); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) has the traffic", p.Old, p.From), nil
}

// waitFor returns when color c can carry the traffic. It needs no more
// instances than it had when it gave the traffic away: a version that fails
// under load is what an autoscaler multiplies, and the way back must not have
// to wait for as many of the old one.
func (r *runner) waitFor(ctx context.Context, c color.Color) (Observed, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		now, err := r.target.Observe(ctx)
		if err == nil {
			err = carries(now, c, min(now.Colors[now.Active].Ready(), r.run.Plan.Replicas))
		}
		if err == nil {
			return now, nil
		}
		if pause.For(ctx, poll) != nil {
			return now, err
		}
	}
}

func (r *runner) confirmBack(ctx context.Context) (string, error) {
	if r.run.Plan.Old == color.None {
		return "", errNothingToDo
	}
	return r.confirmed(ctx, r.run.Plan.Old)
}

// discard stops the color that failed. What is in flight on it may finish. A
// color that was warm before a rollback began stays.
func (r *runner) discard(ctx context.Context) (string, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	if p.Kind == Rollback && p.Warm {
		return "", errNothingToDo
	}
	if _, runs := now.Colors[p.New]; !runs {
		// A start that was given up may still be under way at the target, which
		// makes one change after the other.
		return "", cmp.Or(r.hold.Retire(ctx, p.New), errNothingToDo)
	}
	left, err := r.drained(ctx, "discard", p.New, func() error { return nil })
	if err != nil {
		return "", err
	}
	return left, r.takeDown(ctx, "discard", now, p.New)
}
