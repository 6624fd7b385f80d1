package deploy

import (
	"context"
	"errors"
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
)

// withSettledTarget runs f under the lock, unless a deploy was left half done. Where the
// route is gone it is recreated first.
func (e *Engine) withSettledTarget(ctx context.Context, f func(*heldLock, Observed) error) error {
	return e.withLock(ctx, func(lock *heldLock) error {
		now, err := observeTarget(ctx, e.target)
		if err != nil {
			return err
		}
		run, err := newestRun(ctx, e.target.JournalReader())
		if err != nil {
			e.report.ReportNote("history is damaged: %v", err)
		}
		if err := refuseUnfinished(run); err != nil {
			return err
		}
		if now, err = e.restoreRoute(ctx, lock, run, now); err != nil {
			return err
		}
		if err := e.confirmStuck(ctx, lock, run, now); err != nil {
			return err
		}
		return f(lock, now)
	})
}

// refuseUnfinished fails where something of the newest deploy is left to do. A
// stuck one is no reason: the next deploy may be the one that mends it.
func refuseUnfinished(run Run) error {
	if !run.IsOpen() || run.Phase == Stuck {
		return nil
	}
	return problem.New(problem.Failed, "version-manager resume\nversion-manager rollback",
		"deploy %s to %s was interrupted while %s: resume it or roll it back", run.ID, run.Plan.To(), run.Phase)
}

// confirmStuck makes sure that nothing is half done after a deploy that is
// stuck: if some proxies still led to the other color, a deploy that evicts that
// would cut users off.
func (e *Engine) confirmStuck(ctx context.Context, lock *heldLock, run Run, now Observed) error {
	if run.Phase != Stuck || run.keepsTraffic(now) || now.Colors[now.Active].Ready() == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, confirmTimeout)
	defer cancel()
	if err := lock.ConfirmRoute(ctx, now.Active); err != nil {
		return problem.Wrap(err, problem.NeedsPerson, "version-manager resume\nversion-manager rollback",
			"deploy %s is stuck, and not every ingress routes to %s yet", run.ID, now.Active)
	}
	return nil
}

// restoreRoute gives the traffic back to a color where the route is gone or leads to
// none of ours. Without one that can answer the target is left as it is: then
// the next deploy is like a first one.
func (e *Engine) restoreRoute(ctx context.Context, lock *heldLock, run Run, now Observed) (Observed, error) {
	c := run.ownerColor(now)
	if now.Active != color.None || c == color.None {
		return now, nil
	}
	err := lock.SwitchRoute(ctx, c, now.Revision)
	switch {
	case errors.Is(err, ErrFenced):
		return now, err
	case err != nil:
		e.report.ReportNote("the route has no backend and cannot be pointed to %s: %v", c, err)
		return now, nil
	}
	e.report.ReportNote("the route had no backend: %s (%s) has the traffic again", c, now.Colors[c].Version)
	return observeTarget(ctx, e.target)
}

// ownerColor is the color that should have the traffic by what the newest deploy
// came to, or the other one where that cannot answer; None if neither can.
func (r Run) ownerColor(now Observed) color.Color {
	first := r.Plan.New
	if r.Phase == Reverted || r.Phase == Diverted {
		first = r.Plan.Old
	}
	if first == color.None {
		first = color.Blue
	}
	for _, c := range []color.Color{first, first.Other()} {
		if now.Colors[c].Ready() > 0 {
			return c
		}
	}
	return color.None
}

// keepsTraffic reports whether a deploy is stuck only because its version failed and
// no other can take over: it has the traffic, and nothing is half done.
func (r Run) keepsTraffic(now Observed) bool {
	return r.Phase == Stuck && !r.canRollBack() && now.Active == r.Plan.New
}

// mendActive is all that a deploy of the active release does.
func (e *Engine) mendActive(ctx context.Context, lock *heldLock, now Observed, req Request) error {
	made, err := lock.RepairColor(ctx, now.Active, Spec{Release: req.Release, Replicas: now.Colors[now.Active].Want, Secrets: req.Secrets})
	if err != nil {
		return fmt.Errorf("create again what %s needs: %w", now.Active, err)
	}
	for _, name := range made {
		e.report.ReportNote("was missing and is created again: %s", name)
	}
	return ErrAlreadyActive
}

// dropUnfinished ends a deploy of which nothing is left since the app was
// removed. Without a history that can be read there is nothing to end.
func (e *Engine) dropUnfinished(ctx context.Context, lock *heldLock) error {
	run, err := newestRun(ctx, e.target.JournalReader())
	if err != nil || !run.IsOpen() {
		return nil
	}
	j := &recorder{writer: lock.JournalWriter(), ctx: lock.ctx, run: &run}
	if err := j.appendRecord(resumeRecord, resumeBody{By: e.holder}); err != nil {
		return err
	}
	return j.appendRecord(phaseRecord, phaseBody{On: Removed, To: Reverted, Why: "the app was removed"})
}
