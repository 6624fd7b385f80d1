package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/progress"
)

// patience is how long the old color may take at least to be ready again on
// the way back.
const patience = 10 * time.Second

// errNoWayBack: the new color failed, and no other could carry the traffic.
var errNoWayBack = errors.New("there is no color to go back to")

// wayBack reports whether a failure leads back to the color before. A first
// deploy has none, and a rollback comes from one that somebody did not want.
// A person may still take back either.
func (r Run) wayBack() bool {
	return r.Wanted || r.Plan.Old != color.None && r.Plan.Kind != Rollback
}

// startBack brings the color before to the capacity that it needs to take the
// traffic back: somebody may have scaled it down, or deleted it. Once the new
// color fails, whatever is ready is enough; the rest comes meanwhile.
func (r *runner) startBack(ctx context.Context) (string, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	if p.Old == color.None || now.Active == p.New && !r.run.wayBack() {
		return "", progress.ErrNothingToDo
	}
	spec, err := r.specOf(ctx, p.Old)
	l := &lift{r: r, step: "start back", color: p.Old, spec: spec, need: r.needBack}
	if err != nil { // its record is gone, so it has to do as it is
		l.spec.Release.Version = p.From
	}
	l.spec.Replicas = max(l.spec.Replicas, r.needBack(now))
	if l.carries(now) == nil && now.Colors[p.Old].Want >= r.needBack(now) {
		return "", progress.ErrNothingToDo
	}
	if err != nil {
		return "", err
	}
	r.noteSecrets(ctx, now, p.Old, spec)
	now, err = l.run(ctx, max(patience, spec.Release.Config.Gate.Timeout.Duration))
	if err != nil {
		return "", fmt.Errorf("start %s in %s again: %w", p.From, p.Old, err)
	}
	return fmt.Sprintf("%s (%s) has %d of %s ready", p.Old, p.From, now.Colors[p.Old].Ready(), instances(spec.Replicas)), nil
}

// needBack is how many instances of the color before must be ready: as many as
// the new one has, unless that one was found bad. Then they need be no more than
// it had when it gave the traffic away: a version that does badly under load is
// what an autoscaler multiplies, and the way back must not have to wait for as
// many of the old one. Once the new one fails, any that is ready will do.
func (r *runner) needBack(now Observed) int {
	p := r.run.Plan
	if now.Active != p.New || r.ailment.fails(now) {
		return 1
	}
	need := max(1, now.Colors[p.New].Ready())
	if r.condemned {
		return min(need, p.Replicas)
	}
	return need
}

// switchBack gives the traffic back to the color that had it. The only side
// that could carry it is never taken away: where the old color cannot, the
// step fails and a person decides.
func (r *runner) switchBack(ctx context.Context) (string, error) {
	for range restores {
		detail, err := r.switchBackOnce(ctx)
		if !errors.Is(err, ErrConflict) {
			return detail, err
		}
	}
	return "", ErrConflict
}

func (r *runner) switchBackOnce(ctx context.Context) (string, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return "", fmt.Errorf("look at the target: %w", err)
	}
	switch {
	case now.Active == p.Old && now.Route.Foreign == "":
		return "", progress.ErrNothingToDo
	case now.Active != p.New && !now.gone() && !r.run.Wanted:
		return "", newDiverted(now, p.Old)
	case now.Active == p.New && !r.run.wayBack():
		return "", errNoWayBack
	case p.Old == color.None:
		r.stopProbe()
		return "nothing is deployed, as before", r.hold.Remove(ctx)
	}
	if err := carries(now, p.Old, r.needBack(now)); err != nil {
		return "", err
	}
	if err := r.hold.Switch(ctx, p.Old, now.Revision); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) has the traffic", p.Old, p.From), nil
}

// confirmBack also makes again what others have deleted of what the color
// needs. That it could not is no reason to leave the deploy open.
func (r *runner) confirmBack(ctx context.Context) (string, error) {
	c := r.run.Plan.Old
	if c == color.None {
		return "", progress.ErrNothingToDo
	}
	detail, err := r.confirmed(ctx, c)
	if err != nil {
		return "", err
	}
	r.risen()
	r.mendQuietly(ctx, c)
	return detail, nil
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
	if err := r.mayDiscard(now); err != nil {
		return "", err
	}
	if p.Kind == Rollback && p.Warm || r.untouched(now.Colors[p.New]) {
		return "", progress.ErrNothingToDo
	}
	if _, runs := now.Colors[p.New]; !runs {
		// A start that was given up may still be under way at the target, which
		// makes one change after the other.
		return "", cmp.Or(r.hold.Retire(ctx, p.New), progress.ErrNothingToDo)
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

// mayDiscard refuses to stop the only color that can answer.
func (r *runner) mayDiscard(now Observed) error {
	p := r.run.Plan
	switch {
	case p.Old == color.None && now.Route.Foreign == "":
		return nil
	case now.Active != p.Old || now.Route.Foreign != "":
		return newDiverted(now, p.Old)
	case now.Colors[p.Old].Ready() == 0 && now.Colors[p.New].Ready() > 0:
		return fmt.Errorf("%s has no ready instance, so %s is kept%s", p.Old, p.New, now.Colors[p.Old].reason())
	}
	return nil
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
	return start.Status == progress.StatusFailed && evicts != "" && s.Version == evicts && s.Ready() == s.Want
}
