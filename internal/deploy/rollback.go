package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/progress"
)

// errNoOtherColor: the new color failed, and no other could carry the traffic.
var errNoOtherColor = errors.New("there is no color to roll back to")

// canRollBack reports whether a failure leads back to the color before. A first
// deploy has none, and a rollback comes from one that somebody did not want.
// A person may still roll back either.
func (r Run) canRollBack() bool {
	return r.Wanted || r.Plan.Old != color.None && r.Plan.Kind != Rollback
}

// rollback has the steps that undo a deploy: traffic returns to the color that
// had it, and the color that failed is stopped.
type rollback struct {
	d      *deployment
	scaler *scaler
	router *router
	health *activeHealth
}

// startOld brings the old color to the capacity that it needs to take the
// traffic back: somebody may have scaled it down, or deleted it. Once the new
// color fails, whatever is ready is enough; the rest comes meanwhile.
func (b *rollback) startOld(ctx context.Context) (string, error) {
	p := b.d.run.Plan
	now, err := b.d.observeTarget(ctx)
	if err != nil {
		return "", err
	}
	if p.Old == color.None || now.Active == p.New && !b.d.run.canRollBack() {
		return "", progress.ErrNothingToDo
	}
	spec, err := b.d.specOf(ctx, p.Old)
	up := &scaleUp{color: p.Old, spec: spec, need: b.neededReplicas}
	if err != nil { // its record is gone, so it has to do as it is
		up.spec.Release.Version = p.From
	}
	up.spec.Replicas = max(up.spec.Replicas, b.neededReplicas(now))
	if up.checkCapacity(now) == nil && now.Colors[p.Old].Want >= b.neededReplicas(now) {
		return "", progress.ErrNothingToDo
	}
	if err != nil {
		return "", err
	}
	b.d.noteLostSecrets(ctx, now, p.Old, spec)
	now, err = b.scaler.awaitScaleUp(ctx, up, restartTimeout(spec))
	if err != nil {
		return "", fmt.Errorf("start %s in %s again: %w", p.From, p.Old, err)
	}
	return fmt.Sprintf("%s (%s) has %d of %s ready", p.Old, p.From, now.Colors[p.Old].Ready(), instances(spec.Replicas)), nil
}

// neededReplicas is how many instances of the old color must be ready: as many
// as the new one has, unless that one was found bad. Then no more are needed
// than it had when it gave the traffic away: a version that does badly under
// load is what an autoscaler multiplies, and a rollback must not have to wait
// for as many of the old one. Once the new one fails, any that is ready will do.
func (b *rollback) neededReplicas(now Observed) int {
	p := b.d.run.Plan
	if now.Active != p.New || b.health.isFailing(now) {
		return 1
	}
	need := max(1, now.Colors[p.New].Ready())
	if b.d.failedWatch {
		return min(need, p.Replicas)
	}
	return need
}

// switchBack gives the traffic back to the color that had it. The only side
// that could carry it is never taken away: if the old color cannot, the step
// fails and a person decides.
func (b *rollback) switchBack(ctx context.Context) (string, error) {
	for range maxRepairs {
		detail, err := b.trySwitchBack(ctx)
		if !errors.Is(err, ErrConflict) {
			return detail, err
		}
	}
	return "", ErrConflict
}

func (b *rollback) trySwitchBack(ctx context.Context) (string, error) {
	p := b.d.run.Plan
	now, err := b.d.observeTarget(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case now.Active == p.Old && now.Route.Foreign == "":
		return "", progress.ErrNothingToDo
	case now.Active != p.New && !now.hasNoRoute() && !b.d.run.Wanted:
		return "", newDivertedError(now, p.Old)
	case now.Active == p.New && !b.d.run.canRollBack():
		return "", errNoOtherColor
	case p.Old == color.None:
		b.d.traffic.stopProbe()
		return "nothing is deployed, as before", b.d.lock.RemoveApp(ctx)
	}
	if err := checkCapacity(now, p.Old, b.neededReplicas(now)); err != nil {
		return "", err
	}
	if err := b.d.lock.SwitchRoute(ctx, p.Old, now.Revision); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) has the traffic", p.Old, p.From), nil
}

// confirmOld also creates again what others have deleted and the color needs.
// If it cannot, that is no reason to leave the deploy open.
func (b *rollback) confirmOld(ctx context.Context) (string, error) {
	c := b.d.run.Plan.Old
	if c == color.None {
		return "", progress.ErrNothingToDo
	}
	detail, err := b.router.awaitConfirmation(ctx, c)
	if err != nil {
		return "", err
	}
	b.scaler.awaitPending()
	b.d.tryMend(ctx, c)
	return detail, nil
}

// discardNew stops the color that failed. What is in flight on it may finish. A
// color that was warm before a rollback began stays, and so does an earlier
// version that this deploy would have evicted and did not come to.
func (b *rollback) discardNew(ctx context.Context) (string, error) {
	p := b.d.run.Plan
	now, err := b.d.observeTarget(ctx)
	if err != nil {
		return "", err
	}
	if err := b.checkDiscard(now); err != nil {
		return "", err
	}
	if p.Kind == Rollback && p.Warm || b.isUntouched(now.Colors[p.New]) {
		return "", progress.ErrNothingToDo
	}
	if _, runs := now.Colors[p.New]; !runs {
		// A start that was given up may still be under way at the target, which
		// makes one change after the other.
		return "", cmp.Or(b.d.lock.RetireColor(ctx, p.New), progress.ErrNothingToDo)
	}
	left, err := b.d.drainColor(ctx, p.New, nil)
	if err != nil {
		return "", err
	}
	if now, err = b.d.observeTarget(ctx); err != nil {
		return "", err
	}
	side := now.Colors[p.New]
	b.d.leaving.stopped = &side
	return left, b.d.stopColor(ctx, now, p.New)
}

// checkDiscard refuses to stop the only color that can answer.
func (b *rollback) checkDiscard(now Observed) error {
	p := b.d.run.Plan
	switch {
	case p.Old == color.None && now.Route.Foreign == "":
		return nil
	case now.Active != p.Old || now.Route.Foreign != "":
		return newDivertedError(now, p.Old)
	case now.Colors[p.Old].Ready() == 0 && now.Colors[p.New].Ready() > 0:
		return fmt.Errorf("%s has no ready instance, so %s is kept%s", p.Old, p.New, now.Colors[p.Old].notReadyReason())
	}
	return nil
}

// isUntouched reports whether the new color is as it was found: nothing of this
// deploy was started in it, or that failed before anything there had ended. The
// result of an abandoned start is unknown.
func (b *rollback) isUntouched(s Side) bool {
	start, begun := b.d.run.lastStep(stepStart)
	if !begun {
		return true
	}
	evicts := b.d.run.Plan.Evicts
	return start.Status == progress.StatusFailed && evicts != "" && s.Version == evicts && s.Ready() == s.Want
}
