package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/progress"
)

const (
	gateAge        = 10 * time.Second // after which a passed gate must be passed again
	confirmTimeout = 60 * time.Second // an ingress can lag by half a minute
)

// switchOver sends the traffic to the new color, if that one can carry it and
// the route is still the one that the plan was made for.
func (r *runner) switchOver(ctx context.Context) (string, error) {
	p := r.run.Plan
	if now, err := r.target.Observe(ctx); err == nil && now.Active == p.New {
		return "", progress.ErrNothingToDo // its gate was passed, and the preview leads to the other one
	}
	if err := r.freshGate(ctx); err != nil {
		return "", err
	}
	now, err := r.ableToSwitch(ctx)
	if err != nil {
		return "", err
	}
	if err := r.keepBaseline(now.Colors[p.Old]); err != nil {
		return "", err
	}
	if err := r.hold.Switch(ctx, p.New, now.Revision); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has the traffic", p.New), nil
}

// ableToSwitch observes the target when the route is as planned and the new
// color can carry what the active one does. Where an autoscaler was faster
// than the gate, that is passed again, once: then it is for a person to see
// why the two never meet.
func (r *runner) ableToSwitch(ctx context.Context) (Observed, error) {
	for again := true; ; again = false {
		now, err := r.target.Observe(ctx)
		if err != nil {
			return now, fmt.Errorf("look at the target: %w", err)
		}
		switch {
		case now.Active == r.run.Plan.New:
			return now, progress.ErrNothingToDo
		case now.Active == r.run.Plan.Old && now.Route.Foreign == "", now.gone():
		default:
			return now, newDiverted(now, r.run.Plan.New)
		}
		err = carries(now, r.run.Plan.New, now.Colors[now.Active].Ready())
		if err == nil || !again || r.hurries(now) {
			if r.hurries(now) {
				err = nil
			}
			return now, err
		}
		if _, err := r.gate(ctx); err != nil {
			return now, err
		}
	}
}

// freshGate repeats the gate where its answer is old, as it is when another
// process passed it and died.
func (r *runner) freshGate(ctx context.Context) error {
	passed, ok := r.run.last("gate")
	if ok && passed.Status == progress.StatusDone && time.Since(passed.Ended).Abs() < gateAge {
		return nil
	}
	_, err := r.gate(ctx)
	return err
}

// carries refuses a color with fewer ready instances than it needs.
func carries(now Observed, c color.Color, need int) error {
	need = max(1, need)
	if have := now.Colors[c].Ready(); have < need {
		return fmt.Errorf("%s has %d ready instances and would take over from %d", c, have, need)
	}
	return nil
}

// confirm waits until the ingress obeys. The very first deploy has something
// to measure only from here on.
func (r *runner) confirm(ctx context.Context) (string, error) {
	detail, err := r.confirmed(ctx, r.run.Plan.New)
	if err != nil {
		return "", err
	}
	if r.prober == nil {
		r.startProbe()
	}
	r.risen()
	return detail, nil
}

func (r *runner) confirmed(ctx context.Context, c color.Color) (string, error) {
	ctx, cancel := awake.WithTimeout(ctx, confirmTimeout, context.DeadlineExceeded)
	defer cancel()
	if err := r.hold.Confirm(ctx, c); err != nil {
		if now, look := r.target.Observe(ctx); look == nil && now.Active != c && !now.gone() {
			return "", newDiverted(now, c)
		}
		return "", fmt.Errorf("the ingress does not obey: %w", err)
	}
	return fmt.Sprintf("every ingress answers from %s", c), nil
}
