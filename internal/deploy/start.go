package deploy

import (
	"context"
	"fmt"
	"time"
)

// poll is how often the engine looks at the target while it waits.
const poll = 50 * time.Millisecond

func (r *runner) backup(ctx context.Context) (string, error) {
	return r.hold.Backup(ctx, r.run.ID)
}

// start brings the new color up at the capacity of the active one. A rollback
// is what people reach for when the active one fails: it does not wait for
// more instances than are ready then.
func (r *runner) start(ctx context.Context) (string, error) {
	p := r.run.Plan
	if p.Kind == Rollback && p.Warm {
		if now, err := r.target.Observe(ctx); err == nil && r.hurries(now) {
			return r.startInHurry(ctx)
		}
	}
	if err := r.makeRoom(ctx); err != nil {
		return "", err
	}
	if err := r.bringUp(ctx, p.Replicas); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s of %s in %s", instances(p.Replicas), p.To(), p.New), nil
}

// makeRoom gives the version that is warm in the new color, and has to go, the
// time to finish what users began while it had the traffic. A rollback is in
// too much of a hurry for that.
func (r *runner) makeRoom(ctx context.Context) error {
	p := r.run.Plan
	if p.Evicts == "" || p.Kind == Rollback {
		return nil
	}
	if _, err := r.drained(ctx, stepStart, p.New, func() error { return nil }); err != nil {
		return err
	}
	now, err := r.target.Observe(ctx)
	if err != nil {
		return fmt.Errorf("look at the target: %w", err)
	}
	side := now.Colors[p.New]
	if side.Version != p.Evicts || side.InFlight+side.Tunnels == 0 {
		return nil
	}
	r.going.evicted = fmt.Sprintf("%s had to make room%s", p.Evicts, closed(side))
	r.progress.ReportNote("%s", r.going.evicted)
	return nil
}

// spec is what the new color shall run. A warm color keeps the secrets that it
// was started with.
func (r *runner) spec(replicas int) Spec {
	spec := Spec{Release: r.run.Plan.Release, Replicas: replicas}
	if !r.run.Plan.Warm {
		spec.Secrets = r.secrets
	}
	return spec
}

// side observes the new color.
func (r *runner) side(ctx context.Context) (Side, error) {
	now, err := r.target.Observe(ctx)
	if err != nil {
		return Side{}, fmt.Errorf("look at the target: %w", err)
	}
	r.noteFinished(now)
	side, ok := now.Colors[r.run.Plan.New]
	if !ok {
		return Side{}, fmt.Errorf("%s is gone", r.run.Plan.New)
	}
	return side, nil
}

// hurries reports whether a rollback may go ahead with what is ready.
func (r *runner) hurries(now Observed) bool {
	return r.run.Plan.Kind == Rollback && now.Colors[r.run.Plan.New].Ready() > 0 && r.ailment.fails(now)
}

// startInHurry asks for all instances and waits for none.
func (r *runner) startInHurry(ctx context.Context) (string, error) {
	p := r.run.Plan
	l := &lift{r: r, step: stepStart, color: p.New, spec: r.spec(p.Replicas), need: func(Observed) int { return 1 }}
	now, err := l.run(ctx, p.gate().Timeout.Duration)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s fails: %s takes over with %d of %s ready", now.Active, p.New, now.Colors[p.New].Ready(), instances(p.Replicas)), nil
}
