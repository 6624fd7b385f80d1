package deploy

import (
	"context"
	"errors"
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
)

// settled runs f under the lock, unless a deploy was left half done. Where the
// route is gone it is made again first.
func (e *Engine) settled(ctx context.Context, f func(*hold, Observed) error) error {
	return e.locked(ctx, func(h *hold) error {
		now, err := e.target.Observe(ctx)
		if err != nil {
			return fmt.Errorf("look at the target: %w", err)
		}
		run, err := newest(ctx, e.target.History())
		if err != nil {
			e.report.ReportNote("history is damaged: %v", err)
		}
		if err := refuseUnfinished(run); err != nil {
			return err
		}
		if now, err = e.healed(ctx, h, run, now); err != nil {
			return err
		}
		if err := e.confirmStuck(ctx, h, run, now); err != nil {
			return err
		}
		return f(h, now)
	})
}

// refuseUnfinished fails where something of the newest deploy is left to do. A
// stuck one is no reason: the next deploy may be the one that mends it.
func refuseUnfinished(run Run) error {
	if !run.Open() || run.Phase == Stuck {
		return nil
	}
	return problem.New(problem.Failed, "version-manager resume\nversion-manager rollback",
		"deploy %s to %s was interrupted while %s: resume it or roll it back", run.ID, run.Plan.To(), run.Phase)
}

// confirmStuck makes sure that nothing is half done after a deploy that is
// stuck: if some proxies still led to the other color, a deploy that evicts that
// would cut users off.
func (e *Engine) confirmStuck(ctx context.Context, h *hold, run Run, now Observed) error {
	if run.Phase != Stuck || run.keeps(now) || now.Colors[now.Active].Ready() == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, confirmTimeout)
	defer cancel()
	if err := h.Confirm(ctx, now.Active); err != nil {
		return problem.Wrap(err, problem.NeedsPerson, "version-manager resume\nversion-manager rollback",
			"deploy %s is stuck, and not every ingress routes to %s yet", run.ID, now.Active)
	}
	return nil
}

// healed gives the traffic back to a color where the route is gone or leads to
// none of ours. Without one that can answer the target is left as it is: then
// the next deploy is like a first one.
func (e *Engine) healed(ctx context.Context, h *hold, run Run, now Observed) (Observed, error) {
	c := run.owner(now)
	if now.Active != color.None || c == color.None {
		return now, nil
	}
	err := h.Switch(ctx, c, now.Revision)
	switch {
	case errors.Is(err, ErrFenced):
		return now, err
	case err != nil:
		e.report.ReportNote("the route leads to nobody and cannot be led to %s: %v", c, err)
		return now, nil
	}
	e.report.ReportNote("the route led to nobody: %s (%s) has the traffic again", c, now.Colors[c].Version)
	if now, err = e.target.Observe(ctx); err != nil {
		return now, fmt.Errorf("look at the target: %w", err)
	}
	return now, nil
}

// owner is the color that should have the traffic by what the newest deploy
// came to, or the other one where that cannot answer; None if neither can.
func (r Run) owner(now Observed) color.Color {
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

// keeps reports whether a deploy is stuck only because its version failed and
// no other can take over: it has the traffic, and nothing is half done.
func (r Run) keeps(now Observed) bool {
	return r.Phase == Stuck && !r.wayBack() && now.Active == r.Plan.New
}

// mendActive is all that a deploy of the active release does.
func (e *Engine) mendActive(ctx context.Context, h *hold, now Observed, req Request) error {
	made, err := h.Mend(ctx, now.Active, Spec{Release: req.Release, Replicas: now.Colors[now.Active].Want, Secrets: req.Secrets})
	if err != nil {
		return fmt.Errorf("make again what %s needs: %w", now.Active, err)
	}
	for _, name := range made {
		e.report.ReportNote("was missing and is made again: %s", name)
	}
	return ErrAlreadyActive
}

// dropUnfinished ends a deploy of which nothing is left since the app was
// removed. Without a history that can be read there is nothing to end.
func (e *Engine) dropUnfinished(ctx context.Context, h *hold) error {
	run, err := newest(ctx, e.target.History())
	if err != nil || !run.Open() {
		return nil
	}
	r := &runner{Engine: e, hold: h, run: run}
	if err := r.append(resumeRecord, resumeBody{By: e.holder}); err != nil {
		return err
	}
	return r.append(phaseRecord, phaseBody{On: Removed, To: Reverted, Why: "the app was removed"})
}
