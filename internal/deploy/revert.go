package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/awake"
	"version-manager/internal/color"
	"version-manager/internal/pause"
)

// patience is how long the old color may take to be ready again on the way
// back.
const patience = 10 * time.Second

// errNoWayBack: the new color failed, and no other could carry the traffic.
var errNoWayBack = errors.New("there is no color to go back to")

// wayBack reports whether a failure leads back to the color before. A first
// deploy has none, and a rollback comes from one that somebody did not want.
// A person may still take back either.
func (r Run) wayBack() bool {
	return r.Wanted || r.Plan.Old != color.None && r.Plan.Kind != Rollback
}

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
	if !r.run.wayBack() {
		return "", errNoWayBack
	}
	if p.Old == color.None {
		r.stopProbe()
		return "nothing is deployed, as before", r.hold.Remove(ctx)
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
	ctx, cancel := awake.WithTimeout(ctx, patience, context.DeadlineExceeded)
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
// color that was warm before a rollback began stays, and so does an earlier
// version that this deploy would have evicted and did not come to.
func (r *runner) discard(ctx context.Context) (string, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	if p.Kind == Rollback && p.Warm || r.untouched(now.Colors[p.New]) {
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
	if now, err = r.target.Observe(ctx); err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	side := now.Colors[p.New]
	r.going.stopped = &side
	return left, r.takeDown(ctx, "discard", now, p.New)
}

// untouched reports whether the new color is as it was found: nothing of this
// deploy was started in it, or that failed before anything there had ended. Of
// a start that was given up nobody knows what still comes of it.
func (r *runner) untouched(s Side) bool {
	start, begun := r.run.last(stepStart)
	if !begun {
		return true
	}
	evicts := r.run.Plan.Evicts
	return start.Status == StatusFailed && evicts != "" && s.Version == evicts && s.Ready() == s.Want
}
