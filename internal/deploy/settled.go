package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/problem"
)

// settled runs f under the lock, unless a deploy was left half done.
func (e *Engine) settled(ctx context.Context, f func(*hold, Observed) error) error {
	return e.locked(ctx, func(h *hold) error {
		now, err := e.target.Observe(ctx)
		if err != nil {
			return fmt.Errorf("look at the target: %w", err)
		}
		if err := e.refuseUnfinished(ctx, now); err != nil {
			return err
		}
		return f(h, now)
	})
}

// refuseUnfinished fails where something of the newest deploy is left to do. A
// version that failed, and that there is no way back from, is no reason: the
// next deploy may be the one that mends it.
func (e *Engine) refuseUnfinished(ctx context.Context, now Observed) error {
	run, err := newest(ctx, e.target.History())
	if run.Open() && !run.keeps(now) {
		return problem.New(problem.Failed, "version-manager resume    (or, to take it back: version-manager rollback)",
			"deploy %s to %s was interrupted while %s", run.ID, run.Plan.To(), run.Phase)
	}
	if err != nil {
		e.emit(Event{Time: time.Now(), Kind: EventNote, Detail: "history is damaged: " + err.Error()})
	}
	return nil
}

// keeps reports whether a deploy is stuck only because its version failed and
// no other can take over: it has the traffic, and nothing is half done.
func (r Run) keeps(now Observed) bool {
	return r.Phase == Stuck && !r.wayBack() && now.Active == r.Plan.New
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
