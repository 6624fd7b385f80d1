package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// glance is how often the watched color is judged.
const glance = 100 * time.Millisecond

// bake watches the new color under real traffic, with the old one ready to
// take it back.
func (r *runner) bake(ctx context.Context) (string, error) {
	return r.watch(ctx, stepBake, r.run.Plan.Release.Config.Bake.Duration)
}

// settle is the short bake of a deploy that has none.
func (r *runner) settle(ctx context.Context) (string, error) {
	return r.watch(ctx, "watch", settle)
}

// watch judges the new color again and again for d. It ends early with the
// first thing that is wrong, and it does not pass without data: no answer at
// all is no good answer.
func (r *runner) watch(ctx context.Context, step string, d time.Duration) (string, error) {
	began := time.Now()
	first, err := r.side(ctx)
	if err != nil {
		return "", err
	}
	if r.prober == nil {
		return "", errors.New("there is no probe to watch with")
	}
	for {
		if err := wait(ctx, glance); err != nil {
			return "", err
		}
		e, err := r.look(ctx, first, began)
		if err != nil {
			return "", err
		}
		left := d - time.Since(began)
		if err := judge(e, left <= 0); err != nil {
			return "", err
		}
		if left <= 0 {
			return e.String(), nil
		}
		r.progress(step, fmt.Sprintf("%s left, %s", left.Round(time.Second), e), nil)
	}
}

// look collects what can be known about the new color now.
func (r *runner) look(ctx context.Context, first Side, since time.Time) (observation, error) {
	side, err := r.side(ctx)
	if err != nil {
		return observation{}, err
	}
	p := r.run.Plan
	return observation{
		probe:     r.prober.Window(p.New, r.switchedAt(since)),
		before:    r.run.Baseline,
		maxFailed: p.MaxFailed,
		restarts:  side.Restarts() - first.Restarts(),
		reason:    side.reason(),
		ready:     side.Ready(),
		answers:   side.Requests - min(first.Requests, side.Requests),
		errors:    side.Errors - min(first.Errors, side.Errors),
	}, nil
}

// switchedAt is when the new color got the traffic, or the given instant if
// another process switched, since when this one's probe has nothing to say.
func (r *runner) switchedAt(otherwise time.Time) time.Time {
	s, ok := r.run.last(stepSwitch)
	if !ok || s.Started.Before(r.joined) {
		return otherwise
	}
	return s.Started
}

// keepBaseline journals how the old color did just before the switch, so that
// the new one can be compared with it even by another process.
func (r *runner) keepBaseline(old Side) error {
	if r.prober == nil {
		return nil
	}
	s := r.prober.Window(r.run.Plan.Old, r.joined)
	return r.append(baselineRecord, Baseline{Answers: s.Sent - s.Failed, P10: s.P10, P50: s.P50, Errors: share(old.Errors, old.Requests)})
}
