package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
)

// drain waits until the old color has answered everything that it began,
// while the new one is still watched: the way back is open until retire.
func (r *runner) drain(ctx context.Context) (string, error) {
	g, err := r.newGuard(ctx, r.carriesSince(time.Now()))
	if err != nil {
		return "", err
	}
	return r.drained(ctx, "drain", r.run.Plan.Old, func() error {
		_, err := g.check(ctx, false)
		return err
	})
}

// drained counts the requests in flight on a color down to nothing, for as
// long as the configuration allows and check finds nothing wrong. It does not
// wait for WebSockets, which may never end: retiring says goodbye to them.
func (r *runner) drained(ctx context.Context, step string, c color.Color, check func() error) (string, error) {
	limit := r.run.Plan.Release.Config.Drain.Duration
	var waited awake.Stopwatch
	for {
		now, err := r.target.Observe(ctx)
		if err != nil {
			return "", fmt.Errorf("look at the target: %w", err)
		}
		r.noteFinished(now)
		if err := check(); err != nil {
			return "", err
		}
		left := now.Colors[c].InFlight
		if left == 0 {
			return "nothing is in flight on " + string(c), nil
		}
		if waited.Elapsed() >= limit {
			return fmt.Sprintf("%d still in flight on %s after %s", left, c, limit), nil
		}
		r.progress.ReportDetail("%d in flight on %s", left, c)
		if err := wait.SleepContext(ctx, poll); err != nil {
			return "", err
		}
	}
}

// retire stops the old color. What drain could not wait for is closed.
func (r *runner) retire(ctx context.Context) (string, error) {
	p := r.run.Plan
	r.forgo(p.Old)
	keeps := custody{r: r, color: p.New}
	if now, err := r.target.Observe(ctx); err == nil && now.Colors[p.Old].Ready() > 0 {
		if err := r.watchAgain(ctx, "retire"); err != nil {
			return "", err
		}
	}
	now, err := r.alone(ctx, &keeps)
	if err != nil {
		return "", err
	}
	if side, runs := now.Colors[p.Old]; runs {
		r.going.stopped = &side
	}
	if err := r.takeDown(ctx, "retire", now, p.Old); err != nil {
		if _, lost := r.keptFor(ctx, &keeps); lost != nil {
			return "", lost
		}
		return "", err
	}
	return fmt.Sprintf("%s (%s) is stopped%s", p.Old, p.From, closed(now.Colors[p.Old])), nil
}

// alone observes the target once the new color can do without the old one:
// others may have scaled it down meanwhile, or deleted it.
func (r *runner) alone(ctx context.Context, keeps *custody) (Observed, error) {
	p := r.run.Plan
	now, err := r.keptFor(ctx, keeps)
	need := max(1, min(p.Replicas, now.Colors[p.Old].Ready()))
	if err != nil || now.Colors[p.New].Ready() >= need {
		return now, err
	}
	l := &lift{r: r, step: "retire", color: p.New, spec: Spec{Release: p.Release, Replicas: p.Replicas}, need: func(Observed) int { return need }}
	if _, err := l.run(ctx, p.gate().Timeout.Duration); err != nil {
		return now, fmt.Errorf("%s cannot do without %s: %w", p.New, p.Old, err)
	}
	r.risen()
	return r.keptFor(ctx, keeps)
}

// keptFor observes the target once the new color has the traffic for sure.
func (r *runner) keptFor(ctx context.Context, keeps *custody) (Observed, error) {
	for {
		now, err := r.target.Observe(ctx)
		if err != nil {
			return now, fmt.Errorf("look at the target: %w", err)
		}
		if err := keeps.check(ctx, now); err != nil || now.Active == keeps.color {
			return now, err
		}
	}
}

// closed says what a retired color still had open.
func closed(s Side) string {
	text := ""
	if s.InFlight > 0 {
		text += fmt.Sprintf(", requests cut: %d", s.InFlight)
	}
	if s.Tunnels > 0 {
		text += fmt.Sprintf(", WebSockets sent away: %d", s.Tunnels)
	}
	return text
}
