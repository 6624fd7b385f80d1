package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
)

// retirer has the steps that stop the old color.
type retirer struct {
	d       *deployment
	watcher *watcher
	scaler  *scaler
}

// drainOld waits until the old color has answered everything that it began,
// while the new one is still watched: a rollback is possible until retire.
func (r *retirer) drainOld(ctx context.Context) (string, error) {
	c, err := r.watcher.newColorCheck(ctx, r.d.switchedSince(time.Now()))
	if err != nil {
		return "", err
	}
	return r.d.drainColor(ctx, r.d.run.Plan.Old, func() error {
		_, err := c.checkColor(ctx, false)
		return err
	})
}

// drainColor counts the requests in flight on a color down to nothing, for as
// long as the configuration allows and check, which may be nil, finds nothing
// wrong. It does not wait for WebSockets, which may never end: retiring closes
// them with a goodbye.
func (d *deployment) drainColor(ctx context.Context, c color.Color, check func() error) (string, error) {
	limit := d.run.Plan.Release.Config.Drain.Duration
	var waited awake.Stopwatch
	for {
		now, err := d.observeTarget(ctx)
		if err != nil {
			return "", err
		}
		d.noteFinished(now)
		if check != nil {
			if err := check(); err != nil {
				return "", err
			}
		}
		left := now.Colors[c].InFlight
		if left == 0 {
			return "nothing is in flight on " + string(c), nil
		}
		if waited.Elapsed() >= limit {
			return fmt.Sprintf("%d still in flight on %s after %s", left, c, limit), nil
		}
		d.progress.ReportDetail("%d in flight on %s", left, c)
		if err := wait.SleepContext(ctx, pollInterval); err != nil {
			return "", err
		}
	}
}

// retireOld stops the old color. What drain could not wait for is closed.
func (r *retirer) retireOld(ctx context.Context) (string, error) {
	p := r.d.run.Plan
	r.scaler.abandonColor(p.Old)
	owner := routeGuard{d: r.d, color: p.New}
	if now, err := r.d.target.ObserveApp(ctx); err == nil && now.Colors[p.Old].Ready() > 0 {
		if err := r.watcher.watchAgain(ctx); err != nil {
			return "", err
		}
	}
	now, err := r.awaitCapacity(ctx, &owner)
	if err != nil {
		return "", err
	}
	if side, runs := now.Colors[p.Old]; runs {
		r.d.leaving.stopped = &side
	}
	if err := r.d.stopColor(ctx, now, p.Old); err != nil {
		if _, lost := owner.awaitRoute(ctx); lost != nil {
			return "", lost
		}
		return "", err
	}
	return fmt.Sprintf("%s (%s) is stopped%s", p.Old, p.From, describeOpen(now.Colors[p.Old])), nil
}

// stopColor is Retire of a color that was observed before, with details for
// people meanwhile.
func (d *deployment) stopColor(ctx context.Context, before Observed, c color.Color) error {
	report := func(now Observed) {
		if detail := describeRemaining(before, now, c); detail != "" {
			d.progress.ReportDetail("%s", detail)
		}
	}
	return whileObserving(ctx, d.target, report, func() error { return d.lock.RetireColor(ctx, c) })
}

// awaitCapacity observes the target once the new color can do without the old
// one: others may have scaled it down meanwhile, or deleted it.
func (r *retirer) awaitCapacity(ctx context.Context, owner *routeGuard) (Observed, error) {
	p := r.d.run.Plan
	now, err := owner.awaitRoute(ctx)
	need := max(1, min(p.Replicas, now.Colors[p.Old].Ready()))
	if err != nil || now.Colors[p.New].Ready() >= need {
		return now, err
	}
	up := &scaleUp{color: p.New, spec: Spec{Release: p.Release, Replicas: p.Replicas}, need: func(Observed) int { return need }}
	if _, err := r.scaler.awaitScaleUp(ctx, up, p.gateConfig().Timeout.Duration); err != nil {
		return now, fmt.Errorf("%s still needs %s: %w", p.New, p.Old, err)
	}
	r.scaler.awaitPending()
	return owner.awaitRoute(ctx)
}

// describeOpen says what a color that was stopped still had open.
func describeOpen(s Side) string {
	text := ""
	if s.InFlight > 0 {
		text += fmt.Sprintf(", requests closed: %d", s.InFlight)
	}
	if s.Tunnels > 0 {
		text += fmt.Sprintf(", WebSockets closed: %d", s.Tunnels)
	}
	return text
}
