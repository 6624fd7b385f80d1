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
	maxGateAge     = 10 * time.Second // after which a passed gate must be passed again
	confirmTimeout = 60 * time.Second // an ingress can lag by half a minute
)

// router has the steps that give the traffic to the new color.
type router struct {
	d      *deployment
	gate   *gate
	scaler *scaler
}

// switchRoute sends the traffic to the new color if that one can carry it and
// the route is still the one for which the plan was made.
func (r *router) switchRoute(ctx context.Context) (string, error) {
	p := r.d.run.Plan
	if now, err := r.d.target.ObserveApp(ctx); err == nil && now.Active == p.New {
		return "", progress.ErrNothingToDo // its gate was passed, and the preview leads to the other one
	}
	if err := r.refreshGate(ctx); err != nil {
		return "", err
	}
	now, err := r.awaitSwitchable(ctx)
	if err != nil {
		return "", err
	}
	if err := r.d.recorder.recordBaseline(now.Colors[p.Old], r.d.traffic, r.d.joined); err != nil {
		return "", err
	}
	if err := r.d.lock.SwitchRoute(ctx, p.New, now.Revision); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has the traffic", p.New), nil
}

// awaitSwitchable observes the target when the route is as planned and the new
// color can carry what the active one does. If an autoscaler was faster than
// the gate, the gate is passed once more: after that a person has to see why
// the two never meet.
func (r *router) awaitSwitchable(ctx context.Context) (Observed, error) {
	for mayRetry := true; ; mayRetry = false {
		now, err := r.d.observeTarget(ctx)
		if err != nil {
			return now, err
		}
		if err := r.checkOwner(now); err != nil {
			return now, err
		}
		if r.gate.health.mayHurry(now) {
			return now, nil
		}
		err = checkCapacity(now, r.d.run.Plan.New, now.Colors[now.Active].Ready())
		if err == nil || !mayRetry {
			return now, err
		}
		if _, err := r.gate.passGate(ctx); err != nil {
			return now, err
		}
	}
}

// checkOwner fails unless the route is the one for which the plan was made, or
// there is no route.
func (r *router) checkOwner(now Observed) error {
	p := r.d.run.Plan
	switch {
	case now.Active == p.New:
		return progress.ErrNothingToDo
	case now.Active == p.Old && now.Route.Foreign == "", now.hasNoRoute():
		return nil
	}
	return newDivertedError(now, p.New)
}

// refreshGate repeats the gate if its result is old, as it is when another
// process passed it and died.
func (r *router) refreshGate(ctx context.Context) error {
	passed, ok := r.d.run.lastStep(stepGate)
	if ok && passed.Status == progress.StatusDone && time.Since(passed.Ended).Abs() < maxGateAge {
		return nil
	}
	_, err := r.gate.passGate(ctx)
	return err
}

// checkCapacity refuses a color with fewer ready instances than it needs.
func checkCapacity(now Observed, c color.Color, need int) error {
	need = max(1, need)
	if have := now.Colors[c].Ready(); have < need {
		return fmt.Errorf("%s has %d ready instances and would replace %d", c, have, need)
	}
	return nil
}

// confirmSwitch waits until every ingress routes to the new color. The very
// first deploy has something to measure only from here on.
func (r *router) confirmSwitch(ctx context.Context) (string, error) {
	detail, err := r.awaitConfirmation(ctx, r.d.run.Plan.New)
	if err != nil {
		return "", err
	}
	if !r.d.traffic.isRunning() {
		r.d.startProbe()
	}
	r.scaler.awaitPending()
	return detail, nil
}

func (r *router) awaitConfirmation(ctx context.Context, c color.Color) (string, error) {
	ctx, cancel := awake.WithTimeout(ctx, confirmTimeout, context.DeadlineExceeded)
	defer cancel()
	if err := r.d.lock.ConfirmRoute(ctx, c); err != nil {
		if now, look := r.d.target.ObserveApp(ctx); look == nil && now.Active != c && !now.hasNoRoute() {
			return "", newDivertedError(now, c)
		}
		return "", fmt.Errorf("an ingress does not route to %s: %w", c, err)
	}
	return fmt.Sprintf("every ingress answers from %s", c), nil
}
